#include "node-agent/link.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "platform/log/log.hpp"

namespace zha {

namespace {

constexpr Millis kLook{20};

std::uint64_t random_number() {
    std::random_device device;
    return (std::uint64_t{device()} << 21) ^ device();
}

/// Is there something worth telling at once? The numbers that always change are not.
bool differ(NodeReport& present, const NodeReport& sent) {
    present.nonce = sent.nonce;
    present.lease_left = sent.lease_left;
    return present != sent;
}

}  // namespace

std::string agent_online() {
    return R"({"state":"online"})";
}
std::string agent_offline() {
    return R"({"state":"offline"})";
}

Link::Link(Node& node)
    : node_(node),
      topics_(node.config.mqtt.base_topic, node.config.cluster),
      boot_(std::to_string(random_number())),
      nonce_(random_number()) {}

void Link::begin() {
    auto& bus = node_.bus;
    const auto& name = node_.self.name;
    bus.on_connection([this](bool up, const std::string& why) { connection(up, why); });
    bus.subscribe(topics_.order(name), [this](const BusMessage& m) { heard_order(m); });
    bus.subscribe(topics_.report(name), [this](const BusMessage& m) { heard_echo(m); });
    bus.subscribe(topics_.poke(name), [this](const BusMessage&) { poked_ = true; });
    for (const bool spare : {false, true})
        bus.subscribe(topics_.controller_status(spare),
                      [this, spare](const BusMessage& m) { heard_controller(spare, m); });
    node_.bridge.subscribe(bus, node_.config.mqtt.z2m_base_topic);
    node_.dongle_watch.subscribe(bus, node_.config.mqtt.z2m_base_topic);
}

void Link::connection(bool up, const std::string& why) {
    // What the controller's status was before says nothing about now.
    controllers_ = {};
    connected_at_ = node_.now();
    node_.lease.presence(ControllerPresence::unknown);
    if (!up) {
        spdlog::warn("broker: {}", why);
        return;
    }
    spdlog::info("connected to the broker");
    (void)node_.bus.publish(topics_.agent_status(node_.self.name), agent_online(), true, 1);
    poked_ = true;
}

void Link::heard_controller(bool spare, const BusMessage& message) {
    const auto status = wire::decode_status(message.payload);
    controllers_[spare ? 1 : 0] = status ? std::optional(status->state) : std::nullopt;
    node_.lease.presence(presence());
}

ControllerPresence Link::presence() const {
    using State = wire::ControllerStatus::State;
    for (const auto& state : controllers_)
        if (state == State::online) return ControllerPresence::online;
    const auto& [first, spare] = controllers_;
    // One that waits renews nothing, so nobody does.
    if (!node_.config.controller.spare || (first && spare))
        return first ? ControllerPresence::offline : ControllerPresence::unknown;
    // The word of the other one may still be on its way to us, and an echo must not overtake it.
    // One that was never started says nothing.
    const bool late = node_.now() - connected_at_ >= node_.config.timing.lease / 2;
    return late && (first || spare) ? ControllerPresence::offline : ControllerPresence::unknown;
}

void Link::heard_echo(const BusMessage& message) {
    if (message.retained) return;
    const auto report = wire::decode_report(message.payload);
    node_.lease.presence(presence());
    if (report && report->boot == boot_) node_.lease.echo(report->nonce, node_.now());
}

void Link::heard_order(const BusMessage& message) {
    if (message.retained) return;
    auto order = wire::decode_order(message.payload);
    if (!order) {
        spdlog::warn("{}", order.error().message);
        return;
    }
    const auto verdict = node_.lease.accept(*order, node_.now());
    if (verdict != OrderVerdict::accepted && verdict != OrderVerdict::no_lease) {
        spdlog::debug("order not obeyed: {}", to_string(verdict));
        return;
    }
    if (auto saved = node_.remember(); !saved) {
        // What is not on disk must not be acted on: the lease is not extended by a later restart.
        node_.fault = saved.error().message;
        spdlog::error("order not obeyed: {}", saved.error().message);
        return;
    }
    if (order->goal != node_.order.goal)
        spdlog::info("goal: {} (epoch {})", to_string(order->goal), order->epoch);
    node_.order = std::move(*order);
}

void Link::send_report() {
    auto report = node_.report();
    report.boot = boot_;
    report.host_boot = node_.host_boot;
    report.nonce = ++nonce_;
    const auto at = node_.now();
    if (auto sent = node_.bus.publish(topics_.report(node_.self.name), wire::encode(report), false);
        !sent)
        return;
    node_.lease.report_sent(report.nonce, at);
    sent_ = std::move(report);
    sent_at_ = at;
    poked_ = false;
}

Task<void> Link::run() {
    while (co_await node_.clock.sleep_for(kLook)) {
        if (!node_.bus.connected()) continue;
        node_.report(present_);
        present_.boot = boot_;
        present_.host_boot = node_.host_boot;
        const bool changed = differ(present_, sent_);
        const bool due = node_.now() - sent_at_ >= node_.config.timing.heartbeat;
        if (due || changed || poked_) send_report();
    }
}

}  // namespace zha
