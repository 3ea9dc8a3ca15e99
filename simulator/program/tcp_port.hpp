// What: the dongle's serial line as a TCP server on the loopback interface.
// Why: some clients and tools reach a network-attached dongle by tcp://host:port.
// Contract: one client at a time; a further one waits up to five seconds for the end of the
//           former one, which may not have been heard of yet, and is closed then. close() ends all.
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "core/result.hpp"
#include "simulator/air/air.hpp"

namespace zha::sim {

class TcpPort {
  public:
    TcpPort(asio::io_context& io, std::uint16_t port, std::function<void(Bytes)> received);
    ~TcpPort();
    Status open();
    void close();
    void send(const Bytes& bytes);

  private:
    void accept();
    void serve(asio::ip::tcp::socket socket);
    void queue(asio::ip::tcp::socket socket);
    void ended();
    void read();
    void write();
    asio::ip::tcp::acceptor acceptor_;
    asio::ip::tcp::socket client_;
    asio::ip::tcp::socket next_;  ///< open: waits for the end of client_
    asio::steady_timer patience_;
    std::uint16_t port_;
    std::function<void(Bytes)> received_;
    Bytes out_;
    bool writing_ = false;
    std::array<std::uint8_t, 1024> in_{};
    std::shared_ptr<int> life_;         ///< of the open port
    std::shared_ptr<int> client_life_;  ///< of the present client
};

}  // namespace zha::sim
