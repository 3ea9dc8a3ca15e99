#include "simulator/program/tcp_port.hpp"

#include <asio/write.hpp>

namespace zha::sim {
namespace {

constexpr std::size_t kMaxWaiting = 65'536;
/// Long: on a busy machine the timer may be served before an end that came earlier.
constexpr std::chrono::seconds kPatience{5};

}  // namespace

TcpPort::TcpPort(asio::io_context& io, std::uint16_t port, std::function<void(Bytes)> received)
    : acceptor_(io),
      client_(io),
      next_(io),
      patience_(io),
      port_(port),
      received_(std::move(received)) {}

TcpPort::~TcpPort() {
    close();
}

Status TcpPort::open() {
    close();
    const asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), port_);
    asio::error_code error;
    acceptor_.open(where.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(where, error);
    if (!error) acceptor_.listen(4, error);
    if (error) return {Errc::io, "port " + std::to_string(port_) + ": " + error.message()};
    life_ = std::make_shared<int>(0);
    accept();
    return {};
}

void TcpPort::close() {
    life_.reset();
    client_life_.reset();
    out_.clear();
    writing_ = false;
    asio::error_code ignored;
    acceptor_.close(ignored);
    client_.close(ignored);
    next_.close(ignored);
    patience_.cancel();
}

void TcpPort::accept() {
    acceptor_.async_accept([this, life = std::weak_ptr<int>(life_)](const asio::error_code& error,
                                                                    asio::ip::tcp::socket socket) {
        if (life.expired() || error) return;
        if (!client_life_)
            serve(std::move(socket));
        else if (!next_.is_open())
            queue(std::move(socket));
        accept();
    });
}

void TcpPort::serve(asio::ip::tcp::socket socket) {
    client_ = std::move(socket);
    client_life_ = std::make_shared<int>(0);
    asio::error_code ignored;
    client_.set_option(asio::ip::tcp::no_delay(true), ignored);
    read();
}

/// Its connection may be heard of before the end of the client that went just before it.
void TcpPort::queue(asio::ip::tcp::socket socket) {
    next_ = std::move(socket);
    patience_.expires_after(kPatience);
    patience_.async_wait([this, life = std::weak_ptr<int>(life_)](const asio::error_code& error) {
        if (life.expired() || error) return;
        asio::error_code ignored;
        next_.close(ignored);
    });
}

void TcpPort::ended() {
    client_life_.reset();
    out_.clear();
    writing_ = false;
    asio::error_code ignored;
    client_.close(ignored);
    if (!next_.is_open()) return;
    patience_.cancel();
    serve(std::move(next_));
}

void TcpPort::read() {
    client_.async_read_some(asio::buffer(in_), [this, life = std::weak_ptr<int>(client_life_)](
                                                   const asio::error_code& error, std::size_t n) {
        if (life.expired()) return;
        if (error) return ended();
        received_(Bytes(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(n)));
        if (!life.expired()) read();
    });
}

void TcpPort::send(const Bytes& bytes) {
    if (!client_life_ || out_.size() + bytes.size() > kMaxWaiting) return;
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    if (!writing_) write();
}

void TcpPort::write() {
    writing_ = true;
    auto chunk = std::make_shared<Bytes>(std::move(out_));
    out_.clear();
    asio::async_write(client_, asio::buffer(*chunk),
                      [this, chunk, life = std::weak_ptr<int>(client_life_)](
                          const asio::error_code& error, std::size_t) {
                          if (life.expired()) return;
                          writing_ = false;
                          if (!error && !out_.empty()) write();
                      });
}

}  // namespace zha::sim
