// What: the words of the system as types: roles, states, goals, epochs, time.
// Why: controller, agent, CLI and simulation share one vocabulary (docs/overview.md).
// Contract: plain values; to_string() and parse_*() are exact inverses.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zha {

using Millis = std::chrono::milliseconds;

/// A monotonic instant of one host (time since its boot, suspended time included). Instants of two
/// hosts are never compared. `core/` gets it as an argument and never asks a clock.
using Time = Millis;

/// Seconds since 1970, UTC: for people only, never for a decision about the lease.
using WallSeconds = std::int64_t;

/// Permission number of the active role; strictly increasing. 0 = none was ever granted.
using Epoch = std::uint64_t;

/// What a node says it is. A state is a guarantee of what holds now; work happens in transitions.
enum class NodeState {
    init,         ///< the agent just began; nothing is known about the radio
    fencing,      ///< silencing the dongle: stop, own the port, reset, read back
    fenced,       ///< proof held: service gone, port ours, device state read back and not 9
    catchingup,   ///< fenced; the snapshot is missing, stale or unverified
    standby,      ///< fenced; the newest snapshot is staged and verified
    promoting,    ///< becoming active: write, read back, gate, start, verify
    active,       ///< verified on the air with a live lease
    recovering,   ///< active whose service died: restarting it in place, lease still live
    draining,     ///< stopping gracefully; still on the air
    maintenance,  ///< fenced and hands off
    fault,        ///< cannot prove or reach what it should; silenced as far as it can
};

/// What the controller wants a node to become.
enum class Goal { none, standby, active, maintenance };

enum class ServiceState { unknown, stopped, starting, running, stopping, failed };

enum class DongleState {
    unknown,  ///< not looked at yet, or it belongs to the service now
    absent,   ///< the port does not exist: an unplugged dongle has no power and no radio
    silent,   ///< reset and read back: device state other than 9
    on_air,   ///< device state 9
    dirty,    ///< a write was begun and not proven complete: must never be started
    faulty,   ///< present, but it does not answer or answers wrongly
};

enum class ControllerState {
    starting,    ///< hold-down: renews the journaled holder, grants nobody else
    steady,      ///< one active node, nothing to do
    switchover,  ///< planned move in progress
    failover,    ///< automatic or forced move in progress
    paused,      ///< observes and reports, moves nothing
    no_active,   ///< nobody is active and nobody eligible (alarm)
    passive,     ///< another controller was seen
};

/// May a node in this state have a coordinator on the air? Everything unproven counts as yes.
constexpr bool possibly_on_air(NodeState s) {
    return s != NodeState::fenced && s != NodeState::catchingup && s != NodeState::standby &&
           s != NodeState::maintenance;
}

std::string_view to_string(NodeState);
std::string_view to_string(Goal);
std::string_view to_string(ServiceState);
std::string_view to_string(DongleState);
std::string_view to_string(ControllerState);
std::optional<NodeState> parse_node_state(std::string_view);
std::optional<Goal> parse_goal(std::string_view);
std::optional<ServiceState> parse_service_state(std::string_view);
std::optional<DongleState> parse_dongle_state(std::string_view);
std::optional<ControllerState> parse_controller_state(std::string_view);

}  // namespace zha
