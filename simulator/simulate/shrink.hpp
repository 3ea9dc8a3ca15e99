// What: makes a failing schedule short: fewer faults, rounder times.
// Why: a person has to read it.
// Contract: the result still violates one of the checkers that `plan` violates.
#pragma once

#include "simulator/simulate/plan.hpp"

namespace zha::sim {

Plan shrink(Plan plan);

}  // namespace zha::sim
