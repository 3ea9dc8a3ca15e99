// What: the controller's decision: from everything it knows, the next journal, an order for every
//      node, events and answers.
// Why: the daemon, the simulations and the tests run this one function; it can be replayed.
// Contract: pure. The caller makes `journal` durable before it sends any of the orders, sends an
//      order only as the answer to a report, and notes when it sent a lease (NodeView::leased_at).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/host_boot.hpp"
#include "core/journal.hpp"
#include "core/messages.hpp"

namespace zha {

/// How steadily a node reports; kept by decide(), carried by the caller.
struct Pulse {
    std::uint64_t missed = 0;  ///< the last 64 heartbeats, newest in bit 0; 1 = missed
    Time beat{0};              ///< of the last heartbeat that was counted; 0 = none yet
    bool shaky = false;        ///< too many missed, and not yet `rise` good ones since
    bool fit = false;          ///< could take over by itself ...
    Time fit_since{0};         ///< ... without a break since
    bool operator==(const Pulse&) const = default;
};

/// What a second path to a node's host says: evidence, never permission.
enum class Probe { unknown, answers, silent };

/// A node as the controller sees it.
struct NodeView {
    NodeReport report;
    bool heard = false;     ///< a report came since the controller started
    Time heard_at{0};       ///< controller's clock
    bool gone = false;      ///< the broker said so of the agent after its last report (its will)
    Time leased_at{0};      ///< when an order with a lease was last sent; 0 = never
    unsigned failures = 0;  ///< promotions that failed since the last success
    Pulse pulse = {};       ///< as Decision::pulses
    /// Its fence device said "off", asked after it was switched: while it was the holder of this
    /// epoch. 0 = it did not, or was switched on since.
    Epoch fenced_off = 0;
    Time fence_asked{0};  ///< when it was asked
    Time fenced_at{0};    ///< when it said so
    /// When another controller's word came that it switches this one off, or this controller's own
    /// attempt was not confirmed: the device may be slow, and do it yet.
    std::optional<Time> off_noted{};
    bool power_back = false;       ///< the device was switched on since and said so
    std::string fence_fault = {};  ///< why the last attempt failed; empty = none did
    Probe probe = Probe::unknown;
    HostBoots boots = {};
};

enum class BridgeState { unknown, online, offline };

struct OperatorCommand {
    enum class Verb {
        switchover,
        failover,
        form,
        clear_fault,
        pause,
        resume,
        maintenance,
        drill
    } verb = Verb::switchover;
    std::string id;
    std::string node;             ///< target; may be empty for failover
    bool allow_stale = false;     ///< failover: a snapshot older than rpo_max is good enough
    bool allow_version = false;   ///< an older zigbee2mqtt than the active one is good enough
    bool allow_failover = false;  ///< maintenance: move the role away first
    bool stop = false;            ///< maintenance: nobody is active meanwhile
    bool end = false;             ///< maintenance is over
    Millis length{0};             ///< of a pause; 0 = until resume
    bool dry_run = false;         ///< drill: only say whether it would begin
    bool scheduled = false;       ///< drill: nobody asked but the schedule
};

enum class EventKind {
    switchover_started,
    switchover_completed,
    switchover_failed,
    node_down,
    node_up,
    dongle_fault,
    dongle_recovered,
    identity_mismatch,
    standby_not_ready,
    standby_ready,
    no_active,
    paused,
    resumed,
    maintenance_begun,
    maintenance_ended,
    frozen,
    unfrozen,
    snapshot_old,
    snapshot_fresh,
    two_on_air,
    bridge_repaired,
    fenced,
    fence_failed,
    power_restored,
    path_down,
    drill_started,
    drill_done,
    drill_failed,
    drill_refused,
};

struct Event {
    EventKind kind = EventKind::node_up;
    std::string node;
    std::string peer;
    std::string cause;  ///< planned, failover, form, rollback, or empty
    std::string text;   ///< one sentence with the evidence
    Millis duration{0};
};

/// To the operator who sent a command.
struct Answer {
    enum class Code { ok, failed, refused, busy } code = Code::ok;
    std::string command;
    bool done = false;
    std::string text;
};

struct Situation {
    const Config* config = nullptr;
    Time now{0};
    WallSeconds wall = 0;
    /// Since when this controller is connected without a break. Leases that a former one granted
    /// or that nodes hold on their own may live for a hold-down after it.
    Time since{0};
    bool automatic = true;  ///< automatic failover is on
    bool blackout = false;  ///< these are hours in which no scheduled drill begins
    Journal journal;
    std::map<std::string, NodeView> nodes;  ///< every configured node
    Epoch said_epoch = 0;                   ///< the highest one that any controller told the broker
    /// What another controller switched off by a journal that is not followed, and by which one.
    std::set<std::string> others_off;
    JournalMark others_mark;
    BridgeState bridge = BridgeState::unknown;
    Time bridge_at{0};             ///< when that was said
    std::set<std::string> raised;  ///< conditions already told, as Decision::raised
    std::optional<OperatorCommand> command;
};

/// What a node is told with its next report. An Order without echo and incarnation.
struct Instruction {
    Goal goal = Goal::standby;
    Epoch epoch = 0;
    Millis lease{0};
    bool allow_form = false;
    bool clear_fault = false;
    std::string source;
    std::string snapshot;
    bool operator==(const Instruction&) const = default;
};

struct Decision {
    Journal journal;
    ControllerState state = ControllerState::starting;
    std::string text;  ///< one line for people
    std::map<std::string, Instruction> instructions;
    std::vector<Event> events;
    std::vector<Answer> answers;
    std::set<std::string> raised;
    std::map<std::string, unsigned> failures;
    std::map<std::string, Pulse> pulses;
    std::set<std::string> fence;    ///< nodes whose fence device should say "off" now
    std::set<std::string> restore;  ///< nodes whose fence device should say "on" now
    bool frozen = false;            ///< too many automatic moves: the holder is kept
    /// The late will of a former holder hides that zigbee2mqtt is online: say `online` again.
    bool repair_bridge = false;
};

Decision decide(const Situation& situation);

/// Does the node still report?
bool reachable(const Situation& situation, const std::string& node);
bool reachable(const Situation& situation, const NodeView& node);
/// Does the report come from another boot than the one that the unreleased epoch was granted to,
/// while that one may still have a lease? Then it is no word of the holder, neither that it is
/// silent nor that it is there: a copy of the holder's disk cannot speak for it, and a host that
/// was started again has to wait as long as one that is lost. Only that it is *not* silent counts.
/// A holder that has released is asked for its last snapshot: a copy is not heard in that, either.
bool of_another_boot(const Situation& situation, const NodeReport& report);
/// Notes such a report, which is otherwise dropped.
void note_other_boot(NodeView& view, const NodeReport& report, Time now);
/// Did one come within the last heartbeats?
bool other_boot_speaks(const Situation& situation, const NodeView& view);
/// It does not, and had the time to: a controller that has just started knows nothing yet.
bool lost(const Situation& situation, const std::string& node);
/// Why `node` may not become active now; empty = it may.
std::string why_not(const Situation& situation, const std::string& node);
/// Why `node` is not promoted without an operator: the reasons above and those that he may
/// overrule.
std::string why_not_automatic(const Situation& situation, const std::string& node);
/// Its snapshot is older than an automatic failover may use; empty = it is not.
std::string stale_snapshot(const Situation& situation, const std::string& node);
/// Its zigbee2mqtt is known to be older than that of the holder; empty = it is not.
std::string older_service(const Situation& situation, const std::string& node);
/// Were there so many automatic role changes that no more are made?
bool frozen(const Config& config, const Journal& journal, WallSeconds wall);
/// Everything that forbids a drill to `to` now, a sentence each; empty = it may begin.
std::vector<std::string> why_no_drill(const Situation& situation, const std::string& to);
/// The node that would take the role back by the failback policy; empty = none.
std::string preferred(const Situation& situation);

/// One sentence with its evidence.
struct Finding {
    std::string node;  ///< empty: of the cluster
    std::string text;
};
/// Who is active and why, why every other node could (not) take over, what happened last, and what
/// is waited for.
std::vector<Finding> explain(const Situation& situation);

/// May a fence device be asked about this node at all?
bool fenceable(const Situation& situation, const std::string& node);
/// Is the holder of the journal's epoch without power, by its device's own word? Not when it was
/// heard since: then the device switched something else. Nor when it said so before this controller
/// began or was away: then nobody knows what happened meanwhile.
bool powered_off(const Situation& situation);
/// ... and that is the end of its epoch. A host that gets its power back boots into its fence. A
/// dongle alone, switched on by hand, is started again by an agent that nobody hears: its "off" is
/// worth something once no lease is left.
bool off_for_good(const Situation& situation);

/// Since when every lease that this controller does not know of runs out.
Time begun(const Situation& situation);
/// Until when the holder of the journal's epoch may have a lease, or say that it is not silent.
Time leases_end(const Situation& situation);
/// Until when it may still be on the air, if it does not release it: as above, and after the word
/// of another boot that is not silent, either.
Time held_until(const Situation& situation);

std::string_view to_string(EventKind);

}  // namespace zha
