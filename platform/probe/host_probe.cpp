#include "platform/probe/host_probe.hpp"

#include <array>
#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "platform/clock/deadline.hpp"
#include "platform/service/run_command.hpp"

namespace zha {
namespace {

using asio::ip::tcp;

class TcpProbe : public HostProbe {
  public:
    TcpProbe(const ProbeConfig& config, asio::any_io_executor executor, Clock& clock)
        : config_(config), executor_(std::move(executor)), clock_(clock) {}

    Task<bool> answers(Time deadline) override {
        const auto answered = co_await until(clock_, deadline, look());
        co_return answered.value_or(false);
    }

  private:
    Task<bool> look() {
        asio::error_code error;
        tcp::resolver resolver(executor_);
        const auto found =
            co_await resolver.async_resolve(config_.address, std::to_string(config_.port),
                                            asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
        tcp::socket socket(executor_);
        co_await asio::async_connect(socket, found,
                                     asio::redirect_error(asio::use_awaitable, error));
        const bool ssh = config_.type == "ssh";
        // Who refuses is there.
        if (error) co_return !ssh && error == asio::error::connection_refused;
        if (!ssh) co_return true;
        std::array<char, 4> banner{};
        co_await asio::async_read(socket, asio::buffer(banner),
                                  asio::redirect_error(asio::use_awaitable, error));
        co_return !error && std::string_view(banner.data(), banner.size()) == "SSH-";
    }

    const ProbeConfig config_;
    asio::any_io_executor executor_;
    Clock& clock_;
};

/// The system's own ping: it may send echo requests wherever it is installed.
class PingProbe final : public HostProbe {
  public:
    PingProbe(const ProbeConfig& config, asio::any_io_executor executor, Clock& clock)
        : config_(config), executor_(std::move(executor)), clock_(clock) {}

    Task<bool> answers(Time deadline) override {
        for (const std::string program : {"/bin/ping", "/usr/bin/ping", "/sbin/ping"}) {
            std::vector<std::string> argv{program, "-c", "1", "-W", "2", config_.address};
            const auto result = co_await run_command(executor_, clock_, argv, deadline);
            if (!result && result.error().code == Errc::not_found) continue;
            co_return result && result->exit_code == 0;
        }
        co_return false;
    }

  private:
    const ProbeConfig config_;
    asio::any_io_executor executor_;
    Clock& clock_;
};

}  // namespace

std::unique_ptr<HostProbe> make_host_probe(const ProbeConfig& config,
                                           asio::any_io_executor executor, Clock& clock) {
    if (config.type == "icmp")
        return std::make_unique<PingProbe>(config, std::move(executor), clock);
    return std::make_unique<TcpProbe>(config, std::move(executor), clock);
}

}  // namespace zha
