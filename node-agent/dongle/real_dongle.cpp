#include "node-agent/dongle/real_dongle.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace zha {
namespace {

constexpr Millis kBusyRetry{250};

DongleInfo info_of(const znp::DeviceIdentity& device) {
    return {fmt::format("{:016x}", device.ieee), device.version.revision, device.version.product,
            device.info.state};
}

Error not_open() {
    return {Errc::unavailable, "dongle: the port is not open"};
}

}  // namespace

RealDongle::RealDongle(std::string port, asio::any_io_executor executor, Clock& clock,
                       znp::DriverOptions options)
    : port_(std::move(port)), executor_(std::move(executor)), clock_(clock), options_(options) {}

RealDongle::~RealDongle() {
    close();
}

bool RealDongle::present() {
    if (port_.starts_with("tcp://")) return true;
    std::error_code error;
    return std::filesystem::exists(port_, error);
}

void RealDongle::close() {
    if (driver_) driver_->close();
    driver_.reset();
}

/// The open driver; a connection that ended (unplugged dongle) is dropped here.
Result<RealDongle::Held> RealDongle::held() {
    if (driver_ && !driver_->alive()) close();
    if (!driver_) return not_open();
    return driver_;
}

Task<Result<RealDongle::Held>> RealDongle::connect(Time deadline) {
    if (auto open = held()) co_return open;
    auto transport = co_await znp::open_transport(port_, executor_, clock_, deadline);
    if (!transport) co_return transport.error();
    auto driver = std::make_shared<znp::Driver>(std::move(*transport), executor_, clock_, options_);
    driver_ = driver;
    const auto connected = co_await driver->connect(deadline);
    if (connected) co_return driver;
    if (driver_ == driver) close();
    co_return within(port_, connected.error());
}

Task<Result<RealDongle::Held>> RealDongle::connect_patiently(Time deadline) {
    for (;;) {
        auto driver = co_await connect(deadline);
        if (driver || driver.error().code != Errc::busy || clock_.now() >= deadline)
            co_return driver;
        co_await clock_.sleep_until(std::min(deadline, clock_.now() + kBusyRetry));
    }
}

Task<Result<DongleInfo>> RealDongle::open(Time deadline) {
    auto driver = co_await connect(deadline);
    if (!driver) co_return driver.error();
    const auto device = co_await (*driver)->identify(deadline);
    if (!device) co_return within(port_, device.error());
    co_return info_of(*device);
}

Task<Result<DongleInfo>> RealDongle::silence(Held driver, bool by_line, Time deadline) {
    const auto done = co_await driver->reset(deadline, by_line);
    if (!done) co_return done.error();
    const auto device = co_await driver->identify(deadline);
    if (!device) co_return device.error();
    if (device->info.state == znp::mt::kDeviceStateCoordinator)
        co_return Error{Errc::mismatch, "dongle is still on the air after a reset"};
    co_return info_of(*device);
}

Task<Result<DongleInfo>> RealDongle::fence(Time deadline) {
    auto driver = co_await connect_patiently(deadline);
    if (!driver) co_return driver.error();
    const auto halfway = clock_.now() + (deadline - clock_.now()) / 2;
    auto silent = co_await silence(*driver, false, halfway);
    if (!silent) silent = co_await silence(*driver, true, deadline);
    if (!silent) co_return within(port_, silent.error());
    co_return silent;
}

Task<Result<znp::Image>> RealDongle::read(Time deadline) {
    const auto driver = held();
    if (!driver) co_return driver.error();
    auto image = co_await (*driver)->read_all(deadline);
    if (!image) co_return within(port_, image.error());
    co_return image;
}

Task<Result<WriteReport>> RealDongle::write(const znp::Image& image, Time deadline) {
    const auto driver = held();
    if (!driver) co_return driver.error();
    const auto summary = co_await (*driver)->write_all(image, deadline);
    if (!summary) co_return within(port_, summary.error());
    co_return WriteReport{summary->items_written, summary->items_verified, summary->frame_counter};
}

}  // namespace zha
