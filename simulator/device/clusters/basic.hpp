// What: Basic (0x0000): who made a device and what it is.
// Why: zigbee2mqtt recognises a product by its model and manufacturer.
// Contract: the attributes an interview reads, all of them present. ZCL 3.2.
#pragma once

#include <string>

#include "simulator/device/cluster.hpp"

namespace zha::sim {

enum class PowerSource : std::uint8_t { mains = 0x01, battery = 0x03 };

struct Identity {
    std::string manufacturer;
    std::string model;
    PowerSource power = PowerSource::mains;
    std::uint8_t application_version = 1;
    std::uint8_t hardware_version = 1;
    std::string date_code{};
    std::string software_build{};
};

class BasicCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0000;

    explicit BasicCluster(const Identity& identity);
    /// Reset to factory defaults (0x00) concerns attributes only and all of these are fixed.
    CommandResult command(std::uint8_t id, zcl::Reader payload, bool unicast) override;
};

}  // namespace zha::sim
