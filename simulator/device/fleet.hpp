// What: the emulated end products by name: plug, bulb, sensor.
// Why: the demo and the tests need a house with lamps that answer, whoever runs the coordinator.
// Contract: one thread. Names are unique and [a-z0-9-_]; errors are one line each. A device keeps
// its
//      network (EPID and key), counters and state when coordinators change.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "simulator/air/medium.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

struct FleetOptions {
    /// How often a sensor measures and reports while it is joined.
    Millis sensor_report{10'000};
};

struct DeviceState {
    std::string name;
    std::string kind;  ///< plug, bulb, sensor
    std::string model;
    Ieee ieee = 0;
    StationState radio;
    std::optional<bool> on;
    std::optional<std::uint8_t> brightness;
    std::optional<double> temperature;  ///< degrees Celsius
};

nlohmann::ordered_json to_json(const DeviceState& state);

class Device;

class DeviceFleet {
  public:
    static constexpr std::size_t kMaxDevices = 64;

    DeviceFleet(Schedule& schedule, Medium& air, FleetOptions options = {});
    ~DeviceFleet();
    DeviceFleet(const DeviceFleet&) = delete;
    DeviceFleet& operator=(const DeviceFleet&) = delete;

    /// `kind`: plug, bulb or sensor. `ieee` 0 = one derived from the name.
    Status add(const std::string& kind, const std::string& name, Ieee ieee = 0);
    /// Makes it factory-new and searching; it joins as soon as a coordinator permits joining.
    Status pair(const std::string& name);
    /// Local button: toggles a plug or bulb and reports; a sensor reports at once.
    Status press(const std::string& name);
    /// Reports its main attributes now.
    Status report(const std::string& name);
    /// Says good-bye and becomes factory-new.
    Status leave(const std::string& name);
    /// Power cycle: announces itself again.
    Status announce(const std::string& name);
    std::vector<DeviceState> list() const;

    /// Everything a device remembers, for a simulator that is started again. Holds network keys:
    /// write it only to files of mode 0600.
    nlohmann::ordered_json save() const;
    /// Adds the saved devices, all of them or on an error none; their names must still be free.
    Status restore(const nlohmann::ordered_json& saved);

  private:
    Result<Device*> find(const std::string& name) const;
    Result<Device*> find_joined(const std::string& name) const;
    Status may_add(const std::string& name, Ieee ieee) const;
    struct Loaded;
    Result<Loaded> load(const nlohmann::ordered_json& saved) const;
    Schedule& schedule_;
    Medium& air_;
    FleetOptions options_;
    std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace zha::sim
