#include "node-agent/shutdown.hpp"

#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha {

Task<void> shut_down(Node& node) {
    spdlog::info("stopping");
    const auto& timing = node.config.timing;
    // The step in progress gives up by itself; two at once would fight over the dongle.
    node.stopping = true;
    const bool ended =
        co_await until(node.clock, node.now() + timing.stop_timeout, [&] { return node.ended; });
    if (!ended) spdlog::warn("a step did not give up in time");
    if (!node.silenced) {
        node.state = NodeState::draining;
        auto drained = co_await steps::drain(node, node.now() + timing.stop_timeout + timing.fence);
        if (drained)
            node.state = NodeState::fenced;
        else
            spdlog::error("the dongle may still be on the air: {}", drained.error().message);
    }
    node.step = "the agent is stopped";
    // The last report lets the controller act at once instead of missing the next ones.
    co_await node.clock.sleep_for(Millis{200});
    co_await node.bus.stop(node.now() + Millis{1000});
}

}  // namespace zha
