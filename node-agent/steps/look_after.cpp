// What is looked at while nothing is to be done: the dongle, and what a standby would start from.
#include <algorithm>

#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

namespace {

constexpr Millis kPingMost{2000};
constexpr Millis kPingAgain{5000};      ///< after a failure
constexpr Millis kVerifyEvery{600000};  ///< hashes of what lies on the disk

/// zigbee2mqtt owns the port, so it is asked. A lost dongle is handled like a dead zigbee2mqtt: the
/// restart in place resets the dongle first.
Task<void> look_after_active(Node& node) {
    const auto& timing = node.config.timing;
    // "offline" is not the last word: a broker that is stopped says everybody's will, and who comes
    // back after zigbee2mqtt finds its "online" only as a retained word of the past.
    const auto& bridge = node.bridge;
    if (bridge.info().ieee.empty()) co_return;
    node.dongle_watch.look(node.bus, bridge.info().ieee, bridge.online(), timing, node.now());
    const auto why = node.dongle_watch.lost(timing);
    if (why.empty()) co_return;
    spdlog::error("{}", why);
    node.fault = why;
    node.dongle_state = DongleState::faulty;
    node.dongle_watch.blame();
    node.dongle_watch.restart();
    auto killed = co_await node.service.kill(node.now() + timing.fence);
    if (!killed) spdlog::error("{}", killed.error().message);
    node.service_seen = Time{0};
    co_await node.look_at_service(Millis{0});
}

Task<void> ping_standby(Node& node) {
    const auto& timing = node.config.timing;
    if (node.state != NodeState::standby) co_return;
    const auto wait = node.ping_failures > 0 ? std::min(kPingAgain, timing.ping) : timing.ping;
    if (timing.ping_fall == 0 || node.now() - node.pinged_at < wait) co_return;
    node.pinged_at = node.now();
    const auto pong = co_await node.dongle.ping(node.now() + kPingMost);
    const bool faulty = node.dongle_state == DongleState::faulty;
    if (pong) {
        node.ping_failures = 0;
        if (!faulty) co_return;
        spdlog::info("the dongle answers again");
        node.dongle_state = DongleState::silent;
        node.fault.clear();
        co_return;
    }
    if (++node.ping_failures < timing.ping_fall || faulty) co_return;
    node.dongle_state = DongleState::faulty;
    node.fault = "the dongle does not answer: " + pong.error().message;
    spdlog::error("{}", node.fault);
}

/// The disk may lose what was good when it was written. What is damaged is dropped; then the table
/// asks for it anew.
void verify_snapshots(Node& node) {
    if (node.now() - node.verified_at < kVerifyEvery) return;
    node.verified_at = node.now();
    for (const auto* held : {&node.snapshots.staged(), &node.snapshots.own()}) {
        if (!*held) continue;
        const auto id = (*held)->info.id;
        const bool own = held == &node.snapshots.own();
        const bool best = node.snapshots.best()->info.id == id;
        const auto loaded = node.snapshots.load(id);
        if (loaded) continue;
        const auto why = "snapshot " + id + " was damaged on the disk: " + loaded.error().message;
        spdlog::error("{}", why);
        if (best) node.fault = why;
        // Its own one may be made again from the dongle.
        node.unsurveyed = node.unsurveyed || own;
    }
}

}  // namespace

Task<void> look_after(Node& node) {
    if (node.state == NodeState::active) return look_after_active(node);
    if (node.state == NodeState::standby) verify_snapshots(node);
    return ping_standby(node);
}

}  // namespace zha::steps
