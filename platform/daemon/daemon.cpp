#include "platform/daemon/daemon.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/signal_set.hpp>
#include <cerrno>
#include <cstring>

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

Status lock_directory(const Path& directory) {
    const auto file = directory / "lock";
    // Kept open on purpose: the lock lives as long as the process.
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return {Errc::io, file.string() + ": " + std::strerror(errno)};
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
    ::close(fd);
    return {Errc::busy,
            file.string() + ": held by another process: is the daemon running already?"};
}

}  // namespace zha
