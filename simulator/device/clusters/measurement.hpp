// What: the clusters of a climate sensor: temperature, humidity, battery.
// Why: a sensor that sleeps and reports shows that nobody has to ask a device after a failover.
// Contract: units of the ZCL: 0.01 degrees Celsius, 0.01 %, 0.1 V, 0.5 %. ZCL 4.4, 4.7, 3.3.
#pragma once

#include "simulator/device/cluster.hpp"

namespace zha::sim {

class TemperatureCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0402;
    static constexpr std::uint16_t kMeasured = 0x0000;

    TemperatureCluster();
    double celsius() const { return static_cast<double>(number(kMeasured)) / 100.0; }
};

class HumidityCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0405;
    static constexpr std::uint16_t kMeasured = 0x0000;

    HumidityCluster();
};

class PowerConfigurationCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0001;
    static constexpr std::uint16_t kBatteryVoltage = 0x0020;
    static constexpr std::uint16_t kBatteryPercentage = 0x0021;

    PowerConfigurationCluster();
};

}  // namespace zha::sim
