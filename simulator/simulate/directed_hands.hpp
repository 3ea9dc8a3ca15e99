// What: what families of schedules are written with: a fault at a time, a house with tight timings.
// Why: a family should read like the story of its danger.
// Contract: only for directed_*.cpp.
#pragma once

#include <algorithm>

#include "core/lease.hpp"
#include "simulator/simulate/directed.hpp"

namespace zha::sim::directed {

using K = FaultKind;

inline constexpr unsigned kHolder = 0;  ///< has the role when the schedule begins
inline constexpr unsigned kOther = 1;

inline void strike(Plan& plan, K kind, unsigned node, Millis at, Millis length = Millis{0},
                   unsigned detail = 1) {
    Fault fault;
    fault.kind = kind;
    fault.node = node;
    fault.at = at;
    fault.length = length;
    fault.detail = detail;
    plan.faults.push_back(fault);
    plan.length = std::max(plan.length, at + Millis{15000});
}

/// Other timings, and the shortest hold-down that the proof allows for them.
inline void time(Plan& plan, Millis heartbeat, unsigned beats) {
    auto& t = plan.timing;
    t.heartbeat = heartbeat;
    t.lease = heartbeat * beats;
    t.hold_down = required_hold_down(t);
}

/// For how long a link can be cut without the broker or the client noticing it.
inline Millis unnoticed(const Plan& plan) {
    return plan.timing.lease * 3 / 8;
}

/// The holder's clock is as slow and the controller's as fast as is allowed, and the next one is on
/// the air soon: where a lease that is too long shows.
inline void tight(Plan& plan) {
    plan.quick = true;
    plan.rate[kHolder] = 0.99;
    plan.rate[2] = 1.01;
    plan.timing.fence = Millis{2500};
    plan.timing.hold_down = required_hold_down(plan.timing);
    plan.reset_time[kHolder] = Millis{700};
    plan.reset_time[kOther] = Millis{100};
}

}  // namespace zha::sim::directed
