#include "simulator/device/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "simulator/device/clusters/level.hpp"
#include "simulator/device/clusters/measurement.hpp"
#include "simulator/device/clusters/on_off.hpp"
#include "simulator/device/device.hpp"
#include "simulator/device/products.hpp"

namespace zha::sim {
namespace {

constexpr std::size_t kMaxName = 32;

bool valid_name(const std::string& name) {
    return !name.empty() && name.size() <= kMaxName &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

/// The same name has the same address in every run (FNV-1a below a fixed vendor prefix).
Ieee derived_ieee(const std::string& name) {
    constexpr Ieee kPrefix = 0xA4C1'3800'0000'0000;
    std::uint32_t hash = 2166136261U;
    for (char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
    return kPrefix | hash;
}

}  // namespace

nlohmann::ordered_json to_json(const DeviceState& state) {
    nlohmann::ordered_json json{{"name", state.name},
                                {"kind", state.kind},
                                {"model", state.model},
                                {"ieee", hex_ieee(state.ieee)},
                                {"joined", state.radio.membership.has_value()},
                                {"pairing", state.radio.pairing},
                                {"joins", state.radio.joins},
                                {"drops", state.radio.drops}};
    if (state.radio.membership) {
        json["nwk"] = hex_short(state.radio.membership->nwk);
        json["epid"] = hex_ieee(state.radio.membership->network.extended_pan_id);
    }
    if (state.radio.heard_counter) json["heard_counter"] = *state.radio.heard_counter;
    if (state.on) json["on"] = *state.on;
    if (state.brightness) json["brightness"] = *state.brightness;
    if (state.temperature) json["temperature"] = *state.temperature;
    return json;
}

DeviceFleet::DeviceFleet(Schedule& schedule, Medium& air, FleetOptions options)
    : schedule_(schedule), air_(air), options_(options) {}

DeviceFleet::~DeviceFleet() {
    for (const auto& device : devices_) air_.remove_device(device->ieee());
}

Status DeviceFleet::may_add(const std::string& name, Ieee ieee) const {
    if (!valid_name(name)) {
        return {Errc::invalid,
                fmt::format("device name: expected 1 to {} of a-z, 0-9, - and _", kMaxName)};
    }
    if (devices_.size() >= kMaxDevices) {
        return {Errc::refused, fmt::format("device {}: there are {} already", name, kMaxDevices)};
    }
    for (const auto& device : devices_) {
        if (device->name() == name) {
            return {Errc::refused, fmt::format("device {}: the name is taken", name)};
        }
        if (device->ieee() == ieee) {
            return {Errc::refused, fmt::format("device {}: {} has the address {}", name,
                                               device->name(), hex_ieee(ieee))};
        }
    }
    return {};
}

Status DeviceFleet::add(const std::string& kind, const std::string& name, Ieee ieee) {
    if (ieee == 0) ieee = derived_ieee(name);
    if (Status allowed = may_add(name, ieee); !allowed) return allowed;
    Result<Product> product = make_product(kind, schedule_, options_.sensor_report);
    if (!product) return within("device " + name, product.error());
    devices_.push_back(
        std::make_unique<Device>(schedule_, air_, name, ieee, std::move(product).value()));
    air_.add_device(*devices_.back());
    return {};
}

Result<Device*> DeviceFleet::find(const std::string& name) const {
    for (const auto& device : devices_) {
        if (device->name() == name) return device.get();
    }
    // A name that is no name is not repeated: it may be anything.
    return {Errc::not_found,
            valid_name(name) ? fmt::format("device {}: there is none", name) : "no such device"};
}

Result<Device*> DeviceFleet::find_joined(const std::string& name) const {
    Result<Device*> device = find(name);
    if (device && !(*device)->is_joined()) {
        return {Errc::refused, fmt::format("device {}: it has no network; pair it first", name)};
    }
    return device;
}

Status DeviceFleet::pair(const std::string& name) {
    Result<Device*> device = find(name);
    if (!device) return device.error();
    air_.pair((*device)->ieee());
    return {};
}

Status DeviceFleet::press(const std::string& name) {
    Result<Device*> device = find(name);
    if (!device) return device.error();
    (*device)->press();
    return {};
}

Status DeviceFleet::report(const std::string& name) {
    Result<Device*> device = find_joined(name);
    if (!device) return device.error();
    (*device)->report();
    return {};
}

Status DeviceFleet::leave(const std::string& name) {
    Result<Device*> device = find(name);
    if (!device) return device.error();
    air_.leave((*device)->ieee());
    return {};
}

Status DeviceFleet::announce(const std::string& name) {
    Result<Device*> device = find_joined(name);
    if (!device) return device.error();
    air_.announce((*device)->ieee());
    return {};
}

std::vector<DeviceState> DeviceFleet::list() const {
    std::vector<DeviceState> states;
    for (const auto& device : devices_) {
        DeviceState state;
        state.name = device->name();
        state.kind = device->kind();
        state.model = device->model();
        state.ieee = device->ieee();
        state.radio = air_.station(device->ieee());
        if (auto* on_off = device->get<OnOffCluster>()) state.on = on_off->on();
        if (auto* level = device->get<LevelCluster>()) state.brightness = level->level();
        if (auto* warmth = device->get<TemperatureCluster>()) state.temperature = warmth->celsius();
        states.push_back(std::move(state));
    }
    return states;
}

}  // namespace zha::sim
