#include "simulator/simulate/shrink.hpp"

#include <algorithm>

#include "simulator/simulate/run.hpp"

namespace zha::sim {

namespace {

bool fails_alike(const Plan& plan, const Outcome& wanted) {
    const auto outcome = run(plan);
    return std::any_of(outcome.violations.begin(), outcome.violations.end(),
                       [&](const auto& v) { return wanted.violations.contains(v.first); });
}

Millis rounded(Millis time) {
    const auto unit = time >= Millis{2000} ? 1000 : 100;
    return Millis{time.count() / unit * unit};
}

}  // namespace

Plan shrink(Plan plan) {
    const auto wanted = run(plan);
    if (wanted.ok()) return plan;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < plan.faults.size(); ++i) {
            auto shorter = plan;
            shorter.faults.erase(shorter.faults.begin() + static_cast<std::ptrdiff_t>(i));
            if (!fails_alike(shorter, wanted)) continue;
            plan = shorter;
            changed = true;
            break;
        }
    }
    for (std::size_t i = 0; i < plan.faults.size(); ++i) {
        auto rounder = plan;
        auto& fault = rounder.faults[i];
        fault.at = rounded(fault.at);
        fault.length = rounded(fault.length);
        if (fault != plan.faults[i] && fails_alike(rounder, wanted)) plan = rounder;
    }
    return plan;
}

}  // namespace zha::sim
