#include "simulator/program/pty_port.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <asio/write.hpp>
#include <cstring>

namespace zha::sim {
namespace {

constexpr std::size_t kMaxWaiting = 65'536;

bool make_raw(int terminal) {
    termios settings{};
    if (::tcgetattr(terminal, &settings) != 0) return false;
    ::cfmakeraw(&settings);
    ::cfsetspeed(&settings, B115200);
    return ::tcsetattr(terminal, TCSANOW, &settings) == 0;
}

}  // namespace

PtyPort::PtyPort(asio::io_context& io, std::string link, std::function<void(Bytes)> received)
    : master_(io), opens_(io), link_(std::move(link)), received_(std::move(received)) {}

PtyPort::~PtyPort() {
    close();
}

Status PtyPort::open() {
    close();
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return {Errc::io, "no pseudo terminal left"};
    master_.assign(master);
    std::array<char, 64> name{};
    if (::grantpt(master) != 0 || ::unlockpt(master) != 0 ||
        ::ptsname_r(master, name.data(), name.size()) != 0) {
        return {Errc::io, "pseudo terminal cannot be set up"};
    }
    // Held open so that a client that closes the port is not a hangup for us.
    slave_ = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave_ < 0 || !make_raw(slave_)) return {Errc::io, "pseudo terminal cannot be set up"};
    device_ = name.data();
    const int notify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (notify < 0 || ::inotify_add_watch(notify, name.data(), IN_OPEN | IN_CLOSE) < 0) {
        if (notify >= 0) ::close(notify);
        return {Errc::io, "pseudo terminal cannot be watched"};
    }
    opens_.assign(notify);
    life_ = std::make_shared<int>(0);
    ::unlink(link_.c_str());
    if (::symlink(device_.c_str(), link_.c_str()) != 0) {
        return {Errc::io, link_ + ": cannot be created"};
    }
    read();
    watch();
    return {};
}

void PtyPort::close() {
    if (!device_.empty()) ::unlink(link_.c_str());
    life_.reset();
    device_.clear();
    out_.clear();
    clients_ = 0;
    writing_ = false;
    asio::error_code ignored;
    opens_.close(ignored);
    if (slave_ >= 0) ::close(slave_);
    slave_ = -1;
    master_.close(ignored);
}

void PtyPort::read() {
    master_.async_read_some(asio::buffer(in_), [this, life = std::weak_ptr<int>(life_)](
                                                   const asio::error_code& error, std::size_t n) {
        if (life.expired() || error) return;
        received_(Bytes(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(n)));
        if (!life.expired()) read();
    });
}

void PtyPort::send(const Bytes& bytes) {
    if (clients_ == 0 || out_.size() + bytes.size() > kMaxWaiting) return;
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    if (!writing_) write();
}

void PtyPort::write() {
    writing_ = true;
    auto chunk = std::make_shared<Bytes>(std::move(out_));
    out_.clear();
    asio::async_write(master_, asio::buffer(*chunk),
                      [this, chunk, life = std::weak_ptr<int>(life_)](const asio::error_code& error,
                                                                      std::size_t) {
                          if (life.expired()) return;
                          writing_ = false;
                          if (!error && !out_.empty()) write();
                      });
}

void PtyPort::watch() {
    opens_.async_read_some(
        asio::buffer(events_),
        [this, life = std::weak_ptr<int>(life_)](const asio::error_code& error, std::size_t size) {
            if (life.expired() || error) return;
            saw_events(size);
            watch();
        });
}

void PtyPort::saw_events(std::size_t size) {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
        inotify_event event{};
        std::memcpy(&event, events_.data() + at, sizeof(event));
        at += sizeof(event) + event.len;
        if ((event.mask & IN_OPEN) != 0) ++clients_;
        if ((event.mask & IN_CLOSE) != 0 && clients_ > 0) --clients_;
    }
    if (clients_ > 0) return;
    // A real port forgets an exclusive lock, unread input and settings with its last close; this
    // one does not by itself because we hold it open.
    ::ioctl(slave_, TIOCNXCL);
    ::tcflush(slave_, TCIFLUSH);
    make_raw(slave_);
}

}  // namespace zha::sim
