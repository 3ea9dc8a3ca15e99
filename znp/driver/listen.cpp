// What a dongle that is in no network hears on a channel.
#include <algorithm>

#include "znp/driver/driver.hpp"

namespace zha::znp {
namespace {

constexpr std::uint8_t kDuration = 5;  // 507 ms on one channel
constexpr Millis kScanAtMost{3000};    // with what the firmware adds to it
constexpr std::size_t kMostNotifications = 256;

}  // namespace

Task<Result<std::vector<mt::Beacon>>> Driver::scan(std::uint8_t channel, Time deadline) {
    const auto heard = channel_.collect(Type::areq, Subsystem::zdo, mt::id::ZDO_BEACON_NOTIFY_IND,
                                        kMostNotifications);
    const auto confirmed =
        channel_.expect(Type::areq, Subsystem::zdo, mt::id::ZDO_NWK_DISCOVERY_CNF);
    const auto by = std::min(deadline, clock_.now() + options_.request_timeout);
    // Asked once: a second request would end the scan that the first one began.
    const auto answer = co_await channel_.request(
        mt::network_discovery(std::uint32_t{1} << channel, kDuration), by);
    if (!answer) co_return answer.error();
    const auto status = mt::parse_status(*answer);
    if (!status) co_return status.error();
    if (*status != mt::status::SUCCESS)
        co_return Error{Errc::refused, "the dongle does not scan: status " +
                                           std::to_string(static_cast<unsigned>(*status))};
    const auto done =
        co_await channel_.wait(confirmed, std::min(deadline, clock_.now() + kScanAtMost));
    std::vector<mt::Beacon> beacons;
    for (const auto& frame : heard->frames) {
        const auto some = mt::parse_beacons(frame);
        if (some) beacons.insert(beacons.end(), some->begin(), some->end());
    }
    // What was heard counts, also when the end of the scan is not told.
    if (!done && beacons.empty()) co_return within("scan", done.error());
    co_return beacons;
}

Task<Result<std::vector<mt::Beacon>>> Driver::listen(std::uint8_t channel, Time deadline) {
    if (channel < 11 || channel > 26) co_return Error{Errc::invalid, "there is no such channel"};
    const auto before = co_await device_info(deadline);
    if (!before) co_return before.error();
    if (before->state == mt::kDeviceStateCoordinator)
        co_return Error{Errc::refused, "the dongle is on the air and cannot scan"};
    auto beacons = co_await scan(channel, deadline);
    // Whatever the firmware made of the request: it ends here, and is looked at.
    const auto silent = co_await quiet_reset(deadline);
    if (!silent) co_return silent.error();
    co_return beacons;
}

}  // namespace zha::znp
