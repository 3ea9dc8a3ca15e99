#include "node-agent/agent.hpp"

#include "core/fsm/limit.hpp"
#include "core/limits.hpp"
#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha {

namespace {

constexpr Millis kTick{50};

/// The states in which zigbee2mqtt may run.
bool serving(NodeState state) {
    return state == NodeState::promoting || state == NodeState::active ||
           state == NodeState::recovering || state == NodeState::draining;
}

}  // namespace

void Agent::begin() {
    node_.service.on_exit([this](const ServiceStatus& status) {
        node_.service_status = status;
        node_.service_seen = node_.now();
        spdlog::warn("zigbee2mqtt ended (exit code {})", status.exit_code);
    });
}

void Agent::enter(NodeState state, std::string_view why) {
    if (state == node_.state) return;
    spdlog::info("{} -> {}: {}", to_string(node_.state), to_string(state), why);
    node_.state = state;
    node_.step.clear();
}

Task<Status> Agent::perform(fsm::Action action, Time deadline) {
    switch (action) {
        case fsm::Action::rest:
        case fsm::Action::none:
            break;
        case fsm::Action::fence:
            return steps::fence(node_, deadline);
        case fsm::Action::confirm_gone:
            return steps::confirm_gone(node_, deadline);
        case fsm::Action::survey:
            return steps::survey(node_, deadline);
        case fsm::Action::stage:
            return steps::stage(node_, deadline);
        case fsm::Action::promote:
            return steps::promote(node_, deadline);
        case fsm::Action::form:
            return steps::form(node_, deadline);
        case fsm::Action::drain:
            return steps::drain(node_, deadline);
        case fsm::Action::recover:
            return steps::recover(node_, deadline);
        case fsm::Action::refresh:
            return steps::refresh(node_, deadline);
    }
    return steps::nothing();
}

Task<void> Agent::run() {
    while (!node_.stopping) {
        if (!node_.knows_service(kServiceAge)) co_await node_.look_at_service(kServiceAge);
        const auto* row = fsm::next(node_.state, node_.order.goal, node_.facts());
        if (row->action == fsm::Action::rest) {
            co_await steps::look_after(node_);
            if (!co_await node_.clock.sleep_for(kTick)) break;
            continue;
        }
        if (row->action == fsm::Action::none) {
            if (row->guard == fsm::Guard::fault_cleared) node_.order.clear_fault = false;
            const bool lost = node_.dongle_state == DongleState::faulty;
            if (row->guard == fsm::Guard::service_down && !lost)
                node_.fault = "zigbee2mqtt ended, and no restart in place is left";
            enter(row->to, row->comment);
            continue;
        }
        const auto most = fsm::limit(row->budget, node_.config.timing);
        const auto done = co_await perform(row->action, node_.now() + most);
        if (done) {
            enter(row->to, row->comment);
            continue;
        }
        node_.failed_at = node_.now();
        node_.fault = done.error().message;
        spdlog::error("{}: {}", to_string(row->action), node_.fault);
        enter(row->on_failure, std::string(to_string(row->action)) + " failed");
        // A step that fails at once must not spin.
        if (!co_await node_.clock.sleep_for(kTick)) break;
    }
    node_.ended = true;
}

Task<void> Agent::watch() {
    while (co_await node_.clock.sleep_for(kTick)) {
        const bool obeyed = kept(Safeguard::watchman) && kept(Safeguard::lease_expiry);
        const bool live = node_.lease.live(node_.now()) || !obeyed;
        const bool may = live && (serving(node_.state) || node_.stopping);
        // What it was seen to be last counts for little while a start is under way.
        if (may || !node_.service_may_run || node_.state == NodeState::fencing) continue;
        spdlog::warn("zigbee2mqtt may not run now: killing it");
        auto killed = co_await node_.service.kill(node_.now() + node_.config.timing.fence / 2);
        if (killed)
            node_.service_may_run = false;
        else
            spdlog::error("{}", killed.error().message);
        node_.service_seen = Time{0};
        co_await node_.look_at_service(Millis{0});
    }
}

}  // namespace zha
