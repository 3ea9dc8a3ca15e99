// What: makes one fault happen in a house, and mends it when its time is over.
// Why: one place knows what each kind of fault means.
// Contract: a fault that cannot happen now (a dead process killed again) does nothing: false.
#pragma once

#include "simulator/simulate/house.hpp"

namespace zha::sim {

bool strike(House& house, const Fault& fault);

}  // namespace zha::sim
