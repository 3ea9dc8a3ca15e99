#include "znp/driver/transport.hpp"

#include "znp/driver/stream_transport.hpp"

namespace zha::znp {

Task<Result<std::unique_ptr<Transport>>> open_transport(std::string port,
                                                        asio::any_io_executor executor,
                                                        Clock& clock, Time deadline) {
    constexpr std::string_view kTcp = "tcp://";
    if (!port.starts_with(kTcp)) co_return open_serial(port, executor);
    const auto colon = port.rfind(':');
    auto host = colon > kTcp.size() ? port.substr(kTcp.size(), colon - kTcp.size()) : "";
    const auto service = port.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const bool number = !service.empty() && service.size() <= 5 &&
                        service.find_first_not_of("0123456789") == std::string::npos;
    if (host.empty() || !number)
        co_return Error{Errc::invalid, port + ": is not like tcp://host:port"};
    co_return co_await open_tcp(host, service, executor, clock, deadline);
}

}  // namespace zha::znp
