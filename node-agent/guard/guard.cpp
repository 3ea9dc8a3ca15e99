#include "node-agent/guard/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "node-agent/guard/fencer.hpp"
#include "node-agent/guard/watch_rules.hpp"
#include "platform/log/log.hpp"

namespace zha::guard {

namespace {

constexpr int kLookMs = 50;
constexpr Millis kFeedEvery{250};

Time now() {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return Millis{ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
}

std::string reason(int number) {
    return std::generic_category().message(number);
}

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&set, number);
    return set;
}

/// A descriptor that is closed with its owner.
class Handle {
  public:
    explicit Handle(int fd = -1) : fd_(fd) {}
    ~Handle() { reset(); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    int get() const { return fd_; }
    void reset(int fd = -1) {
        if (fd_ >= 0) close(fd_);
        fd_ = fd;
    }

  private:
    int fd_;
};

class Guard {
  public:
    Guard(const Config& config, const NodeConfig& self, const Worker& worker,
          std::unique_ptr<Watchdog> watchdog)
        : self_(self),
          worker_(worker),
          watchdog_(std::move(watchdog)),
          limits_(config.timing),
          rules_(limits_) {}

    int run() {
        const auto set = watched_signals();
        sigprocmask(SIG_BLOCK, &set, &before_);
        signals_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
        if (signals_.get() < 0) {
            spdlog::critical("guard: signalfd: {}", reason(errno));
            return 1;
        }
        // What a killed worker leaves of a `child` service becomes ours, and can be found and
        // ended.
        if (self_.service.driver == "child") prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        bool running = true;
        while (running) {
            running = act();
            if (running) wait();
            feed();
        }
        if (watchdog_) watchdog_->close(!rules_.exposed());
        return rules_.exit_code();
    }

  private:
    void wait() {
        std::array<pollfd, 2> fds{{{signals_.get(), POLLIN, 0}, {beats_.get(), POLLIN, 0}}};
        poll(fds.data(), beats_.get() < 0 ? 1 : 2, kLookMs);
        // Beats first: the last words of a worker come before its end.
        listen();
        signalfd_siginfo info{};
        while (read(signals_.get(), &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGCHLD) continue;
            spdlog::info("guard: told to end");
            rules_.told_to_stop(now());
        }
        reap();
    }

    void listen() {
        if (beats_.get() < 0) return;
        if (const auto beat = receive_beat(beats_.get())) rules_.heard(*beat, now());
    }

    void reap() {
        for (;;) {
            int status = 0;
            const pid_t pid = waitpid(-1, &status, WNOHANG);
            if (pid <= 0) return;
            const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            if (pid == worker_pid_) {
                listen();
                worker_ended(code, status);
            } else if (pid == fencer_pid_) {
                fencer_pid_ = 0;
                rules_.fencer_ended(code == 0, now());
            }
        }
    }

    void worker_ended(int code, int status) {
        worker_pid_ = 0;
        beats_.reset();
        if (code >= 0)
            spdlog::debug("guard: the worker ended with code {}", code);
        else
            spdlog::error("guard: the worker was ended by signal {}", WTERMSIG(status));
        rules_.worker_ended(code, now());
    }

    /// False when all is over.
    bool act() {
        switch (rules_.next(now())) {
            case Action::none:
                break;
            case Action::spawn:
                spawn();
                break;
            case Action::kill_worker:
                spdlog::error("guard: {}: killing it", rules_.why());
                if (worker_pid_ > 0) kill(worker_pid_, SIGKILL);
                break;
            case Action::stop_worker:
                if (worker_pid_ > 0) kill(worker_pid_, SIGTERM);
                break;
            case Action::fence:
                fence();
                break;
            case Action::kill_fencer:
                spdlog::error("guard: fencing hangs: killing it");
                if (fencer_pid_ > 0) kill(fencer_pid_, SIGKILL);
                break;
            case Action::end:
                return false;
        }
        return true;
    }

    /// In the child: only what it needs stays open, and it does not outlive us.
    void begin_child(pid_t parent, int death_signal) {
        prctl(PR_SET_PDEATHSIG, death_signal);
        if (getppid() != parent) _exit(1);
        signals_.reset();
        beats_.reset();
        watchdog_.reset();
        sigprocmask(SIG_SETMASK, &before_, nullptr);
    }

    void spawn() {
        std::array<int, 2> ends{-1, -1};
        const bool paired = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0;
        const Handle theirs(ends[1]);
        beats_.reset(ends[0]);
        const pid_t parent = getpid();
        const pid_t pid = paired ? fork() : -1;
        if (pid == 0) {
            // It silences its dongle and ends when its guard is gone.
            begin_child(parent, SIGTERM);
            std::exit(worker_(theirs.get()));
        }
        rules_.spawned(now());
        if (pid < 0) {
            spdlog::critical("guard: no worker: {}", reason(errno));
            rules_.worker_ended(-1, now());
            return;
        }
        worker_pid_ = pid;
        spdlog::debug("guard: worker {} started", pid);
    }

    void fence() {
        spdlog::error("guard: {}: fencing", rules_.why());
        const pid_t parent = getpid();
        const pid_t pid = fork();
        if (pid == 0) {
            begin_child(parent, SIGKILL);
            const auto done = silence_host(self_, parent, limits_.fence);
            if (!done) spdlog::error("guard: not proven silent: {}", done.error().message);
            _exit(done ? 0 : 1);
        }
        rules_.fencing(now());
        if (pid < 0) {
            spdlog::critical("guard: cannot fence: {}", reason(errno));
            rules_.fencer_ended(false, now());
            return;
        }
        fencer_pid_ = pid;
    }

    void feed() {
        const auto at = now();
        if (!watchdog_ || !rules_.feed(at) || at - fed_at_ < kFeedEvery) return;
        watchdog_->feed();
        fed_at_ = at;
    }

    const NodeConfig& self_;
    const Worker& worker_;
    std::unique_ptr<Watchdog> watchdog_;
    Limits limits_;
    WatchRules rules_;
    sigset_t before_{};
    Handle signals_;
    Handle beats_;
    pid_t worker_pid_ = 0;
    pid_t fencer_pid_ = 0;
    Time fed_at_{0};
};

}  // namespace

int watch_over(const Config& config, const NodeConfig& self, const Worker& worker,
               std::unique_ptr<Watchdog> watchdog) {
    return Guard(config, self, worker, std::move(watchdog)).run();
}

}  // namespace zha::guard
