// The fleet's memory: all devices to JSON and back.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "simulator/device/fleet.hpp"
#include "simulator/device/products.hpp"
#include "simulator/device/storage.hpp"

namespace zha::sim {

using nlohmann::ordered_json;

ordered_json DeviceFleet::save() const {
    ordered_json list = ordered_json::array();
    for (const auto& device : devices_) {
        list.push_back({{"name", device->name()},
                        {"kind", device->kind()},
                        {"ieee", device->ieee()},
                        {"station", save_station(air_.station(device->ieee()))},
                        {"application", save_device(*device)}});
    }
    return {{"version", 1}, {"devices", std::move(list)}};
}

struct DeviceFleet::Loaded {
    std::unique_ptr<Device> device;
    StationState station;
};

Result<DeviceFleet::Loaded> DeviceFleet::load(const ordered_json& saved) const {
    const Result<std::string> name = load_text(saved, "name");
    if (!name) return name.error();
    const Result<std::uint64_t> ieee = load_number(saved, "ieee", ~std::uint64_t{0});
    if (!ieee) return ieee.error();
    if (Status allowed = may_add(*name, *ieee); !allowed) return allowed.error();
    const Result<std::string> kind = load_text(saved, "kind");
    if (!kind) return within(*name, kind.error());
    Result<Product> product = make_product(*kind, schedule_, options_.sensor_report);
    if (!product) return within(*name, product.error());
    auto part = [&saved](const char* field) {
        auto found = saved.find(field);
        return found == saved.end() ? ordered_json() : *found;
    };
    Result<StationState> station = load_station(part("station"));
    if (!station) return within(*name + ": station", station.error());
    auto device =
        std::make_unique<Device>(schedule_, air_, *name, *ieee, std::move(product).value());
    if (Status status = load_device(*device, part("application")); !status) {
        return within(*name, status.error());
    }
    return Loaded{std::move(device), std::move(station).value()};
}

Status DeviceFleet::restore(const ordered_json& saved) {
    const auto version = load_number(saved, "version", 1);
    auto list = saved.find("devices");
    if (!version || *version != 1 || list == saved.end() || !list->is_array()) {
        return {Errc::corrupt, "saved devices: expected version 1 and a list"};
    }
    std::vector<Loaded> all;
    std::set<std::string> names;
    std::set<Ieee> addresses;
    for (const ordered_json& entry : *list) {
        Result<Loaded> loaded = load(entry);
        if (!loaded) return within("saved devices", loaded.error());
        if (!names.insert(loaded->device->name()).second ||
            !addresses.insert(loaded->device->ieee()).second ||
            devices_.size() + names.size() > kMaxDevices) {
            return {Errc::corrupt, "saved devices: one of them twice, or too many"};
        }
        all.push_back(std::move(loaded).value());
    }
    for (Loaded& loaded : all) {
        devices_.push_back(std::move(loaded.device));
        air_.add_device(*devices_.back());
        air_.restore(devices_.back()->ieee(), loaded.station);
    }
    return {};
}

}  // namespace zha::sim
