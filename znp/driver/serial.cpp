#include <libserialport.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "znp/driver/stream_transport.hpp"

namespace zha::znp {
namespace {

struct PortDeleter {
    void operator()(sp_port* port) const { sp_free_port(port); }
};
using Port = std::unique_ptr<sp_port, PortDeleter>;

struct ConfigDeleter {
    void operator()(sp_port_config* config) const { sp_free_config(config); }
};

class SerialTransport final : public StreamTransport<asio::posix::stream_descriptor> {
  public:
    SerialTransport(asio::any_io_executor executor, Port port, int fd, std::string path)
        : StreamTransport(asio::posix::stream_descriptor(executor, fd), std::move(path)),
          port_(std::move(port)),
          fd_(fd) {}
    ~SerialTransport() override { shut(); }

    Status set_lines(bool dtr, bool rts) override {
        if (!port_) return {Errc::unavailable, name_ + ": closed"};
        // One call for both lines: in between, the dongle would be reset or enter its bootloader.
        int lines = 0;
        if (::ioctl(fd_, TIOCMGET, &lines) == 0) {
            lines &= ~(TIOCM_DTR | TIOCM_RTS);
            lines |= (dtr ? TIOCM_DTR : 0) | (rts ? TIOCM_RTS : 0);
            if (::ioctl(fd_, TIOCMSET, &lines) == 0) return {};
        }
        return {Errc::io, name_ + ": modem lines: " + std::strerror(errno)};
    }
    void close() override { shut(); }

  private:
    void shut() {
        if (!port_) return;
        stream_.release();  // cancels; libserialport owns the descriptor
        ::ioctl(fd_, TIOCNXCL);
        sp_close(port_.get());
        port_.reset();
    }
    Port port_;
    int fd_;
};

Error open_error(const std::string& path, int error) {
    const auto text = path + ": " + std::strerror(error);
    switch (error) {
        case EBUSY:
            return {Errc::busy, path + ": another program holds this port"};
        case ENOENT:
        case ENXIO:
        case ENODEV:
            return {Errc::not_found, text};
        case EACCES:
        case EPERM:
            return {Errc::io, text + " (is the user in the port's group?)"};
        case ENOTTY:
        case EINVAL:
            return {Errc::invalid, path + ": not a serial port"};
        default:
            return {Errc::io, text};
    }
}

/// 115200 8N1 raw, without flow control; the modem lines stay as they are.
Status configure(sp_port* port, int fd, const std::string& path) {
    sp_port_config* raw = nullptr;
    if (sp_new_config(&raw) != SP_OK) return {Errc::io, path + ": out of memory"};
    const std::unique_ptr<sp_port_config, ConfigDeleter> config(raw);
    sp_set_config_baudrate(raw, 115200);
    sp_set_config_bits(raw, 8);
    sp_set_config_parity(raw, SP_PARITY_NONE);
    sp_set_config_stopbits(raw, 1);
    sp_set_config_xon_xoff(raw, SP_XONXOFF_DISABLED);
    sp_set_config_cts(raw, SP_CTS_IGNORE);
    if (sp_set_config(port, raw) != SP_OK) return open_error(path, sp_last_error_code());
    termios settings{};
    if (::tcgetattr(fd, &settings) != 0) return open_error(path, errno);
    // A close must not drop the lines: a dongle held in reset stays there.
    settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL);
    // libserialport leaves 0 here, and "nothing yet" would read like the end of the line.
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    if (::tcsetattr(fd, TCSANOW, &settings) != 0) return open_error(path, errno);
    ::tcflush(fd, TCIOFLUSH);
    return {};
}

/// Locks against programs that lock (flock), then keeps everybody else out (TIOCEXCL).
Status take_alone(int fd, const std::string& path) {
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return open_error(path, errno == EWOULDBLOCK ? EBUSY : errno);
    if (::ioctl(fd, TIOCEXCL) != 0) return open_error(path, errno);
    return {};
}

}  // namespace

Result<std::unique_ptr<Transport>> open_serial(const std::string& path,
                                               asio::any_io_executor executor) {
    std::error_code error;
    const auto device = std::filesystem::canonical(path, error).string();
    if (error) return Error{Errc::not_found, path + ": " + error.message()};
    if (!std::filesystem::is_character_file(device, error))
        return Error{Errc::invalid, path + ": not a serial port"};
    sp_port* raw = nullptr;
    if (sp_get_port_by_name(device.c_str(), &raw) != SP_OK)
        return Error{Errc::invalid, path + ": not a serial port"};
    Port port(raw);
    if (sp_open(raw, SP_MODE_READ_WRITE) != SP_OK) return open_error(path, sp_last_error_code());
    int fd = -1;
    auto ready = sp_get_port_handle(raw, &fd) == SP_OK ? take_alone(fd, path)
                                                       : open_error(path, sp_last_error_code());
    if (ready) ready = configure(raw, fd, path);
    if (!ready) {
        sp_close(raw);
        return ready.error();
    }
    return std::unique_ptr<Transport>(
        std::make_unique<SerialTransport>(executor, std::move(port), fd, path));
}

}  // namespace zha::znp
