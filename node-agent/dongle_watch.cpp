#include "node-agent/dongle_watch.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/limits.hpp"
#include "platform/log/log.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

namespace {

constexpr Millis kFirst{1000};      ///< after the start: zigbee2mqtt subscribes after its "online"
constexpr Millis kAgain{5000};      ///< after a failure, and until the first answer
constexpr unsigned kToldAfter = 3;  ///< questions without any answer
constexpr std::size_t kAnswerBytes = 4096;
constexpr int kActiveEndpoints = 5;  ///< cluster of ZDO

/// How many endpoints the answer names; nothing: it is no answer to this question. A dongle that
/// was reset has none until a host registers them.
std::optional<std::size_t> endpoints(const nlohmann::json& answer) {
    if (!answer.contains("data") || !answer["data"].is_array()) return std::nullopt;
    for (const auto& part : answer["data"]) {
        if (!part.is_object() || !part.contains("endpointList")) continue;
        if (part["endpointList"].is_array()) return part["endpointList"].size();
    }
    return std::nullopt;
}

/// Was the dongle asked? zigbee2mqtt's adapter names the command that failed in TI's words ("SRSP -
/// ZDO - activeEpReq after 6000ms"); an action that is not known gets an error without them.
bool asked_in_vain(const nlohmann::json& answer) {
    return wire::text_of(answer, "error").find("ZDO - ") != std::string::npos;
}

}  // namespace

void DongleWatch::subscribe(Bus& bus, const std::string& base_topic) {
    topic_ = base_topic + "/bridge/request/action";
    bus.subscribe(base_topic + "/bridge/response/action",
                  [this](const BusMessage& m) { heard(m); });
}

void DongleWatch::restart() {
    waiting_ = begun_ = proven_ = false;
    failures_ = unanswered_ = 0;
    why_.clear();
}

void DongleWatch::failed(const std::string& why) {
    waiting_ = false;
    if (!proven_) {
        if (++unanswered_ == kToldAfter)
            spdlog::warn("a dongle that hangs while active will not be noticed: {}", why);
        return;
    }
    ++failures_;
    why_ = why;
}

void DongleWatch::heard(const BusMessage& message) {
    if (message.retained || !waiting_ || message.payload.size() > kAnswerBytes) return;
    const auto value = nlohmann::json::parse(message.payload, nullptr, false);
    if (!value.is_object()) return;
    if (wire::text_of(value, "transaction") != node_ + "-" + std::to_string(asked_)) return;
    const bool ok = wire::text_of(value, "status") == "ok";
    const auto named = ok ? endpoints(value) : std::nullopt;
    // A bad answer shows as well as a good one that the question can be asked.
    const bool good = named.value_or(0) > 0;
    good_once_ = good_once_ || good;
    // Is it the dongle's way to answer badly? Starting it again and again would not help.
    proven_ =
        proven_ || good || ((!blamed_ || good_once_) && (named || (!ok && asked_in_vain(value))));
    if (!ok) return failed("a request to it ran into an error");
    if (!good) return failed("it has lost its endpoints, as after a reset");
    waiting_ = false;
    failures_ = 0;
}

void DongleWatch::look(Bus& bus, const std::string& ieee, bool online, const Timing& timing,
                       Time now) {
    if (timing.ping_fall == 0 || !bus.connected()) {
        // What gets lost with a connection proves nothing.
        waiting_ = false;
        return;
    }
    if (!begun_) asked_at_ = now + kFirst - std::min(kAgain, timing.ping);
    begun_ = true;
    const bool late = waiting_ && now - asked_at_ >= kDongleAnswerMost;
    if (late && online) failed("zigbee2mqtt does not answer");
    if (late) waiting_ = false;
    const bool soon = !proven_ || failures_ > 0;
    if (waiting_ || now - asked_at_ < (soon ? std::min(kAgain, timing.ping) : timing.ping)) return;
    const nlohmann::json request{{"transaction", node_ + "-" + std::to_string(++asked_)},
                                 {"action", "raw"},
                                 {"params",
                                  {{"ieee_address", "0x" + ieee},
                                   {"network_address", 0},
                                   {"profile_id", 0},
                                   {"cluster_key", kActiveEndpoints},
                                   {"zdo_params", nlohmann::json::array({0})}}}};
    asked_at_ = now;
    waiting_ = bool(bus.publish(topic_, request.dump(), false));
}

std::string DongleWatch::lost(const Timing& timing) const {
    if (timing.ping_fall == 0 || failures_ < timing.ping_fall) return {};
    return "the dongle does not answer zigbee2mqtt: " + why_;
}

}  // namespace zha
