#include "simulator/virtual/dongle.hpp"

#include <fmt/format.h>

#include <utility>

namespace zha::sim {

namespace {

constexpr Millis kLook{50};
constexpr std::uint8_t kOnAir = 9;
constexpr znp::ItemKey kConfigured{znp::ExItem::legacy, znp::osal::HAS_CONFIGURED_ZSTACK3};
constexpr znp::ItemKey kOnNetwork{znp::ExItem::legacy, znp::osal::BDBNODEISONANETWORK};

}  // namespace

std::vector<HeardBeacon> VirtualStick::beacons(std::uint8_t channel) const {
    std::vector<HeardBeacon> heard;
    if (air == nullptr) return heard;
    for (const auto* other : *air) {
        const auto network = znp::identity_of(other->image);
        if (other == this || !other->on_air() || !network || network->channel != channel) continue;
        heard.push_back({0, network->pan_id, channel, network->extended_pan_id});
    }
    return heard;
}

Task<Status> VirtualDongle::busy(Millis span, Time deadline) {
    const auto done = clock_.now() + span;
    while (clock_.now() < done || stick_.hung) {
        if (!stick_.there()) co_return Status(Errc::unavailable, "the dongle is gone");
        if (clock_.now() >= deadline) co_return Status(Errc::timeout, "the dongle does not answer");
        const auto next = std::min(clock_.now() + kLook, deadline);
        const bool near_end = done > clock_.now() && done < next;
        if (!co_await clock_.sleep_until(near_end ? done : next))
            co_return Status(Errc::timeout, "cancelled");
    }
    if (!stick_.there()) co_return Status(Errc::unavailable, "the dongle is gone");
    co_return Status();
}

DongleInfo VirtualDongle::info() const {
    DongleInfo info;
    const auto identity = znp::identity_of(stick_.image);
    info.ieee = identity ? fmt::format("{:016x}", identity->ieee) : "00124b0000000001";
    info.revision = stick_.firmware;
    info.product = 1;
    info.device_state = stick_.radio ? kOnAir : 0;
    return info;
}

Task<Result<DongleInfo>> VirtualDongle::open(Time deadline) {
    if (!stick_.there()) co_return Error{Errc::not_found, "no such port"};
    if (stick_.taken) co_return Error{Errc::busy, "another program holds the port"};
    if (auto answered = co_await busy(Millis{100}, deadline); !answered) co_return answered.error();
    if (stick_.taken) co_return Error{Errc::busy, "another program holds the port"};
    open_ = true;
    co_return info();
}

Task<Result<DongleInfo>> VirtualDongle::fence(Time deadline) {
    while (!open_) {
        auto opened = co_await open(deadline);
        if (opened) break;
        if (opened.error().code != Errc::busy || clock_.now() >= deadline) co_return opened.error();
        if (!co_await clock_.sleep_for(kLook)) co_return Error{Errc::timeout, "cancelled"};
    }
    ++stick_.resets;
    auto reset = co_await busy(stick_.reset_time, deadline);
    if (!reset) {
        open_ = false;
        co_return reset.error();
    }
    stick_.radio = stick_.radio && stick_.defiant;
    if (stick_.radio) co_return Error{Errc::mismatch, "device state 9 after the reset"};
    co_return info();
}

Task<Result<std::vector<HeardBeacon>>> VirtualDongle::listen(std::uint8_t channel, Time deadline) {
    if (!open_) co_return Error{Errc::unavailable, "the port is not open"};
    if (stick_.radio) co_return Error{Errc::refused, "the dongle is on the air"};
    if (stick_.deaf) co_return Error{Errc::protocol, "dongle does not know this command"};
    ++stick_.listens;
    const auto took = co_await busy(stick_.scan_time, deadline);
    if (!took) co_return took.error();
    auto heard = stick_.beacons(channel);
    const auto silent = co_await fence(deadline);
    if (!silent) co_return silent.error();
    co_return heard;
}

Task<Status> VirtualDongle::ping(Time deadline) {
    if (!open_) {
        auto opened = co_await open(deadline);
        if (!opened) co_return opened.error();
    }
    co_return co_await busy(Millis{5}, deadline);
}

Task<Result<znp::Image>> VirtualDongle::read(Time deadline) {
    if (!open_) co_return Error{Errc::unavailable, "the port is not open"};
    if (auto done = co_await busy(stick_.read_time, deadline); !done) co_return done.error();
    co_return stick_.image;
}

Task<Result<WriteReport>> VirtualDongle::write(const znp::Image& image, Time deadline) {
    if (!open_) co_return Error{Errc::unavailable, "the port is not open"};
    if (stick_.radio) co_return Error{Errc::refused, "the dongle is not fenced"};
    ++stick_.writes;
    stick_.torn = true;
    // As the driver does it: the marker is taken away first, and given back last.
    stick_.image.items.erase(kConfigured);
    auto half = co_await busy(stick_.write_time / 2, deadline);
    const bool early = !stick_.break_late;
    if (half && early && stick_.break_writes) half = Status(Errc::mismatch, "read back differs");
    // Whatever happens from here on: the items of the second half are still the old ones.
    auto left = image.items.size() / 2;
    for (auto it = image.items.begin(); left > 0; ++it, --left)
        if (it->first != kConfigured) stick_.image.items[it->first] = it->second;
    if (early && stick_.in_write) std::exchange(stick_.in_write, {})();
    if (!half) {
        stick_.break_writes = false;
        co_return half.error();
    }
    if (auto rest = co_await busy(stick_.write_time / 2, deadline); !rest) co_return rest.error();
    if (std::exchange(stick_.break_late, false) && (stick_.break_writes || stick_.in_write)) {
        // All is there but for one item, which the flash lost at the very end.
        stick_.image = image;
        stick_.image.items.erase(kOnNetwork);
        stick_.break_writes = false;
        if (stick_.in_write) std::exchange(stick_.in_write, {})();
        co_return Error{Errc::mismatch, "BDBNODEISONANETWORK: read back differs"};
    }
    stick_.image = image;
    stick_.torn = false;
    WriteReport report;
    report.items_written = report.items_verified = static_cast<unsigned>(image.items.size());
    report.frame_counter = znp::frame_counter(image);
    co_return report;
}

}  // namespace zha::sim
