#include "simulator/device/clusters/measurement.hpp"

namespace zha::sim {
namespace {

Cluster::Attributes range(std::uint8_t type, int value, int minimum, int maximum) {
    return {{0x0000, {zcl::number(type, value), false, true}},
            {0x0001, {zcl::number(type, minimum), false, false}},
            {0x0002, {zcl::number(type, maximum), false, false}}};
}

}  // namespace

TemperatureCluster::TemperatureCluster() : Cluster(kId, range(zcl::kInt16, 2100, -1000, 6000)) {}

HumidityCluster::HumidityCluster() : Cluster(kId, range(zcl::kUint16, 4500, 0, 10000)) {}

PowerConfigurationCluster::PowerConfigurationCluster()
    : Cluster(kId, {{kBatteryVoltage, {zcl::number(zcl::kUint8, 30), false, true}},
                    {kBatteryPercentage, {zcl::number(zcl::kUint8, 200), false, true}}}) {}

}  // namespace zha::sim
