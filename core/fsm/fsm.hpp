// What: the one state table of a node, and the pure function that reads it.
// Why: the agent runs it, tests check it exhaustively, the tools print it; there is no second one.
// Contract: rows are tried in order and the first match wins. next() is total: for every state,
// goal
//      and facts there is a row (a `rest` row where nothing is to be done).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/fsm/facts.hpp"
#include "core/types.hpp"

namespace zha::fsm {

/// What a row does. Every action is idempotent and reads back what it did.
enum class Action : std::uint8_t {
    rest,          ///< nothing: wait until the facts change
    none,          ///< just enter the next state
    fence,         ///< kill the service, own the port, reset, read back
    confirm_gone,  ///< no port: prove that the service is gone
    survey,        ///< read the fenced dongle; keep what this node knows as a snapshot
    stage,         ///< fetch, verify and keep the snapshot that the order names
    promote,       ///< write, read back, install, gate, start, verify
    form,          ///< let zigbee2mqtt form a NEW network, then keep its first snapshot
    drain,         ///< graceful stop, fence, final snapshot
    recover,       ///< start the dead service again in place
    refresh,       ///< a new generation of the data files while active
};

enum class Guard : std::uint8_t {
    always,
    no_lease,
    unleased_radio,  ///< no lease, and the radio is not proven silent
    dongle_absent,
    fence_due,      ///< not proven silent or not released, and the pause after a failure is over
    stray_service,  ///< the service runs in `fault`, and the pause after a failure is over
    service_up,
    service_down,
    restart_allowed,  ///< service down and a restart left
    unsurveyed,
    survey_due,  ///< unsurveyed, and the pause after a failure is over
    snapshot_wanted,
    snapshot_held,
    promotable,  ///< lease live and a snapshot held
    formable,    ///< lease live and an operator's permission for a blank dongle
    refresh_due,
    fault_cleared,  ///< silenced, and an operator cleared the fault
};

/// How long an action may take; limit() resolves it with the configured timings.
enum class Budget : std::uint8_t { none, fence, read, fetch, promote, form, drain, start };

/// Which goals a row serves, as a set.
using Goals = std::uint8_t;
constexpr Goals bit(Goal g) {
    return static_cast<Goals>(1U << static_cast<unsigned>(g));
}
inline constexpr Goals kAny =
    bit(Goal::none) | bit(Goal::standby) | bit(Goal::active) | bit(Goal::maintenance);

struct Transition {
    NodeState from;
    Goals goals;
    Guard guard;
    Action action;
    NodeState to;  ///< entered when the action succeeded
    Budget budget;
    NodeState on_failure;  ///< entered when it failed or ran out of time
    std::string_view comment;
};

std::span<const Transition> transitions();

bool holds(Guard guard, const Facts& facts);

/// The first row of `table` that matches; null when none does.
const Transition* find(std::span<const Transition> table, NodeState state, Goal goal,
                       const Facts& facts);

/// The first matching row of the one table; never null.
const Transition* next(NodeState state, Goal goal, const Facts& facts);

std::string_view to_string(Action);
std::string_view to_string(Guard);
std::string_view to_string(Budget);

/// The table as a Mermaid state diagram, for the documentation.
std::string mermaid();

}  // namespace zha::fsm
