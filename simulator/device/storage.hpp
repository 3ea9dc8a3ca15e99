// What: a device's memory as JSON: network, counters, attributes, groups, bindings, reporting.
// Why: a simulator that is started again must find the house as it was, without a new pairing.
// Contract: load_* check everything they read and name the field in the error, never its value: the
//      JSON holds the network key.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/result.hpp"
#include "simulator/device/device.hpp"

namespace zha::sim {

nlohmann::ordered_json save_station(const StationState& state);
Result<StationState> load_station(const nlohmann::ordered_json& saved);

/// What the application of a device remembers (its network is in the station).
nlohmann::ordered_json save_device(const Device& device);
Status load_device(Device& device, const nlohmann::ordered_json& saved);

/// An unsigned number of at most `maximum`.
Result<std::uint64_t> load_number(const nlohmann::ordered_json& object, const char* field,
                                  std::uint64_t maximum);
Result<std::string> load_text(const nlohmann::ordered_json& object, const char* field);

}  // namespace zha::sim
