#include "simulator/device/products.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "simulator/device/clusters/basic.hpp"
#include "simulator/device/clusters/groups.hpp"
#include "simulator/device/clusters/identify.hpp"
#include "simulator/device/clusters/level.hpp"
#include "simulator/device/clusters/measurement.hpp"
#include "simulator/device/clusters/on_off.hpp"

namespace zha::sim {
namespace {

enum : std::uint16_t {
    kMainsPowerOutlet = 0x0009,
    kDimmableLight = 0x0101,
    kTemperatureSensor = 0x0302,
    kCoolkit = 0x1286,  ///< manufacturer code of SONOFF and eWeLink
    kNanoleaf = 0x115A,
    kOtaUpgrade = 0x0019,
    kIdentify = 0x0003,
};

/// Scenes (0x0005) as the products list it: its attributes, and no command works.
class ScenesCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0005;
    ScenesCluster()
        : Cluster(kId, {{0x0000, {zcl::number(zcl::kUint8, 0), false, false}},   // count
                        {0x0001, {zcl::number(zcl::kUint8, 0), false, false}},   // current scene
                        {0x0002, {zcl::number(zcl::kUint16, 0), false, false}},  // current group
                        {0x0003, {zcl::number(zcl::kBool, 0), false, false}},    // valid
                        {0x0004, {zcl::number(zcl::kBitmap8, 0), false, false}}}) {}  // names
};

void toggle(std::vector<Endpoint>& endpoints) {
    for (Endpoint& endpoint : endpoints) {
        if (auto* on_off = endpoint.get<OnOffCluster>()) on_off->turn(!on_off->on(), Cause::local);
    }
}

/// Rises and falls by a step, as a room does: 20.00 to 23.00 degrees and back, humidity against it.
void measure(std::vector<Endpoint>& endpoints, std::uint64_t step) {
    constexpr std::int64_t kHalf = 30;
    const auto phase = static_cast<std::int64_t>(step % (2 * kHalf));
    const std::int64_t height = kHalf - std::llabs(phase - kHalf);
    for (Endpoint& endpoint : endpoints) {
        if (auto* temperature = endpoint.get<TemperatureCluster>()) {
            temperature->set(TemperatureCluster::kMeasured, 2000 + 10 * height, Cause::local);
        }
        if (auto* humidity = endpoint.get<HumidityCluster>()) {
            humidity->set(HumidityCluster::kMeasured, 5500 - 25 * height, Cause::local);
        }
    }
}

Product make_plug(Schedule& schedule) {
    Product product{.kind = "plug", .model = "S26R2ZB", .manufacturer_code = kCoolkit, .lqi = 156};
    Endpoint endpoint{.id = 1, .device_id = kMainsPowerOutlet};
    endpoint.add<BasicCluster>(Identity{.manufacturer = "SONOFF",
                                        .model = product.model,
                                        .date_code = "20210901",
                                        .software_build = "1.0.0"});
    endpoint.add<IdentifyCluster>(schedule);
    endpoint.add<GroupsCluster>();
    endpoint.add<ScenesCluster>();
    endpoint.add<OnOffCluster>(schedule, false);
    endpoint.clients = {kOtaUpgrade};
    product.endpoints.push_back(std::move(endpoint));
    product.main = {{1, OnOffCluster::kId, OnOffCluster::kOnOff}};
    product.press = toggle;
    return product;
}

Product make_bulb(Schedule& schedule) {
    Product product{
        .kind = "bulb", .model = "NL08-0800", .manufacturer_code = kNanoleaf, .lqi = 132};
    Endpoint endpoint{.id = 1, .device_id = kDimmableLight};
    endpoint.add<BasicCluster>(Identity{.manufacturer = "Nanoleaf",
                                        .model = product.model,
                                        .date_code = "20160720",
                                        .software_build = "2.1.0"});
    endpoint.add<IdentifyCluster>(schedule);
    endpoint.add<GroupsCluster>();
    endpoint.add<ScenesCluster>();
    OnOffCluster& on_off = endpoint.add<OnOffCluster>(schedule, true);
    endpoint.add<LevelCluster>(on_off);
    endpoint.clients = {kOtaUpgrade};
    product.endpoints.push_back(std::move(endpoint));
    product.main = {{1, OnOffCluster::kId, OnOffCluster::kOnOff},
                    {1, LevelCluster::kId, LevelCluster::kCurrentLevel}};
    product.press = toggle;
    return product;
}

Product make_sensor(Schedule& schedule, Millis period) {
    Product product{.kind = "sensor",
                    .model = "SNZB-02",
                    .manufacturer_code = kCoolkit,
                    .sleepy = true,
                    .lqi = 96};
    Endpoint endpoint{.id = 1, .device_id = kTemperatureSensor};
    endpoint.add<BasicCluster>(Identity{.manufacturer = "eWeLink",
                                        .model = product.model,
                                        .power = PowerSource::battery,
                                        .date_code = "20201026",
                                        .software_build = "1.0.5"});
    endpoint.add<IdentifyCluster>(schedule);
    endpoint.add<TemperatureCluster>();
    endpoint.add<HumidityCluster>();
    endpoint.add<PowerConfigurationCluster>();
    endpoint.clients = {kIdentify};
    product.endpoints.push_back(std::move(endpoint));
    product.main = {
        {1, TemperatureCluster::kId, TemperatureCluster::kMeasured},
        {1, HumidityCluster::kId, HumidityCluster::kMeasured},
        {1, PowerConfigurationCluster::kId, PowerConfigurationCluster::kBatteryPercentage}};
    product.press = [step = std::uint64_t{10}](std::vector<Endpoint>& endpoints) mutable {
        measure(endpoints, ++step);
    };
    product.period = period;
    return product;
}

}  // namespace

Result<Product> make_product(const std::string& kind, Schedule& schedule, Millis sensor_period) {
    if (kind == "plug") return make_plug(schedule);
    if (kind == "bulb") return make_bulb(schedule);
    if (kind == "sensor") return make_sensor(schedule, sensor_period);
    return {Errc::invalid, fmt::format("kind {}: expected plug, bulb or sensor", kind)};
}

}  // namespace zha::sim
