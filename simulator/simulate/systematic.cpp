#include "simulator/simulate/systematic.hpp"

#include <fmt/format.h>

#include <array>

namespace zha::sim {

namespace {

constexpr unsigned kStepsAfter = 2;  ///< steps that only a fault brings

/// Does it matter which of the two hosts it hits?
bool of_a_host(FaultKind kind) {
    return kind <= FaultKind::backup_gone || kind == FaultKind::switchover ||
           kind == FaultKind::failover || kind == FaultKind::form || kind == FaultKind::twin ||
           kind == FaultKind::clear_fault || kind == FaultKind::maintenance ||
           kind == FaultKind::drill || of_outlet(kind);
}

struct Start {
    FaultKind kind;
    unsigned node;
    Millis at{100};
};

/// What is going on when the fault strikes.
struct Base {
    std::string name;
    std::vector<Start> first;
    bool outlets = false;  ///< every node has an outlet, which is required, and a probe
    Millis length{15000};
};

constexpr std::array<const char*, 3> kHeals{"early", "late", "never"};

Fault with_heal(Fault fault, unsigned heal, const Timing& timing) {
    const std::array lengths{Millis{300}, timing.hold_down + timing.fence, Millis{0}};
    fault.length = lengths.at(heal);
    return fault;
}

void add_step(std::vector<Case>& cases, const Base& base, const Plan& start, unsigned step) {
    for (unsigned k = 0; k < kFaultKinds; ++k)
        for (unsigned node = !base.outlets && of_outlet(static_cast<FaultKind>(k)) ? 2U : 0U;
             node < (of_a_host(static_cast<FaultKind>(k)) ? 2U : 1U); ++node)
            for (unsigned heal = 0; heal < kHeals.size(); ++heal) {
                Fault fault;
                fault.kind = static_cast<FaultKind>(k);
                fault.node = node;
                fault.boundary = step;
                fault.detail = 1 + step % 4;
                auto plan = start;
                plan.faults.push_back(with_heal(fault, heal, plan.timing));
                cases.push_back({fmt::format("{}, step {}, {} node {}, heals {}", base.name, step,
                                             to_string(fault.kind), node, kHeals.at(heal)),
                                 plan});
            }
}

/// A house of the worst kind: clocks as far apart as allowed, no hardware watchdog.
Plan begin(const Base& base) {
    auto plan = draw_house(7);
    plan.watchdog = false;
    plan.spare = true;
    plan.rate[0] = 1.0 - plan.timing.drift;
    plan.rate[1] = plan.rate[2] = 1.0 + plan.timing.drift;
    plan.length = base.length;
    if (base.outlets) {
        plan.fencing = "required";
        for (auto& o : plan.outside) o.outlet = o.probe = true;
    }
    for (const auto& [kind, node, at] : base.first) {
        Fault fault;
        fault.kind = kind;
        fault.node = node;
        fault.at = at;
        plan.faults.push_back(fault);
    }
    return plan;
}

const std::vector<Base>& bases() {
    using K = FaultKind;
    static const std::vector<Base> all{
        {"planned", {{K::switchover, 1}}},
        {"dongle pulled", {{K::unplug, 0}}},
        {"host lost", {{K::cut_both, 0}}},
        {"restart in place", {{K::service_dies, 0}}},
        {"rollback", {{K::service_broken, 1}, {K::switchover, 1}}},
        {"drill", {{K::drill, 1}}, false, Millis{30000}},
        {"spare takes over",
         {{K::switchover, 1}, {K::controller_killed, 0, Millis{2500}}},
         false,
         Millis{25000}},
        {"planned, with outlets", {{K::switchover, 1}}, true},
        {"host lost, with outlets", {{K::cut_both, 0}}, true},
    };
    return all;
}

}  // namespace

std::vector<Case> systematic_cases() {
    std::vector<Case> cases;
    for (const auto& base : bases()) {
        const auto plan = begin(base);
        const auto steps = run(plan).steps_under_faults;
        for (unsigned step = 1; step <= steps + kStepsAfter; ++step)
            add_step(cases, base, plan, step);
    }
    return cases;
}

Results run_cases(const std::vector<Case>& cases, unsigned jobs) {
    return run_many(cases.size(), jobs,
                    [&](std::uint64_t n) { return Numbered{n, run(cases[n].plan)}; });
}

}  // namespace zha::sim
