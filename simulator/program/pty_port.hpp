// What: a pseudo terminal that stands for the dongle's USB serial port.
// Why: real serial clients open it by its path and see a hangup when the dongle is pulled.
// Contract: open() makes a raw pty pair and the link; close() removes the link and hangs up.
//      While no client has it open, output is dropped, as on a port nobody listens to.
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "simulator/air/air.hpp"

namespace zha::sim {

class PtyPort {
  public:
    PtyPort(asio::io_context& io, std::string link, std::function<void(Bytes)> received);
    ~PtyPort();
    Status open();
    void close();
    void send(const Bytes& bytes);
    /// "/dev/pts/7", empty while closed.
    const std::string& device() const { return device_; }

  private:
    void read();
    void write();
    void watch();
    void saw_events(std::size_t size);
    asio::posix::stream_descriptor master_;
    asio::posix::stream_descriptor opens_;  ///< inotify: clients that open and close the device
    std::string link_;
    std::function<void(Bytes)> received_;
    std::string device_;
    int slave_ = -1;
    int clients_ = 0;
    Bytes out_;
    bool writing_ = false;
    std::array<std::uint8_t, 1024> in_{};
    alignas(8) std::array<char, 4096> events_{};
    std::shared_ptr<int> life_;
};

}  // namespace zha::sim
