// What: how long the phases of a move may take that no setting is for.
// Why: the controller waits by them, and check-config adds them up: they must be the same.
// Contract: generous; they bound waiting, they do not pace it.
#pragma once

#include "core/types.hpp"

namespace zha {

inline constexpr Millis kSettleMost{60000};  ///< old node: read the dongle after the fence
inline constexpr Millis kStageMost{60000};   ///< new node: fetch the final snapshot
inline constexpr Millis kLeaseMost{3600000};

}  // namespace zha
