#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

Task<Status> nothing() {
    co_return Status();
}

Task<Status> silence(Node& node, Time deadline) {
    node.step = "stopping zigbee2mqtt";
    auto killed = co_await node.service.kill(deadline);
    node.service_seen = Time{0};
    co_await node.look_at_service(Millis{0});
    if (killed) node.service_may_run = false;
    // Even when zigbee2mqtt cannot be ended: off the air now is better than proven later.
    node.step = "resetting the dongle";
    Result<DongleInfo> info(DongleInfo{});
    if (kept(Safeguard::fence_reset)) info = co_await node.dongle.fence(deadline);
    if (!killed) co_return within("zigbee2mqtt does not end", killed.error());
    if (!info && kept(Safeguard::fence_read_back)) {
        node.dongle_state = node.dongle.present() ? DongleState::faulty : DongleState::absent;
        co_return info.error();
    }
    if (info) node.dongle_info = *info;
    node.dongle_state = DongleState::silent;
    node.ping_failures = 0;
    node.pinged_at = node.now();
    node.silenced = true;
    co_return Status();
}

Task<Status> fence(Node& node, Time deadline) {
    node.silenced = false;
    const bool first = node.dongle_state == DongleState::unknown && !node.dongle_info;
    Status silent;
    if (first && !kept(Safeguard::boot_fence))
        node.silenced = true;
    else
        silent = co_await silence(node, deadline);
    if (!silent) co_return silent;
    // Durable before it is told: a released epoch may be given to another node at once.
    if (auto released = node.release(); !released) {
        node.silenced = false;
        co_return released;
    }
    if (node.dongle_info)
        spdlog::info("fenced: device state {} read back", node.dongle_info->device_state);
    co_return Status();
}

Task<Status> confirm_gone(Node& node, Time deadline) {
    node.silenced = false;
    node.step = "stopping zigbee2mqtt";
    auto killed = co_await node.service.kill(deadline);
    node.service_seen = Time{0};
    co_await node.look_at_service(Millis{0});
    if (!killed && kept(Safeguard::gone_proof))
        co_return within("zigbee2mqtt does not end", killed.error());
    node.service_may_run = false;
    node.dongle.close();
    if (node.dongle.present()) co_return Status(Errc::busy, "the dongle came back");
    node.dongle_state = DongleState::absent;
    node.unsurveyed = true;
    node.fault = "no dongle at " + node.self.port;
    co_return node.release();
}

}  // namespace zha::steps
