#include "platform/sftp/socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace zha::sftp_detail {
namespace {

constexpr int kSliceMillis = 50;  // how soon a wait notices that it shall stop

std::string system_text(int number) {
    return std::generic_category().message(number);
}

/// 0 when connected, otherwise the error number (ETIMEDOUT when the limit passed).
int finish_connect(int fd, const Limit& limit) {
    pollfd wait{fd, POLLOUT, 0};
    int ready = 0;
    do {
        if (limit.over()) return ETIMEDOUT;
        ready = poll(&wait, 1, kSliceMillis);
    } while (ready == 0 || (ready < 0 && errno == EINTR));
    if (ready < 0) return errno;
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) close(fd_);
}

Result<Descriptor> connect_tcp(const std::string& host, std::uint16_t port, const Limit& limit) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int resolved = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    if (resolved != 0)
        return {Errc::unavailable, std::string("no address: ") + gai_strerror(resolved)};
    int error = EHOSTUNREACH;
    for (const addrinfo* a = found; a && !limit.over(); a = a->ai_next) {
        Descriptor fd(
            socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol));
        if (fd.get() < 0) continue;
        error = connect(fd.get(), a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
        if (error == EINPROGRESS) error = finish_connect(fd.get(), limit);
        if (error == 0) return fd;
    }
    if (limit.over()) return {Errc::timeout, "no connection in time"};
    return {Errc::unavailable, "no connection: " + system_text(error)};
}

Watchdog::Watchdog(int fd, const Limit& limit)
    : copy_(fcntl(fd, F_DUPFD_CLOEXEC, 3)),
      thread_([this, limit](const std::stop_token& done) { watch(done, limit); }) {}

void Watchdog::watch(const std::stop_token& done, const Limit& limit) {
    const std::stop_callback wake_on_stop(limit.stop, [this] {
        const std::lock_guard between_check_and_wait(mutex_);
        wake_.notify_all();
    });
    std::unique_lock lock(mutex_);
    while (!done.stop_requested() && !limit.over())
        wake_.wait_until(lock, done, limit.deadline,
                         [&limit] { return limit.stop.stop_requested(); });
    if (!done.stop_requested()) shutdown(copy_.get(), SHUT_RDWR);
}

}  // namespace zha::sftp_detail
