#include "node-agent/guard/watchdog.hpp"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/log/log.hpp"

namespace zha::guard {

namespace {

class RealWatchdog final : public Watchdog {
  public:
    explicit RealWatchdog(int device) : device_(device) {}
    ~RealWatchdog() override {
        if (device_ >= 0) ::close(device_);
    }
    RealWatchdog(const RealWatchdog&) = delete;
    RealWatchdog& operator=(const RealWatchdog&) = delete;

    void feed() override { put("\0"); }

    void close(bool clean) override {
        if (device_ < 0) return;
        if (clean) put("V");
        ::close(std::exchange(device_, -1));
    }

    /// The seconds that the driver made of `seconds`; 0 when it cannot set them.
    int set(int seconds) const {
        return ioctl(device_, WDIOC_SETTIMEOUT, &seconds) == 0 ? seconds : 0;
    }

  private:
    /// Any byte feeds it; a V before the end disarms it.
    void put(const char* byte) const {
        const auto ignored = device_ >= 0 ? write(device_, byte, 1) : 0;
        (void)ignored;
    }
    int device_;
};

}  // namespace

Result<std::unique_ptr<Watchdog>> open_watchdog(const Path& device, Millis within) {
    const auto name = "watchdog " + device.string();
    const int wanted = static_cast<int>(within / std::chrono::seconds(1));
    if (wanted < 1) return {Errc::invalid, name + ": a fence under 1s is too short for it"};
    const int fd = open(device.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return {errno == ENOENT ? Errc::not_found : Errc::io,
                name + ": " + std::generic_category().message(errno)};
    auto watchdog = std::make_unique<RealWatchdog>(fd);
    const int set = watchdog->set(wanted);
    if (set < 1 || set > wanted) {
        watchdog->close(true);
        return {Errc::invalid, name + ": cannot be set to " + std::to_string(wanted) + " s"};
    }
    watchdog->feed();
    return std::unique_ptr<Watchdog>(std::move(watchdog));
}

Result<std::unique_ptr<Watchdog>> choose_watchdog(const std::string& mode, const Path& device,
                                                  Millis within) {
    if (mode == "off") return std::unique_ptr<Watchdog>();
    auto watchdog = open_watchdog(device, within);
    if (watchdog) {
        spdlog::info("watchdog {}: the host is reset when the radio may be on without a lease",
                     device.string());
        return watchdog;
    }
    if (mode == "required") return watchdog.error();
    spdlog::warn("{}; going on without it", watchdog.error().message);
    return std::unique_ptr<Watchdog>();
}

}  // namespace zha::guard
