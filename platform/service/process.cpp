#include "platform/service/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>

namespace zha {

namespace {

using namespace asio::experimental::awaitable_operators;
using Descriptor = asio::posix::stream_descriptor;

Error system_error(const std::string& what, int number) {
    const auto code = number == ENOENT ? Errc::not_found : Errc::io;
    return {code, what + ": " + std::generic_category().message(number)};
}

int open_pidfd(int pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

/// Everything the child needs, made before fork(): after it only system calls are allowed.
struct Plan {
    std::vector<char*> argv;
    const char* directory;  ///< nullptr: stay
    int output;
    bool bound;
    pid_t parent;
    int report;  ///< errno goes here when it fails; exec closes it
};

[[noreturn]] void give_up(const Plan& plan) {
    const int number = errno;
    const auto ignored = write(plan.report, &number, sizeof number);
    (void)ignored;
    _exit(127);
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const Plan& plan) {
    if (plan.bound) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(plan);
        // The parent may have died before prctl: then no signal would ever come.
        if (getppid() != plan.parent) _exit(127);
        // zigbee2mqtt's files hold the network key: nobody else's business.
        umask(077);
    }
    setsid();
    reset_signals();
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int output = plan.output >= 0 ? plan.output : nothing;
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
        give_up(plan);
    constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC
    syscall(SYS_close_range, 3U, ~0U, kCloseOnExec);
    if (plan.directory != nullptr && chdir(plan.directory) != 0) give_up(plan);
    execv(plan.argv[0], plan.argv.data());
    give_up(plan);
}

/// 0 once exec succeeded (the pipe closes), else the child's errno.
int read_report(int fd) {
    int number = 0;
    ssize_t size = 0;
    do size = read(fd, &number, sizeof number);
    while (size < 0 && errno == EINTR);
    return size == sizeof number ? number : 0;
}

Task<void> reap_later(int pid, Descriptor pidfd) {
    asio::error_code error;
    co_await pidfd.async_wait(Descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, error));
    waitpid(pid, nullptr, WNOHANG);
}

Task<bool> readable(Descriptor& fd) {
    asio::error_code error;
    co_await fd.async_wait(Descriptor::wait_read, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

}  // namespace

Result<std::unique_ptr<Process>> Process::start(asio::any_io_executor executor,
                                                const std::vector<std::string>& argv,
                                                const Options& options) {
    if (argv.empty() || argv[0].empty() || argv[0][0] != '/')
        return {Errc::invalid, "a program must be given by an absolute path"};
    std::array<int, 2> report{};
    if (pipe2(report.data(), O_CLOEXEC) != 0) return system_error(argv[0], errno);
    std::vector<std::string> words = argv;
    Plan plan{{}, nullptr, options.output, options.bound, getpid(), report[1]};
    for (auto& word : words) plan.argv.push_back(word.data());
    plan.argv.push_back(nullptr);
    if (!options.working_directory.empty()) plan.directory = options.working_directory.c_str();

    const pid_t pid = fork();
    if (pid == 0) become(plan);
    const int fork_error = pid < 0 ? errno : 0;
    close(report[1]);
    const int number = fork_error != 0 ? fork_error : read_report(report[0]);
    close(report[0]);
    if (number != 0) {
        if (pid > 0) waitpid(pid, nullptr, 0);
        return system_error("cannot run " + argv[0], number);
    }
    const int pidfd = open_pidfd(pid);
    if (pidfd < 0) {
        const int pidfd_error = errno;
        ::kill(-pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        return system_error("cannot watch " + argv[0], pidfd_error);
    }
    return std::unique_ptr<Process>(new Process(pid, Descriptor(executor, pidfd),
                                                options.bound));  // NOLINT: private constructor
}

Process::~Process() {
    if (reap()) return;
    kill_group();
    // No waiting here: what hangs in the kernel must not hang us too.
    auto executor = pidfd_.get_executor();
    asio::co_spawn(executor, reap_later(pid_, std::move(pidfd_)), asio::detached);
}

Task<bool> Process::wait(Clock& clock, Time deadline) {
    if (reap()) co_return true;
    co_await (readable(pidfd_) || clock.sleep_until(deadline));
    co_return reap();
}

Task<bool> Process::wait() {
    // Spelt out: g++ 12 miscompiles `while (...) if (!co_await ...) co_return ...`.
    bool watching = true;
    while (watching && !reap()) {
        const bool told = co_await readable(pidfd_);
        watching = told;
    }
    co_return reap();
}

bool Process::reap() {
    if (exit_code_) return true;
    siginfo_t info{};
    if (waitid(P_PID, id_t(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        if (errno != ECHILD) return false;
        exit_code_ = -1;
        return true;
    }
    if (info.si_pid == 0) return false;
    // Not yet reaped, so its number still means this group and no other.
    if (bound_) kill_group();
    waitpid(pid_, nullptr, WNOHANG);
    exit_code_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    return true;
}

void Process::signal(int number) {
    if (!exit_code_) ::kill(pid_, number);
}

void Process::kill_group() {
    if (!exit_code_) ::kill(-pid_, SIGKILL);
}

Task<bool> wait_for_pid(asio::any_io_executor executor, Clock& clock, int pid, Time deadline) {
    const int fd = open_pidfd(pid);
    if (fd < 0) co_return errno == ESRCH;
    Descriptor pidfd(executor, fd);
    const auto first = co_await (readable(pidfd) || clock.sleep_until(deadline));
    co_return first.index() == 0 && std::get<0>(first);
}

}  // namespace zha
