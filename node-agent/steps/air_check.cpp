// Is another coordinator of this network on the air? Hearing one is proof; hearing none is not.
#include <algorithm>

#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

namespace {

constexpr Millis kAtMost{10000};  ///< a scan of one channel and a reset

/// A scan that failed leaves the dongle in a state nobody looked at: it is looked at now.
Task<Status> go_on_without(Node& node, const Error& error, Time deadline) {
    if (node.config.air_check == "required") co_return within("air check", error);
    spdlog::warn("air check: {}; going on without", error.message);
    const auto silent = co_await node.dongle.fence(deadline);
    if (!silent) co_return within("after the air check", silent.error());
    co_return Status();
}

}  // namespace

Task<Status> air_check(Node& node, const znp::Image& image, Time deadline) {
    if (node.config.air_check == "off") co_return Status();
    const auto network = znp::identity_of(image);
    if (!network) co_return co_await go_on_without(node, network.error(), deadline);
    node.step = "listening";
    const auto heard =
        co_await node.dongle.listen(network->channel, std::min(deadline, node.now() + kAtMost));
    if (!heard) co_return co_await go_on_without(node, heard.error(), deadline);
    const auto other = std::find_if(heard->begin(), heard->end(), [&](const HeardBeacon& b) {
        return b.source == 0 && b.extended_pan_id == network->extended_pan_id;
    });
    if (other == heard->end()) {
        node.heard_on = 0;
        spdlog::info("air check: {} answers on channel {}, none of this network's coordinator",
                     heard->size(), network->channel);
        co_return Status();
    }
    node.heard_on = network->channel;
    node.heard_on_at = node.now();
    co_return Status(Errc::refused,
                     "the air check heard a coordinator of this network on channel " +
                         std::to_string(network->channel));
}

}  // namespace zha::steps
