// What: every step of nine moves x every fault x {heals early, late, never}.
// Why: dice may miss a corner; this misses none that it knows of.
// Contract: complete; which cases there are depends only on the code under test. Outlets and probes
// are there in moves "with outlets". `form` is none of the moves: it ends before faults begin.
#pragma once

#include <vector>

#include "simulator/simulate/campaign.hpp"

namespace zha::sim {

struct Case {
    std::string name;  ///< move, step, fault, heal
    Plan plan;
};

std::vector<Case> systematic_cases();
Results run_cases(const std::vector<Case>& cases, unsigned jobs);

}  // namespace zha::sim
