// What: one child process: started without a shell, watched by a pidfd, always reaped.
// Why: the pidfd tells of the end through asio, without signal handlers and without races of pids.
// Contract: start() returns after exec succeeded or with the reason why it did not. Call it from a
//      thread that lives as long as the program. Destroying a running one kills it.
#pragma once

#include <asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

class Process {
  public:
    struct Options {
        Path working_directory;  ///< empty: ours
        int output = -1;         ///< descriptor for its stdout and stderr; -1 = nowhere
        /// It is killed when we end, and what it leaves in its process group is killed when it
        /// ends.
        bool bound = false;
    };

    /// argv[0] is an absolute path. The child leads a session of its own and inherits no
    /// descriptors, no signal mask and no ignored signals.
    static Result<std::unique_ptr<Process>> start(asio::any_io_executor executor,
                                                  const std::vector<std::string>& argv,
                                                  const Options& options);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    int pid() const { return pid_; }
    /// True once it has ended, false at the deadline. Several may wait.
    Task<bool> wait(Clock& clock, Time deadline);
    /// Waits without end.
    Task<bool> wait();
    /// After the end: exit code, 128 + signal, or -1 when somebody else reaped it.
    std::optional<int> exit_code() const { return exit_code_; }
    /// Nothing happens once it has ended.
    void signal(int number);
    void kill_group();

  private:
    Process(int pid, asio::posix::stream_descriptor pidfd, bool bound)
        : pid_(pid), pidfd_(std::move(pidfd)), bound_(bound) {}
    bool reap();

    int pid_;
    asio::posix::stream_descriptor pidfd_;
    bool bound_;
    std::optional<int> exit_code_;
};

/// Waits for the end of any process, also of one that is not our child. True at once when there is
/// none with this pid; false at the deadline or when the system refuses.
Task<bool> wait_for_pid(asio::any_io_executor executor, Clock& clock, int pid, Time deadline);

}  // namespace zha
