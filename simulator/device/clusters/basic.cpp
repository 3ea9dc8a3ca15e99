#include "simulator/device/clusters/basic.hpp"

namespace zha::sim {
namespace {

Cluster::Attributes make_attributes(const Identity& identity) {
    auto uint8 = [](std::uint8_t value) {
        return Attribute{zcl::number(zcl::kUint8, value), false, false};
    };
    auto text = [](const std::string& value) { return Attribute{zcl::text(value), false, false}; };
    constexpr std::uint8_t kZclVersion = 3;  // what devices of Zigbee 3.0 say
    return {{0x0000, uint8(kZclVersion)},
            {0x0001, uint8(identity.application_version)},
            {0x0002, uint8(0)},  // StackVersion
            {0x0003, uint8(identity.hardware_version)},
            {0x0004, text(identity.manufacturer)},
            {0x0005, text(identity.model)},
            {0x0006, text(identity.date_code)},
            {0x0007,
             {zcl::number(zcl::kEnum8, static_cast<std::uint8_t>(identity.power)), false, false}},
            {0x4000, text(identity.software_build)}};
}

}  // namespace

BasicCluster::BasicCluster(const Identity& identity) : Cluster(kId, make_attributes(identity)) {}

CommandResult BasicCluster::command(std::uint8_t id, zcl::Reader payload, bool unicast) {
    constexpr std::uint8_t kResetToFactoryDefaults = 0x00;
    if (id == kResetToFactoryDefaults) return {};
    return Cluster::command(id, payload, unicast);
}

}  // namespace zha::sim
