// What: how far outgoing frame counters are raised before a copy goes on the air.
// Why: devices drop frames whose counter is not above the last one they saw from this address; the
//      copy is older than the radio was.
// Contract: pure; ages in seconds, negative ones (a clock that was set) count as 0.
#pragma once

#include <algorithm>
#include <cstdint>

namespace zha {

inline constexpr std::uint32_t kCounterMarginMin = 2500;    ///< what zigbee-herdsman adds
inline constexpr std::int64_t kCounterAgeMax = 90 * 86400;  ///< older ones need no more

/// max(2500, age x 1/s + 1000): the firmware saves its counter only every 1000 frames.
constexpr std::uint32_t counter_margin(std::int64_t age_s) {
    const auto age = std::clamp<std::int64_t>(age_s, 0, kCounterAgeMax);
    return std::max(kCounterMarginMin, static_cast<std::uint32_t>(age) + 1000);
}

/// Lowest counter that is above everything a successor could have sent that was promoted from a
/// snapshot of ours with `counter`, `age_s` ago, `promotions` times since.
constexpr std::uint64_t counter_after(std::uint32_t counter, std::int64_t age_s,
                                      std::uint64_t promotions) {
    // Each promotion adds its margin, and the firmware 1250 at its first start.
    return counter + std::uint64_t{counter_margin(age_s)} + promotions * (kCounterMarginMin + 1250);
}

}  // namespace zha
