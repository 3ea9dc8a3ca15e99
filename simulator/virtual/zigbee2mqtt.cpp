#include "simulator/virtual/zigbee2mqtt.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace zha::sim {

namespace {
constexpr Millis kLook{500};
constexpr const char* kOnline = R"({"state":"online"})";
constexpr const char* kOffline = R"({"state":"offline"})";
}  // namespace

VirtualZigbee2mqtt::VirtualZigbee2mqtt(VirtualBroker& broker, VirtualService& service,
                                       VirtualStick& stick, std::string base_topic)
    : broker_(broker), service_(service), stick_(stick), base_(std::move(base_topic)) {
    service_.began = [this] { began(); };
    service_.ended = [this] { ended(); };
}

void VirtualZigbee2mqtt::began() {
    const auto run = ++run_;
    bus_.emplace(broker_, VirtualBus::Options{base_ + "/bridge/state", kOffline, Millis{60000}});
    if (cut_) bus_->cut(*cut_);
    bus_->subscribe(base_ + "/bridge/request/action",
                    [this, run](const BusMessage& m) { asked(run, m.payload); });
    // bridge/state alone is said again to a broker that was gone.
    bus_->on_connection([this, run](bool up, const std::string&) {
        if (up && run == run_ && said_run_ == run) say_online();
    });
    bus_->start();
    stick_.taken = stick_.there();
    strange_ = disagrees && disagrees();
    watch(run);
    // The radio is on well before it says so.
    broker_.time().after(boot_time / 2, [this, run] { radio_on(run); });
    broker_.time().after(boot_time, [this, run] { on_the_air(run); });
}

void VirtualZigbee2mqtt::radio_on(std::uint64_t run) {
    if (run != run_ || !stick_.there() || stick_.hung) return;
    if (stunned_) {
        broker_.time().after(kLook, [this, run] { radio_on(run); });
        return;
    }
    if ((strange_ || !znp::identity_of(stick_.image)) && forms) stick_.image = forms();
    stick_.radio = true;
}

void VirtualZigbee2mqtt::ended() {
    ++run_;
    bus_.reset();
    stick_.taken = false;
}

void VirtualZigbee2mqtt::watch(std::uint64_t run) {
    broker_.time().after(kLook, [this, run] {
        if (run != run_) return;
        // Pulled out and put in again is another stick for it, too.
        if (!stick_.taken && !patient) return service_.die();
        if (!stick_.taken && stick_.there()) {
            stick_.taken = true;
            broker_.time().after(boot_time / 2, [this, run] { radio_on(run); });
        }
        watch(run);
    });
}

/// "raw", active endpoints of the coordinator: the only action that anybody here asks for.
void VirtualZigbee2mqtt::asked(std::uint64_t run, const std::string& request) {
    const auto value = nlohmann::json::parse(request, nullptr, false);
    if (dumb || !value.is_object() || !value.contains("transaction")) return;
    nlohmann::json answer{{"status", stick_.hung ? "error" : "ok"},
                          {"transaction", value["transaction"]}};
    auto endpoints = nlohmann::json::array();
    if (stick_.radio) endpoints.push_back(1);
    answer["data"] = nlohmann::json::array({0, {{"endpointList", endpoints}}});
    const Millis takes{stick_.hung ? 6000 : 5};
    broker_.time().after(takes, [this, run, text = answer.dump()] {
        if (run == run_ && !stunned_ && bus_)
            (void)bus_->publish(base_ + "/bridge/response/action", text, false);
    });
}

void VirtualZigbee2mqtt::on_the_air(std::uint64_t run) {
    if (run != run_ || !stick_.on_air() || stick_.hung || mute) return;
    const auto identity = znp::identity_of(stick_.image);
    if (!identity) return;
    if (stunned_ || !bus_->connected()) {
        broker_.time().after(kLook, [this, run] { on_the_air(run); });
        return;
    }
    const nlohmann::json info{
        {"version", "2.14.1"},
        {"coordinator", {{"ieee_address", fmt::format("0x{:016x}", identity->ieee)}}},
        {"network",
         {{"pan_id", identity->pan_id},
          {"extended_pan_id", fmt::format("0x{:016x}", identity->extended_pan_id)},
          {"channel", identity->channel}}}};
    (void)bus_->publish(base_ + "/bridge/info", info.dump(), true, 1);
    said_run_ = run;
    say_online();
}

void VirtualZigbee2mqtt::say_online() {
    (void)bus_->publish(base_ + "/bridge/state", kOnline, true, 1);
    said = broker_.time().elapsed();
}

void VirtualZigbee2mqtt::cut(VirtualBus::Cut what) {
    cut_ = what;
    if (bus_) bus_->cut(what);
}

void VirtualZigbee2mqtt::restore() {
    cut_.reset();
    if (bus_) bus_->restore();
}

void VirtualZigbee2mqtt::stun() {
    stunned_ = true;
    if (bus_) bus_->stun();
}

void VirtualZigbee2mqtt::resume() {
    stunned_ = false;
    if (bus_) bus_->resume();
}

void VirtualZigbee2mqtt::sever() {
    if (bus_) bus_->sever();
}

}  // namespace zha::sim
