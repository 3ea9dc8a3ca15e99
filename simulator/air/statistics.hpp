// What: the figures of the air that `zha-sim ctl air` shows and checkers compare.
// Why: one overlap of one millisecond is the failure this project exists to prevent; it must be
// seen. Contract: durations are milliseconds rounded up, so that a real overlap never reads as 0.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace zha::sim {

struct CoordinatorStatistics {
    std::string dongle;
    std::uint64_t ieee = 0;
    std::int64_t since_ms = 0;  ///< simulation time of coming on the air
    std::uint16_t pan_id = 0;
    std::uint64_t extended_pan_id = 0;
    std::uint8_t channel = 0;
    std::uint32_t last_counter = 0;  ///< of the last frame sent, 0 before the first one
    std::uint64_t frames = 0;        ///< secured frames sent since coming up
};

struct AirStatistics {
    std::vector<CoordinatorStatistics> coordinators;  ///< on the air now
    std::int64_t max_on_air_overlap_ms =
        0;  ///< two coordinators of one EPID, longest, running one included
    std::uint64_t overlaps = 0;
    std::uint64_t networks_formed = 0;
    std::uint64_t devices_joined = 0;    ///< first commissionings
    std::uint64_t devices_rejoined = 0;  ///< commissionings of a device that had been joined before
    std::uint64_t drops_replay = 0;      ///< frames refused for their counter, both directions
    std::uint64_t drops_undecryptable = 0;
};

nlohmann::ordered_json to_json(const AirStatistics& statistics);

/// "0x00124b0012345678"
std::string hex_ieee(std::uint64_t ieee);
/// "0x1a62"
std::string hex_short(std::uint16_t value);

}  // namespace zha::sim
