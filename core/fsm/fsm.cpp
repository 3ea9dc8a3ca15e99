#include "core/fsm/fsm.hpp"

#include <cassert>

#include "core/fsm/table.hpp"
#include "core/safeguards.hpp"

namespace zha::fsm {

std::span<const Transition> transitions() {
    return table::kTransitions;
}

bool holds(Guard guard, const Facts& f) {
    switch (guard) {
        case Guard::always:
            return true;
        case Guard::no_lease:
            return !f.lease_live;
        case Guard::unleased_radio:
            return !f.lease_live && !f.silenced;
        case Guard::dongle_absent:
            return !f.dongle_present;
        case Guard::fence_due:
            return f.retry_due && (f.unreleased || (f.dongle_present && !f.silenced));
        case Guard::stray_service:
            return f.service_up && f.retry_due;
        case Guard::service_up:
            return f.service_up;
        case Guard::service_down:
            return f.service_down;
        case Guard::restart_allowed:
            return f.service_down && f.restarts_left;
        case Guard::unsurveyed:
            return f.unsurveyed;
        case Guard::survey_due:
            return f.unsurveyed && f.retry_due;
        case Guard::snapshot_wanted:
            return f.snapshot_wanted;
        case Guard::snapshot_held:
            return f.snapshot_held;
        case Guard::promotable:
            return f.lease_live && f.snapshot_held;
        case Guard::formable:
            return f.lease_live && f.may_form;
        case Guard::refresh_due:
            return f.refresh_due;
        case Guard::fault_cleared:
            return f.fault_cleared && f.dongle_present;
    }
    return false;
}

const Transition* find(std::span<const Transition> table, NodeState state, Goal goal,
                       const Facts& facts) {
    for (const auto& row : table)
        if (row.from == state && (row.goals & bit(goal)) != 0 && holds(row.guard, facts))
            return &row;
    return nullptr;
}

const Transition* next(NodeState state, Goal goal, const Facts& facts) {
    const auto* row = find(table::kTransitions, state, goal, facts);
    assert(row != nullptr && "the table is total");
    return row;
}

std::string_view to_string(Action action) {
    switch (action) {
        case Action::rest:
            return "rest";
        case Action::none:
            return "none";
        case Action::fence:
            return "fence";
        case Action::confirm_gone:
            return "confirm_gone";
        case Action::survey:
            return "survey";
        case Action::stage:
            return "stage";
        case Action::promote:
            return "promote";
        case Action::form:
            return "form";
        case Action::drain:
            return "drain";
        case Action::recover:
            return "recover";
        case Action::refresh:
            return "refresh";
    }
    return "?";
}

std::string_view to_string(Guard guard) {
    switch (guard) {
        case Guard::always:
            return "always";
        case Guard::no_lease:
            return "no_lease";
        case Guard::unleased_radio:
            return "unleased_radio";
        case Guard::dongle_absent:
            return "dongle_absent";
        case Guard::fence_due:
            return "fence_due";
        case Guard::stray_service:
            return "stray_service";
        case Guard::service_up:
            return "service_up";
        case Guard::service_down:
            return "service_down";
        case Guard::restart_allowed:
            return "restart_allowed";
        case Guard::unsurveyed:
            return "unsurveyed";
        case Guard::survey_due:
            return "survey_due";
        case Guard::snapshot_wanted:
            return "snapshot_wanted";
        case Guard::snapshot_held:
            return "snapshot_held";
        case Guard::promotable:
            return "promotable";
        case Guard::formable:
            return "formable";
        case Guard::refresh_due:
            return "refresh_due";
        case Guard::fault_cleared:
            return "fault_cleared";
    }
    return "?";
}

std::string_view to_string(Budget budget) {
    switch (budget) {
        case Budget::none:
            return "-";
        case Budget::fence:
            return "fence";
        case Budget::read:
            return "read";
        case Budget::fetch:
            return "fetch";
        case Budget::promote:
            return "promote";
        case Budget::form:
            return "form";
        case Budget::drain:
            return "drain";
        case Budget::start:
            return "start";
    }
    return "?";
}

std::string mermaid() {
    std::string out = "stateDiagram-v2\n    [*] --> init\n";
    for (const auto& row : table::kTransitions) {
        if (row.action == Action::rest || row.from == row.to) continue;
        out.append("    ").append(to_string(row.from)).append(" --> ").append(to_string(row.to));
        out.append(": ").append(to_string(row.guard));
        if (row.action != Action::none) out.append(" / ").append(to_string(row.action));
        out.append("\n");
        if (row.action == Action::none || row.on_failure == row.from) continue;
        out.append("    ").append(to_string(row.from)).append(" --> ");
        out.append(to_string(row.on_failure)).append(": ").append(to_string(row.action));
        out.append(" failed\n");
    }
    return out;
}

}  // namespace zha::fsm
