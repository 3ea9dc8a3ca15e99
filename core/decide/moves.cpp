// How the role moves: drain, release, stage, grant, verify, and the way back.
#include <algorithm>

#include "core/decide/context.hpp"
#include "core/limits.hpp"
#include "core/manifest.hpp"
#include "core/safeguards.hpp"

namespace zha::deciding {

namespace {

constexpr Millis kVerifyMost{20000};
constexpr Millis kReadSpare{60000};  ///< reading the NVRAM once, generously
constexpr Millis kFormSpare{30000};  ///< until the node begins, and until it has told
constexpr Epoch kUnheardGrants = 8;  ///< far more than happen between two words of a node
constexpr std::size_t kLastTextMost = 300;

bool settled(NodeState state) {
    return state == NodeState::catchingup || state == NodeState::standby ||
           state == NodeState::maintenance || state == NodeState::fault;
}

void remember(Context& c, const std::string& text) {
    c.j.last_at = c.s.wall;
    c.j.last_text = text.substr(0, kLastTextMost);
}

/// From the order to stop until the new node said that it is on the air.
Millis gap_of(const Context& c, const Move& move) {
    const auto gap = move.phase_since - move.started;
    // A controller that began in the middle of it knows the beginning by the wall clock only.
    const auto by_wall =
        Millis{std::chrono::seconds(c.s.wall - move.started_at)} - (c.s.now - move.phase_since);
    return by_wall > gap + Millis{2000} ? by_wall : gap;
}

void finish(Context& c) {
    const Move move = *c.j.move;
    c.d.failures[move.to] = 0;
    const bool back = move.kind == MoveKind::rollback;
    const std::string text =
        back ? "the switchover failed: " + move.cause + "; " + move.to + " is active again"
             : move.to + " is active";
    c.event(back ? EventKind::switchover_failed : EventKind::switchover_completed, move.to,
            move.from, back ? text : text + " (" + move.cause + ")");
    c.tell(back ? Answer::Code::failed : Answer::Code::ok, true, text);
    remember(c, std::string(to_string(move.kind)) +
                    (move.from.empty() ? "" : " from " + move.from) + " to " + move.to + ": " +
                    move.cause);
    c.j.move.reset();
    // On the way back that is the other node, which keeps it.
    if (move.drill && back) drill_failed(c, text);
    if (move.drill && !back) drill_moved(c, gap_of(c, move));
    if (!move.retire || back) return;
    c.j.maintenance.insert(move.from);
    c.event(EventKind::maintenance_begun, move.from, move.to, move.from + " is in maintenance");
}

void give_up(Context& c, const std::string& why) {
    const auto text =
        std::string(to_string(c.j.move->kind)) + " to " + c.j.move->to + " failed: " + why;
    c.event(EventKind::switchover_failed, c.j.move->to, c.j.move->from, text);
    c.tell(Answer::Code::failed, true, text);
    remember(c, text);
    const bool drilled = c.j.move->drill;
    c.j.move.reset();
    if (drilled) drill_failed(c, text);
}

/// The target cannot take over. A planned move goes back to where it came from.
void fail(Context& c, const std::string& why) {
    const Move failed = *c.j.move;
    const bool can_go_back =
        failed.kind == MoveKind::switchover && !failed.from.empty() && c.reachable(failed.from);
    if (!can_go_back) return give_up(c, why);
    Move back = failed;
    back.kind = MoveKind::rollback;
    back.cause = why;
    std::swap(back.from, back.to);
    back.snapshot.clear();
    back.retire = false;
    c.j.move = back;
    c.enter(c.j.released ? MovePhase::staging : MovePhase::releasing,
            why + "; going back to " + back.to);
}

bool heard(const Context& c, const NodeView& node) {
    return node.heard && node.heard_at >= c.s.since;
}

/// It is there, obeys no controller with a lower number any more, and has said so.
bool there(const Context& c, const std::string& node) {
    const auto& view = c.view(node);
    return heard(c, view) && c.reachable(node) && view.report.incarnation >= c.j.incarnation;
}

/// One that nobody was granted yet.
Epoch unused_epoch(const Context& c) {
    Epoch highest = c.j.epoch;
    // The journal may have been lost, and the last holder with it: its snapshots tell its epoch.
    for (const auto& [name, node] : c.s.nodes)
        highest = std::max(
            {highest, node.report.epoch, node.report.snapshot.epoch, node.report.staged.epoch});
    // Another controller may have granted more to a node that was not heard since. What it said to
    // the broker is known; beyond that a few are skipped. Where everybody was heard nothing is
    // skipped: the same number twice shows that another controller acts at the same time
    // (catch_up()).
    unsigned unheard = 0;
    for (const auto& [name, node] : c.s.nodes)
        if (!heard(c, node)) ++unheard;
    if (unheard == 0) return highest + 1;
    if (kept(Safeguard::said_epoch)) highest = std::max(highest, c.s.said_epoch);
    return highest + kUnheardGrants * unheard + 1;
}

/// A grant that did not arrive before this controller was away: another one may have given the same
/// number to a node that was not heard since.
bool may_be_used(const Context& c) {
    if (c.holder_released() || c.j.granted >= c.s.since) return false;
    const auto& holder = c.view(c.j.holder);
    const bool arrived = !heard(c, holder) || holder.report.epoch >= c.j.epoch;
    if (arrived || !knows_all(c) || !kept(Safeguard::said_epoch)) return false;
    return std::any_of(c.s.nodes.begin(), c.s.nodes.end(),
                       [&](const auto& n) { return !heard(c, n.second); });
}

/// The point of no return.
void grant(Context& c) {
    // Nobody ordered it, and it is no way back: it counts against the limit of such moves.
    const auto& move = *c.j.move;
    const bool counts = move.command.empty() && !move.drill && move.kind != MoveKind::rollback;
    if (counts && !c.j.holder.empty() && move.to != c.j.holder) c.j.moves.push_back(c.s.wall);
    if (kept(Safeguard::grant_epoch)) c.j.epoch = unused_epoch(c);
    c.j.holder = move.to;
    c.j.holder_boot = c.report(move.to).host_boot;
    c.j.stopped.clear();
    c.j.released = false;
    c.j.granted = c.s.now;
    c.enter(MovePhase::promoting, c.j.move->to + " is granted epoch " + std::to_string(c.j.epoch));
}

void drain(Context& c) {
    if (c.j.released) return c.enter(MovePhase::staging, c.j.move->from + " is off the air");
    const auto& timing = c.s.config->timing;
    if (c.lost(c.j.move->from) || c.in_phase() > timing.stop_timeout + timing.fence + kReadSpare)
        c.enter(MovePhase::releasing, c.j.move->from + " did not give the role up in time");
}

bool released(const Context& c) {
    return c.holder_released() || !kept(Safeguard::release_wait);
}

void release(Context& c) {
    if (released(c))
        return c.enter(MovePhase::staging, "the former holder is off the air for certain");
    if (c.in_phase() <= 2 * c.s.config->timing.hold_down) return;
    if (c.lost(c.j.holder) && c.s.now < held_until(c.s)) return;
    // Started again, it is heard soon; of two hosts none is switched off for a while.
    const auto& holder = c.view(c.j.holder);
    const bool quiet = other_boot_speaks(c.s, holder) && !holder.boots.other_loud;
    if (c.lost(c.j.holder) && (quiet || two_hosts(holder.boots, c.s.now))) return;
    // It is there and cannot prove its silence: no clock makes that safe. Or it is not, and its
    // device does not say that it is off: with `fencing: required` no clock does either.
    give_up(c, c.lost(c.j.holder)
                   ? c.j.holder + " is lost, and was not switched off for certain"
                   : c.j.holder +
                         " cannot prove its dongle silent; unplug it, or switch that host off");
}

/// Why a move would lose what was paired last though the old node could go on with it; one in fault
/// cannot.
std::string not_handed_over(const NodeReport& source) {
    if (source.state == NodeState::fault) return {};
    if (!settled(source.state)) return source.node + " did not keep its last snapshot in time";
    if (source.unsaved.empty()) return {};
    return "the last snapshot of " + source.node + " was not kept: " + source.unsaved;
}

/// Names the snapshot to promote from, once the old node has told its last one.
void choose_snapshot(Context& c) {
    auto& move = *c.j.move;
    const auto& target = c.report(move.to);
    const auto& source = c.report(move.from);
    const bool can_ask = !move.from.empty() && move.from != move.to && c.reachable(move.from);
    if (can_ask && !settled(source.state) && c.in_phase() < kSettleMost) return;
    // A controller that began in this phase gives the old node the time to tell its last one.
    const auto& timing = c.s.config->timing;
    const bool settling = c.s.now < c.s.since + timing.heartbeat * timing.fall;
    if (!move.from.empty() && !c.view(move.from).heard && settling) return;
    // It was started again, has perhaps a newer one, and is heard with its next report.
    const bool soon = !can_ask && move.from != move.to && other_boot_speaks(c.s, c.view(move.from));
    if (soon && c.in_phase() < kSettleMost) return;
    const auto loss = can_ask ? not_handed_over(source) : std::string();
    if (!loss.empty() && move.kind == MoveKind::switchover) return fail(c, loss);
    if (!loss.empty() && move.kind == MoveKind::failover)
        c.tell(Answer::Code::ok, false, loss + "; using an older one");
    auto best = target.snapshot;
    if (!target.staged.id.empty() && !newer(best, target.staged)) best = target.staged;
    const bool fresher = source.snapshot.has_nvram && newer(source.snapshot, best);
    if (can_ask && fresher && kept(Safeguard::freshest_snapshot)) best = source.snapshot;
    if (best.id.empty()) return fail(c, "there is no snapshot to start " + move.to + " from");
    move.snapshot = best.id;
    c.tell(Answer::Code::ok, false, "snapshot " + best.id + " goes to " + move.to);
}

bool holds(const NodeReport& r, const std::string& snapshot) {
    return r.staged.id == snapshot || r.snapshot.id == snapshot;
}

void stage(Context& c) {
    auto& move = *c.j.move;
    if (!released(c)) return c.enter(MovePhase::releasing, "waiting for the release");
    if (!c.reachable(move.to)) {
        // Nothing is granted on the word of a report that may be old.
        if (c.lost(move.to) && c.in_phase() > c.s.config->timing.fence)
            fail(c, move.to + " is not reachable");
        return;
    }
    if (!knows_all(c)) return;
    if (move.kind == MoveKind::form) return grant(c);
    if (move.snapshot.empty()) return choose_snapshot(c);
    const auto& target = c.report(move.to);
    const bool ready =
        (holds(target, move.snapshot) && target.ready) || !kept(Safeguard::ready_check);
    if (ready) return grant(c);
    if (c.in_phase() < kStageMost) return;
    const auto why = target.fault.empty() ? "it did not get ready in time" : target.fault;
    // A failover takes an older snapshot rather than nothing.
    const bool older = move.kind == MoveKind::failover && target.ready && target.staged.has_nvram &&
                       target.staged.id != move.snapshot;
    if (!older) return fail(c, move.to + ": " + why);
    move.snapshot = target.staged.id;
    c.tell(Answer::Code::ok, false, "using the older snapshot " + move.snapshot + ": " + why);
}

void promote(Context& c) {
    const auto& move = *c.j.move;
    const auto& target = c.report(move.to);
    if (c.j.released) {
        ++c.d.failures[move.to];
        return fail(c, move.to + ": " +
                           (target.fault.empty() ? "it could not become active" : target.fault));
    }
    renumber(c);
    // What a silent node said last proves nothing.
    if (c.reachable(move.to) && target.state == NodeState::active && target.epoch == c.j.epoch)
        return c.enter(MovePhase::verifying, move.to + " is on the air");
    const auto& timing = c.s.config->timing;
    const auto most = std::max(timing.promote_timeout,
                               move.kind == MoveKind::form ? kFormMost + kFormSpare : Millis{0});
    const bool late = c.in_phase() > most + timing.fence + timing.lease;
    if (!late && !c.lost(move.to)) return;
    // A switchover goes back: no renewals from here on, the next phase waits for the release. Any
    // other move ends here; who cannot be replaced keeps what it was granted.
    ++c.d.failures[move.to];
    fail(c, move.to + (late ? " did not become active in time" : " fell silent"));
}

/// The agent read zigbee2mqtt's own answer back, and has seen it run for a while since the broker
/// said "offline": that was the late will of the old one.
bool outlived_will(const Context& c) {
    const auto& target = c.view(c.j.move->to);
    const auto& r = target.report;
    const auto settled = c.s.bridge_at + 3 * c.s.config->timing.heartbeat;
    return c.s.bridge == BridgeState::offline && target.heard_at > settled &&
           r.service == ServiceState::running && r.dongle == DongleState::on_air && r.fault.empty();
}

void verify(Context& c) {
    const auto& move = *c.j.move;
    const auto& target = c.report(move.to);
    const bool gone = target.state != NodeState::active && c.reachable(move.to);
    if (c.j.released || gone || c.lost(move.to))
        return c.enter(MovePhase::promoting, move.to + " is not active any more");
    const bool fresh =
        c.view(move.to).heard_at > move.phase_since || !kept(Safeguard::success_fresh);
    if (fresh && (c.s.bridge == BridgeState::online || outlived_will(c))) return finish(c);
    // Nothing was heard of zigbee2mqtt here, or it stutters: the agent's word alone takes longer.
    if (fresh && c.in_phase() > kVerifyMost) finish(c);
}

}  // namespace

/// Nobody else can have granted anything that this controller does not know of: every node that is
/// there said so, and of any other every lease is over.
bool knows_all(const Context& c) {
    if (!kept(Safeguard::everybody_heard)) return true;
    const bool waited = c.s.now >= begun(c.s) + c.s.config->timing.hold_down;
    return std::all_of(c.s.nodes.begin(), c.s.nodes.end(), [&](const auto& n) {
        if (heard(c, n.second) && c.reachable(n.first)) return there(c, n.first);
        return waited || (n.first == c.j.holder && off_for_good(c.s));
    });
}

void renumber(Context& c) {
    if (!may_be_used(c)) return;
    c.j.epoch = unused_epoch(c);
    c.j.granted = c.s.now;
    if (c.j.move && c.j.move->phase == MovePhase::promoting)
        c.enter(MovePhase::promoting,
                c.j.holder + " is granted epoch " + std::to_string(c.j.epoch) + " instead");
}

void start_move(Context& c, Move move) {
    if (!move.drill) drill_failed(c, std::string(to_string(move.kind)) + ": " + move.cause);
    move.started = c.s.now;
    move.phase_since = c.s.now;
    move.started_at = c.s.wall;
    c.j.move = std::move(move);
    const auto& m = *c.j.move;
    const auto text = std::string(to_string(m.kind)) + (m.from.empty() ? "" : " from " + m.from) +
                      " to " + m.to + ": " + m.cause;
    c.event(EventKind::switchover_started, m.to, m.from, text);
    c.tell(Answer::Code::ok, false, text);
}

void advance(Context& c) {
    // Several phases may pass at once; each step either enters the next one or waits.
    for (int step = 0; step < 8 && c.j.move; ++step) {
        const auto before = c.j.move->phase;
        const auto kind = c.j.move->kind;
        switch (before) {
            case MovePhase::draining:
                drain(c);
                break;
            case MovePhase::releasing:
                release(c);
                break;
            case MovePhase::staging:
                stage(c);
                break;
            case MovePhase::promoting:
                promote(c);
                break;
            case MovePhase::verifying:
                verify(c);
                break;
        }
        if (c.j.move && c.j.move->phase == before && c.j.move->kind == kind) return;
    }
}

void consider_failover(Context& c) {
    if (!c.s.automatic || c.j.holder.empty()) return;
    if (c.j.pause || !c.j.stopped.empty()) return;
    const auto& holder = c.view(c.j.holder);
    std::string cause;
    if (c.j.released && c.lost(c.j.holder) && holder.report.released < c.j.epoch) {
        cause = c.j.holder + " is lost, and its epoch is over";
    } else if (c.j.released) {
        cause = holder.report.fault.empty() ? c.j.holder + " gave the role up"
                                            : c.j.holder + ": " + holder.report.fault;
    } else {
        // A holder that reports is asked, never overruled: it may be on the air.
        if (!c.lost(c.j.holder)) return;
        // Silence is one signal; the broker's own word on the agent or on zigbee2mqtt the second.
        // Only what it said after the last report: an old "offline" may be a late will.
        const bool offline = c.s.bridge == BridgeState::offline && c.s.bridge_at >= holder.heard_at;
        if (!holder.gone && !offline) return;
        cause = c.j.holder + " is lost: no report, and the broker says that it is gone";
    }
    const auto to = candidate(c, frozen(*c.s.config, c.j, c.s.wall));
    if (to.empty()) return;
    // First the power, then the move: one that could not end would be in an operator's way.
    const bool required = c.s.config->fencing == "required" && kept(Safeguard::off_required);
    if (!c.j.released && required && !powered_off(c.s)) {
        if (needs_power_cut(c)) c.d.fence.insert(c.j.holder);
        return;
    }
    Move move;
    move.kind = MoveKind::failover;
    move.phase = MovePhase::releasing;
    move.from = c.j.holder;
    move.to = to;
    move.cause = cause;
    start_move(c, move);
    advance(c);
}

}  // namespace zha::deciding
