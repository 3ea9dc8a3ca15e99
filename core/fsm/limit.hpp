// What: how long the work of a row may take, in a configuration.
// Why: the agent ends its steps by it, and the controller tells people how long to wait: one place.
// Contract: pure; 0 for rows that do nothing.
#pragma once

#include "core/config.hpp"
#include "core/fsm/fsm.hpp"

namespace zha::fsm {

Millis limit(Budget budget, const Timing& timing);

}  // namespace zha::fsm
