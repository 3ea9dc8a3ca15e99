#include "simulator/air/statistics.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace zha::sim {

std::string hex_ieee(std::uint64_t ieee) {
    return fmt::format("0x{:016x}", ieee);
}
std::string hex_short(std::uint16_t value) {
    return fmt::format("0x{:04x}", value);
}

nlohmann::ordered_json to_json(const AirStatistics& statistics) {
    nlohmann::ordered_json coordinators = nlohmann::ordered_json::array();
    for (const CoordinatorStatistics& c : statistics.coordinators) {
        coordinators.push_back({{"dongle", c.dongle},
                                {"ieee", hex_ieee(c.ieee)},
                                {"since_ms", c.since_ms},
                                {"pan", hex_short(c.pan_id)},
                                {"epid", hex_ieee(c.extended_pan_id)},
                                {"channel", c.channel},
                                {"counter", c.last_counter},
                                {"frames", c.frames}});
    }
    return {{"coordinators", coordinators},
            {"max_on_air_overlap_ms", statistics.max_on_air_overlap_ms},
            {"overlaps", statistics.overlaps},
            {"networks_formed", statistics.networks_formed},
            {"devices_joined", statistics.devices_joined},
            {"devices_rejoined", statistics.devices_rejoined},
            {"drops_replay", statistics.drops_replay},
            {"drops_undecryptable", statistics.drops_undecryptable}};
}

}  // namespace zha::sim
