// drain, recover and refresh: what happens around a running zigbee2mqtt.
#include <algorithm>

#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

Task<Status> drain(Node& node, Time deadline) {
    node.step = "stopping zigbee2mqtt";
    const auto& timing = node.config.timing;
    auto stopped = co_await node.service.stop(std::min(deadline, node.now() + timing.stop_timeout));
    node.service_seen = Time{0};
    co_await node.look_at_service(Millis{0});
    if (!stopped) spdlog::warn("graceful stop: {}", stopped.error().message);
    Status fenced;
    if (kept(Safeguard::drain_fence))
        fenced = co_await fence(node, node.now() + timing.fence);
    else
        fenced = node.release();
    if (!fenced) co_return fenced;
    // Silent and released; what follows only makes the successor's start better.
    auto read = co_await read_dongle(node, deadline);
    if (read) node.unsurveyed = false;
    if (auto kept = keep_last(node, read); !kept)
        spdlog::warn("final snapshot: {}", kept.error().message);
    co_return Status();
}

Task<Status> recover(Node& node, Time deadline) {
    node.restarts.push_back(node.now());
    node.step = "restarting zigbee2mqtt in place";
    auto killed = co_await node.service.kill(node.now() + node.config.timing.fence);
    if (!killed) co_return within("zigbee2mqtt does not end", killed.error());
    // A hung dongle would only make the start fail. The epoch goes on: nothing is released.
    if (node.dongle_state == DongleState::faulty) {
        auto silent = co_await silence(node, node.now() + node.config.timing.fence);
        if (!silent) co_return silent;
    }
    // A short pause: a service that dies at once must not be started in a circle.
    co_await node.clock.sleep_for(Millis{200});
    if (const auto why = node.must_stop(); !why.empty()) co_return Status(Errc::refused, why);
    // Its settings may have been changed since it was started: that is how networks get lost.
    if (auto passed = pass_gate(node, ""); !passed) co_return passed;
    auto started = co_await start_and_verify(node, deadline);
    if (started) node.fault.clear();
    co_return started;
}

Task<Status> refresh(Node& node, Time) {
    node.refreshed_at = node.now();
    auto kept = keep_snapshot(node);
    // Not worth a change of state: the last good generation is still there.
    if (!kept) spdlog::warn("snapshot: {}", kept.error().message);
    co_return Status();
}

}  // namespace zha::steps
