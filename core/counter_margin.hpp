// What: how far outgoing frame counters are raised before a copy goes on the air.
// Why: devices drop frames whose counter is not above the last one they saw from this address; the
//      copy is older than the radio was.
// Contract: pure; ages in seconds, a negative one (a clock that was set back) counts as the
// longest.
#pragma once

#include <algorithm>
#include <cstdint>

namespace zha {

inline constexpr std::uint32_t kCounterMarginMin = 2500;  ///< what zigbee-herdsman adds
inline constexpr std::int64_t kCounterAgeMax =
    std::int64_t{365} * 86400;  ///< thirty million of four billion

/// max(2500, age x 1/s + 1000): the firmware saves its counter only every 1000 frames.
constexpr std::uint32_t counter_margin(std::int64_t age_s) {
    const auto age = age_s < 0 ? kCounterAgeMax : std::min(age_s, kCounterAgeMax);
    return std::max(kCounterMarginMin, static_cast<std::uint32_t>(age) + 1000);
}

/// The margin for an image of that age from which `promotions` others started meanwhile: each of
/// them added its own margin, and the firmware 1250 at its first start.
constexpr std::uint64_t counter_margin(std::int64_t age_s, std::uint64_t promotions) {
    return counter_margin(age_s) + promotions * (kCounterMarginMin + 1250);
}

}  // namespace zha
