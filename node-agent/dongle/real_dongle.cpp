#include "node-agent/dongle/real_dongle.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace zha {
namespace {

constexpr Millis kBusyRetry{250};
/// A known read asks for no plain item that was never there; a whole one does, now and then.
constexpr unsigned kKnownReads = 8;

DongleInfo info_of(const znp::DeviceIdentity& device) {
    return {fmt::format("{:016x}", device.ieee), device.version.revision, device.version.product,
            device.info.state};
}

/// No proof, as nothing says how the lines are wired: it can only help. The next attempt lets the
/// chip go again.
void hold(znp::Driver& driver, const std::string& port, Error& error) {
    if (port.starts_with("tcp://")) return;  // has no lines, and takes that for no failure
    if (driver.pull_reset_line())
        error.message += "; could not be proven silent; held in reset by DTR/RTS";
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
    mirrored_.reset();  // somebody else may write now
}

void RealDongle::forget() {
    mirrored_.reset();
    former_.reset();
}

DongleInfo RealDongle::identified(const znp::DeviceIdentity& device) {
    if (device.version.revision != revision_) forget();
    revision_ = device.version.revision;
    if (device.info.state == znp::mt::kDeviceStateCoordinator) mirrored_.reset();
    return info_of(device);
}

void RealDongle::remember_written(const znp::Image& image,
                                  const std::optional<znp::Image>& before) {
    auto former = image;
    // Items that belong to the chip stay, though the image has none of them.
    for (const auto* source : {&before, &std::as_const(former_)})
        if (*source)
            for (const auto& [key, value] : (*source)->items)
                if (key.item == znp::ExItem::legacy) former.items.emplace(key, value);
    former_ = std::move(former);
    mirrored_ = image;
    mirrored_->items[{znp::ExItem::legacy, znp::osal::STARTUP_OPTION}] = {0};
}

/// The open driver; a connection that ended (unplugged dongle) is dropped here.
Result<RealDongle::Held> RealDongle::held() {
    if (driver_ && !driver_->alive()) close();
    if (!driver_) return not_open();
    return driver_;
}

/// `or_hold`: one that does not answer is held in reset, also behind the closed port.
Task<Result<RealDongle::Held>> RealDongle::connect(Time deadline, bool or_hold) {
    if (auto open = held()) co_return open;
    auto transport = co_await znp::open_transport(port_, executor_, clock_, deadline);
    if (!transport) co_return transport.error();
    auto driver = std::make_shared<znp::Driver>(std::move(*transport), executor_, clock_, options_);
    driver_ = driver;
    const auto connected = co_await driver->connect(deadline);
    if (connected) co_return driver;
    auto error = within(port_, connected.error());
    if (or_hold) hold(*driver, port_, error);
    if (driver_ == driver) close();
    co_return error;
}

Task<Result<RealDongle::Held>> RealDongle::connect_patiently(Time deadline) {
    for (;;) {
        auto driver = co_await connect(deadline, true);
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
    co_return identified(*device);
}

Task<Result<DongleInfo>> RealDongle::silence(Held driver, bool by_line, Time deadline) {
    const auto done = co_await driver->reset(deadline, by_line);
    if (!done) co_return done.error();
    const auto device = co_await driver->identify(deadline);
    if (!device) co_return device.error();
    const auto info = identified(*device);
    if (device->info.state == znp::mt::kDeviceStateCoordinator)
        co_return Error{Errc::mismatch, "dongle is still on the air after a reset"};
    co_return info;
}

Task<Result<DongleInfo>> RealDongle::fence(Time deadline) {
    auto driver = co_await connect_patiently(deadline);
    if (!driver) co_return driver.error();
    const auto halfway = clock_.now() + (deadline - clock_.now()) / 2;
    auto silent = co_await silence(*driver, false, halfway);
    if (!silent) silent = co_await silence(*driver, true, deadline);
    if (silent) co_return silent;
    auto error = within(port_, silent.error());
    hold(**driver, port_, error);
    co_return error;
}

Task<Result<std::vector<HeardBeacon>>> RealDongle::listen(std::uint8_t channel, Time deadline) {
    const auto driver = held();
    if (!driver) co_return driver.error();
    const auto beacons = co_await (*driver)->listen(channel, deadline);
    if (!beacons) co_return within(port_, beacons.error());
    std::vector<HeardBeacon> heard;
    for (const auto& b : *beacons)
        heard.push_back({b.source, b.pan_id, b.channel, b.extended_pan_id});
    co_return heard;
}

Task<Status> RealDongle::ping(Time deadline) {
    const auto driver = co_await connect(deadline);
    if (!driver) co_return driver.error();
    const auto pong = co_await (*driver)->ask(znp::mt::ping(), deadline);
    if (!pong) co_return within(port_, pong.error());
    co_return Status();
}

Task<Result<znp::Image>> RealDongle::read(Time deadline) {
    const auto driver = held();
    if (!driver) co_return driver.error();
    const bool known = former_ && known_reads_ < kKnownReads;
    known_reads_ = known ? known_reads_ + 1 : 0;
    // Not one expression: the compiler destroys the operands of a conditional co_await twice.
    Result<znp::Image> image(not_open());
    if (known)
        image = co_await (*driver)->read_known(*former_, deadline);
    else
        image = co_await (*driver)->read_all(deadline);
    if (!image) {
        forget();
        co_return within(port_, image.error());
    }
    former_ = *image;
    // The port may have been closed, and opened again, while we waited.
    if (driver_ == *driver)
        mirrored_ = *image;
    else
        mirrored_.reset();
    co_return image;
}

Task<Result<WriteReport>> RealDongle::write(const znp::Image& image, Time deadline) {
    const auto driver = held();
    if (!driver) co_return driver.error();
    const auto mirrored = std::exchange(mirrored_, std::nullopt);
    Result<znp::WriteSummary> summary(not_open());
    if (mirrored)
        summary = co_await (*driver)->write_delta(image, *mirrored, deadline);
    else
        summary = co_await (*driver)->write_all(image, deadline);
    if (!summary) {
        forget();  // half of it may be there
        co_return within(port_, summary.error());
    }
    remember_written(image, summary->before ? summary->before : mirrored);
    if (driver_ != *driver) mirrored_.reset();
    co_return WriteReport{summary->items_written, summary->items_verified, summary->frame_counter};
}

}  // namespace zha
