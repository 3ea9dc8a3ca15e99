#include "node-agent/bridge_watch.hpp"

#include <nlohmann/json.hpp>

#include "platform/wire/wire.hpp"

namespace zha {

void BridgeWatch::subscribe(Bus& bus, const std::string& base_topic) {
    bus.subscribe(base_topic + "/bridge/state", [this](const BusMessage& m) { heard_state(m); });
    bus.subscribe(base_topic + "/bridge/info", [this](const BusMessage& m) { heard_info(m); });
}

void BridgeWatch::restart() {
    online_ = false;
    info_.known = false;
}

void BridgeWatch::heard_state(const BusMessage& message) {
    if (message.retained) return;
    const auto value = nlohmann::json::parse(message.payload, nullptr, false);
    if (!value.is_object()) return;
    online_ = wire::text_of(value, "state") == "online";
}

void BridgeWatch::heard_info(const BusMessage& message) {
    if (message.retained) return;
    // Not ours to judge: what is missing stays unknown, and nothing is proven by it.
    try {
        const auto value = nlohmann::json::parse(message.payload);
        BridgeInfo info;
        const auto ieee = value.at("coordinator").at("ieee_address").get<std::string>();
        info.ieee = ieee.starts_with("0x") ? ieee.substr(2) : ieee;
        const auto& network = value.at("network");
        info.pan_id = network.at("pan_id");
        const auto& epid = network.at("extended_pan_id");
        info.extended_pan_id = epid.is_string() ? std::stoull(epid.get<std::string>(), nullptr, 16)
                                                : epid.get<std::uint64_t>();
        info.channel = network.at("channel");
        info.version = value.value("version", "");
        info.known = true;
        info_ = info;
    } catch (const std::exception&) {
        info_.known = false;
    }
}

}  // namespace zha
