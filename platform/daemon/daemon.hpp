// What: what a daemon's main() needs around its coroutines: one thread, one stop signal, one lock.
// Why: both daemons end alike: cleanly when told to, with an error when a part of them broke.
// Contract: run() returns the exit code: 0 after SIGTERM or SIGINT, 1 when a coroutine threw. A
// part
//      that broke ends the whole daemon, because half a daemon protects nobody.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <string>

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

class Daemon {
  public:
    asio::any_io_executor executor() { return io_.get_executor(); }
    void spawn(std::string name, Task<void> task);
    /// `stop` runs once when the daemon is told to end; it should be bounded.
    int run(std::function<Task<void>()> stop);

  private:
    asio::io_context io_{1};
    int exit_code_ = 0;
};

/// Two daemons on one directory would undo each other's work. Held until this process and all that
/// it forks have ended. Errc::busy at once when whoever took it lives; when only its children are
/// left (they end by themselves), not before `patience`.
Status lock_directory(const Path& directory, Millis patience = Millis{0});

}  // namespace zha
