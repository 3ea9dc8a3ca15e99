// What: runs one Plan to its end and says what the witness saw.
// Why: random schedules, the systematic matrix, mutants and replays are all runs of a Plan.
// Contract: same plan = same outcome, whatever ran before. One thread each.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulator/simulate/plan.hpp"
#include "simulator/simulate/witness.hpp"

namespace zha::sim {

/// One completed change of who is on the air.
struct Gap {
    std::string cause;  ///< planned, failover, rollback, restart (same node)
    Millis length{0};
    double of_bound = 0;  ///< share of worst_rto(timing)
};

struct Outcome {
    std::map<Checker, std::string> violations;
    unsigned faults = 0;              ///< that took place
    unsigned steps = 0;               ///< in all
    unsigned steps_under_faults = 0;  ///< until everything was mended
    Millis simulated{0};
    std::vector<Gap> gaps;
    bool ok() const { return violations.empty(); }
};

using Story = std::function<void(const std::string&)>;

Outcome run(const Plan& plan, const Story& story = {});

}  // namespace zha::sim
