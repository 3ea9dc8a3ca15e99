#include "node-agent/shutdown.hpp"

#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha {

Task<void> shut_down(Node& node) {
    spdlog::info("stopping");
    const auto& timing = node.config.timing;
    // The loop may be in the middle of a step: it must not start anything any more.
    node.order = Order{};
    node.order.goal = Goal::none;
    node.lease.release(node.lease.memory().epoch);
    if (!node.silenced) {
        auto stopped = co_await node.service.stop(node.now() + timing.stop_timeout / 2);
        if (!stopped) spdlog::warn("{}", stopped.error().message);
        auto silent = co_await steps::silence(node, node.now() + timing.fence);
        if (silent)
            (void)node.release();
        else
            spdlog::error("the dongle may still be on the air: {}", silent.error().message);
    }
    co_await node.bus.stop(node.now() + Millis{1000});
}

}  // namespace zha
