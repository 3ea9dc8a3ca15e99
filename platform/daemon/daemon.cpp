#include "platform/daemon/daemon.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <asio/co_spawn.hpp>
#include <asio/signal_set.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "platform/log/log.hpp"

namespace zha {

namespace {

std::string what(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown";
    }
}

constexpr Millis kLook{50};

/// Who took the lock; 0 when nobody can say.
pid_t owner(int fd) {
    std::array<char, 16> text{};
    const auto size = ::pread(fd, text.data(), text.size(), 0);
    pid_t pid = 0;
    if (size <= 0) return 0;
    const auto parsed = std::from_chars(text.data(), text.data() + size, pid);
    return parsed.ec == std::errc() ? pid : 0;
}

/// An unknown one counts as living: then nobody waits for its end. One that only its parent has not
/// asked for yet does not.
bool lives(pid_t pid) {
    if (pid <= 0) return true;
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(stat, text)) return false;
    const auto name_end = text.rfind(") ");
    return name_end == std::string::npos || text.substr(name_end + 2, 1) != "Z";
}

}  // namespace

void Daemon::spawn(std::string name, Task<void> task) {
    asio::co_spawn(io_, std::move(task),
                   [this, name = std::move(name)](const std::exception_ptr& thrown) {
                       if (!thrown) return;
                       spdlog::critical("{} broke: {}", name, what(thrown));
                       exit_code_ = 1;
                       io_.stop();
                   });
}

int Daemon::run(std::function<Task<void>()> stop) {
    asio::signal_set signals(io_, SIGINT, SIGTERM);
    signals.async_wait([&](const asio::error_code& error, int) {
        if (error) return;
        asio::co_spawn(io_, stop(), [this](const std::exception_ptr& thrown) {
            if (thrown) spdlog::error("stopping: {}", what(thrown));
            io_.stop();
        });
    });
    io_.run();
    spdlog::info("stopped");
    return exit_code_;
}

Status lock_directory(const Path& directory, Millis patience) {
    const auto file = directory / "lock";
    // Kept open on purpose: the lock lives as long as the process.
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return {Errc::io, file.string() + ": " + std::strerror(errno)};
    const auto until = std::chrono::steady_clock::now() + patience;
    bool taken = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (!taken && !lives(owner(fd)))
        spdlog::info("waiting for the end of what is left of the last run");
    while (!taken && !lives(owner(fd)) && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(kLook);
        taken = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    }
    if (taken) {
        // Who it is helps to judge only: a full disk is no reason not to start.
        const auto self = std::to_string(::getpid()) + "\n";
        if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, self.data(), self.size(), 0) < 0)
            spdlog::debug("{}: {}", file.string(), std::strerror(errno));
        return {};
    }
    ::close(fd);
    return {Errc::busy,
            file.string() + ": held by another process: is the daemon running already?"};
}

}  // namespace zha
