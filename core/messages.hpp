// What: what agents and the controller say to each other. JSON coding is in platform/wire/.
// Why: one exchange carries everything: an agent pulls with a report, the controller answers it
// with
//      an order. Nothing is pushed, retained or queued, so nothing stale can ever be obeyed.
// Contract: an order counts only when its nonce is that of one of the agent's newest reports, none
// later
//      than that was answered yet, and its incarnation is not lower than any the agent has seen.
#pragma once

#include <cstdint>
#include <string>

#include "core/types.hpp"

namespace zha {

/// What a node can offer to a successor, and how old it is. An empty id means "none".
struct SnapshotInfo {
    std::string id;                   ///< "<node>-<epoch>-<seq>", unique in the cluster
    Epoch epoch = 0;                  ///< epoch in which it was taken
    std::uint64_t seq = 0;            ///< generation within the node
    WallSeconds taken_at = 0;         ///< for people
    bool has_nvram = false;           ///< carries a complete NVRAM image
    std::uint32_t frame_counter = 0;  ///< highest outgoing NWK counter known when it was taken
    std::string fingerprint;  ///< hash of PAN, EPID, key: equal = same network; not reversible
    bool operator==(const SnapshotInfo&) const = default;
};

/// Agent -> controller, every heartbeat and at each change. `nonce` is fresh in every report.
struct NodeReport {
    std::string node;
    std::string boot;       ///< random per agent process
    std::string host_boot;  ///< of its host's kernel, random per boot; empty = not known
    std::uint64_t nonce = 0;
    NodeState state = NodeState::init;
    Goal goal = Goal::none;         ///< the goal it works on
    std::uint64_t incarnation = 0;  ///< highest one obeyed: a lower one would not be
    Epoch epoch = 0;                ///< epoch it holds or last held
    Epoch released = 0;             ///< highest epoch whose fence was verified by read-back
    Millis lease_left{0};           ///< by its own clock; 0 = none
    ServiceState service = ServiceState::unknown;
    DongleState dongle = DongleState::unknown;
    SnapshotInfo snapshot;        ///< newest complete one of its own making
    SnapshotInfo staged;          ///< newest verified one of the active node, held here
    std::string step;             ///< current step of a transition, for people
    std::string fault;            ///< one line; empty = none
    std::string ieee;             ///< coordinator IEEE in use, 16 hex digits, MSB first
    std::uint32_t firmware = 0;   ///< CODE_REVISION
    std::uint32_t restarts = 0;   ///< restarts in place within the window
    bool blank = false;           ///< dongle carries no network (eligible for forming)
    bool ready = false;           ///< fenced, snapshot staged, dongle compatible: may be promoted
    std::string service_version;  ///< of zigbee2mqtt, when known
    /// The last air check heard another coordinator of this network on this channel; 0 = it did
    /// not.
    std::uint8_t heard_on = 0;
    /// Silent again, and why its last state is in no snapshot of it; empty = it is in `snapshot`.
    std::string unsaved;
    bool operator==(const NodeReport&) const = default;
};

/// Controller -> agent, the answer to one report.
struct Order {
    std::string node;
    std::uint64_t nonce = 0;        ///< echo
    std::uint64_t incarnation = 0;  ///< of the controller; persisted, strictly increasing
    Goal goal = Goal::standby;
    Epoch epoch = 0;           ///< with goal active: the epoch granted
    Millis lease{0};           ///< > 0: may be on the air until *own send time* + lease
    bool allow_form = false;   ///< an operator asked to form a NEW network, now, here
    bool clear_fault = false;  ///< an operator asked to leave `fault`
    std::string source;        ///< node to fetch the snapshot from; empty = none
    std::string snapshot;      ///< id that must be staged before a promotion; empty = any
    Epoch counter_epoch = 0;   ///< highest epoch ever granted, for the margin of the frame counters
    bool operator==(const Order&) const = default;
};

}  // namespace zha
