// What: whether a dongle may be given an image, and what of its own counters must survive that.
// Why: an image of another firmware, or one whose counters are behind, makes a network that does
// not
//      work and cannot be told from one that does.
// Contract: pure. Every refusal says why and what to do; none holds a value of a key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "znp/nvram/image.hpp"

namespace zha::znp {

/// What to do with an image whose counters are below those of the dongle, for the same network.
enum class LowerCounters {
    raise,   ///< write the dongle's own ones instead
    refuse,  ///< the network's counter; those of link keys are raised, a mere boot moves them
    allow,   ///< devices will not hear the dongle until it has caught up
};

struct WriteRules {
    bool force_incompatible = false;
    LowerCounters lower_counters = LowerCounters::raise;
    std::optional<std::uint32_t> revision{};  ///< of the firmware that the image was read from
};

/// The product and the CODE_REVISION that a dongle tells of itself.
Status check_firmware(std::uint8_t product, std::uint32_t revision, const WriteRules& rules);
/// The layout of tables and structures is the firmware's. Asked before anything is written: another
/// firmware would take what it cannot read, or refuse it half way.
Status check_layout(const Image& current, const Image& image, const WriteRules& rules);
/// Applies rules.lower_counters to `image`, which is to replace `current`.
Status keep_counters(const Image& current, Image& image, const WriteRules& rules);

/// A warning when the frame counter of a network comes near the end of its 32 bits, else "".
std::string counter_alarm(std::uint32_t frame_counter);

}  // namespace zha::znp
