// What is looked at while nothing is to be done: the dongle, and what a standby would start from.
#include <algorithm>

#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

namespace {

constexpr Millis kPingMost{2000};
constexpr Millis kPingAgain{5000};      ///< after a failure

Task<void> ping_standby(Node& node) {
    const auto& timing = node.config.timing;
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

}  // namespace

Task<void> look_after(Node& node) {
    if (node.state != NodeState::standby) co_return;
    co_await ping_standby(node);
}

}  // namespace zha::steps
