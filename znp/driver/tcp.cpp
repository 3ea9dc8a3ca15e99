#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>

#include "platform/clock/deadline.hpp"
#include "znp/driver/stream_transport.hpp"

namespace zha::znp {
namespace {

using asio::ip::tcp;

class TcpTransport final : public StreamTransport<tcp::socket> {
  public:
    using StreamTransport::StreamTransport;
    Status set_lines(bool, bool) override { return {}; }
    void close() override {
        asio::error_code ignored;
        stream_.close(ignored);
    }
};

Task<Result<tcp::socket>> connect(std::string host, std::string service,
                                  asio::any_io_executor executor) {
    const auto name = "tcp://" + host + ":" + service;
    asio::error_code error;
    tcp::resolver resolver(executor);
    const auto endpoints = co_await resolver.async_resolve(
        host, service, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Error{Errc::not_found, name + ": " + error.message()};
    tcp::socket socket(executor);
    co_await asio::async_connect(socket, endpoints,
                                 asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Error{Errc::unavailable, name + ": " + error.message()};
    socket.set_option(tcp::no_delay(true), error);
    socket.set_option(asio::socket_base::keep_alive(true), error);
    co_return std::move(socket);
}

}  // namespace

Task<Result<std::unique_ptr<Transport>>> open_tcp(std::string host, std::string service,
                                                  asio::any_io_executor executor, Clock& clock,
                                                  Time deadline) {
    const auto name = "tcp://" + host + ":" + service;
    auto socket = co_await until(clock, deadline, connect(host, service, executor));
    if (!socket) co_return Error{Errc::timeout, name + ": no connection in time"};
    if (!*socket) co_return socket->error();
    co_return std::unique_ptr<Transport>(
        std::make_unique<TcpTransport>(std::move(socket->value()), name));
}

}  // namespace zha::znp
