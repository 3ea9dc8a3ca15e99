// What: a TCP connection made within a time, and a watchdog that ends a socket from outside.
// Why: libssh loops inside some calls whatever its own timeout says; a socket that was shut down
//      ends every one of them.
// Contract: blocking, for a worker thread. A Watchdog keeps its own copy of the descriptor, so it
//      never touches a number that was closed and given to somebody else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.hpp"

namespace zha::sftp_detail {

using SteadyTime = std::chrono::steady_clock::time_point;

/// When a fetch must be over: at a time, or when somebody asks it to stop.
struct Limit {
    SteadyTime deadline;
    std::stop_token stop;
    bool over() const {
        return stop.stop_requested() || std::chrono::steady_clock::now() >= deadline;
    }
};

/// A file descriptor that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&&) = delete;
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

  private:
    int fd_;
};

/// A connected, non-blocking socket.
Result<Descriptor> connect_tcp(const std::string& host, std::uint16_t port, const Limit& limit);

class Watchdog {
  public:
    Watchdog(int fd, const Limit& limit);

  private:
    void watch(const std::stop_token& done, const Limit& limit);

    Descriptor copy_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  ///< last: it uses the others
};

}  // namespace zha::sftp_detail
