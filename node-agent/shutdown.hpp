// What: how an agent ends when it is told to (SIGTERM).
// Why: an agent that is gone cannot fence; so it takes the radio off the air before it goes.
// Contract: bounded. The dongle is silenced, the epoch released, the broker told.
#pragma once

#include "node-agent/node.hpp"

namespace zha {

Task<void> shut_down(Node& node);

}  // namespace zha
