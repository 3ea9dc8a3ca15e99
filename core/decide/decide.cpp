#include "core/decide.hpp"

#include <algorithm>

#include "core/decide/context.hpp"
#include "core/lease.hpp"
#include "core/safeguards.hpp"

namespace zha {

namespace deciding {

Context::Context(const Situation& situation, Decision& decision)
    : s(situation), d(decision), j(decision.journal) {}

const NodeView& Context::view(const std::string& node) const {
    static const NodeView kUnknown{};
    const auto it = s.nodes.find(node);
    return it == s.nodes.end() ? kUnknown : it->second;
}

void Context::event(EventKind kind, const std::string& node, const std::string& peer,
                    const std::string& text) {
    Event e{kind, node, peer, "", text, Millis{0}};
    if (j.move) {
        e.cause = j.move->kind == MoveKind::switchover ? "planned" : to_string(j.move->kind);
        e.duration = s.now - j.move->started;
    }
    d.events.push_back(e);
}

void Context::tell(Answer::Code code, bool done, const std::string& text) {
    // The end of one half is not the end of the drill.
    if (j.move && j.move->drill && j.drill && !j.drill->command.empty())
        d.answers.push_back({Answer::Code::ok, j.drill->command, false, text});
    if (j.move && !j.move->command.empty())
        d.answers.push_back({code, j.move->command, done, text});
}

void Context::enter(MovePhase phase, const std::string& text) {
    j.move->phase = phase;
    j.move->phase_since = s.now;
    tell(Answer::Code::ok, false, text);
}

namespace {

/// Time alone does not do, unless an operator vouches for a lost holder. Who ordered a planned move
/// did not: the holder was there then, and may have frozen in the middle of it.
bool power_must_go(const Context& c) {
    const auto& move = *c.j.move;
    const bool vouched = move.kind == MoveKind::failover && !move.command.empty();
    const bool said = vouched || (move.kind != MoveKind::failover && !kept(Safeguard::off_vouched));
    return c.s.config->fencing == "required" && !said && kept(Safeguard::off_required);
}

/// Released by the clock or by an outlet, and now its holder itself speaks, of the same boot, and
/// is not silent: it was frozen, or something else was switched. Its own word counts more, for as
/// long as nobody was granted anything.
bool takes_back(const Context& c) {
    const auto& report = c.report(c.j.holder);
    const bool granted = c.j.move && c.j.move->phase >= MovePhase::promoting;
    return c.j.released && !granted && c.reachable(c.j.holder) && report.epoch == c.j.epoch &&
           report.released < c.j.epoch && report.host_boot == c.j.holder_boot &&
           possibly_on_air(report.state);
}

/// A verified release of the journal's epoch, by the word of its holder or by the clock.
void observe_release(Context& c) {
    if (takes_back(c)) {
        c.j.released = false;
        // Of a dongle that is off its host says nothing.
        const auto* configured = c.s.config->node(c.j.holder);
        const bool host = configured != nullptr && configured->fence.cuts != "dongle";
        if (host && c.view(c.j.holder).fenced_off == c.j.epoch)
            c.event(
                EventKind::fence_failed, c.j.holder, "",
                c.j.holder + " speaks and is not silent, though its device said that it is off");
    }
    if (c.holder_released()) return;
    const auto& holder = c.view(c.j.holder);
    const auto needed = kept(Safeguard::release_epoch) ? c.j.epoch : Epoch{1};
    if (holder.heard && holder.report.released >= needed) c.j.released = true;
    // Nobody renews a lease while the role is being taken away; after the hold-down it is over. Not
    // for a node that is there and says that it cannot prove its silence: that is no lost host. The
    // word of an outlet does not wait for somebody who takes over.
    const bool taking = c.j.move && c.j.move->phase == MovePhase::releasing;
    const bool other_says_no = holder.boots.other_loud && other_boot_speaks(c.s, holder);
    const bool says_no =
        other_says_no || (c.reachable(c.j.holder) && possibly_on_air(holder.report.state));
    const bool may_be_timed = !says_no || !kept(Safeguard::holder_says_no);
    const bool over = c.s.now >= held_until(c.s) || !kept(Safeguard::hold_down);
    if (!may_be_timed) return;
    if (c.lost(c.j.holder) && off_for_good(c.s)) {
        c.j.released = true;
        c.event(EventKind::fenced, c.j.holder, "",
                c.j.holder + " was switched off, and its device says so: epoch " +
                    std::to_string(c.j.epoch) + " is over");
    } else if (taking && over && !power_must_go(c)) {
        c.j.released = true;
    }
}

/// A controller that lost its journal finds the one node that still holds the highest epoch.
void adopt(Context& c) {
    if (!c.j.holder.empty() || c.j.epoch != 0) return;
    std::string found;
    Epoch highest = 0;
    const bool waited = c.s.now >= c.s.since + c.s.config->timing.hold_down;
    for (const auto& [name, node] : c.s.nodes) {
        // It might hold a higher one, until every lease that nobody renews is over.
        if (!c.reachable(node) && !waited) return;
        highest = std::max(highest, node.report.epoch);
    }
    for (const auto& [name, node] : c.s.nodes)
        if (node.report.epoch == highest && highest > 0) {
            if (!found.empty()) return;
            found = name;
        }
    if (found.empty()) return;
    c.j.epoch = highest;
    c.j.holder = found;
    c.j.holder_boot = c.report(found).host_boot;
    c.j.released = c.report(found).released >= highest;
}

/// A journal that is behind (an old copy was put back, another controller acted meanwhile): who
/// reports a higher epoch was granted it, and holds it until it says otherwise.
void catch_up(Context& c) {
    if (c.j.epoch == 0 || !kept(Safeguard::journal_behind)) return;
    for (const auto& [name, node] : c.s.nodes) {
        // The same number twice: the journal's own grant never arrived.
        const bool same = node.report.epoch == c.j.epoch && name != c.j.holder &&
                          c.report(c.j.holder).epoch < c.j.epoch;
        if (!node.heard || (node.report.epoch <= c.j.epoch && !same)) continue;
        if (c.j.move) {
            c.event(EventKind::switchover_failed, c.j.move->to, c.j.move->from,
                    "given up: " + name + " was granted a higher epoch by another controller");
            c.tell(Answer::Code::failed, true, "another controller acted meanwhile");
            c.j.move.reset();
        }
        c.j.epoch = node.report.epoch;
        c.j.holder = name;
        c.j.holder_boot = node.report.host_boot;
        c.j.released = node.report.released >= c.j.epoch;
        drill_failed(c, name + " was granted a higher epoch by another controller");
    }
}

void learn_network(Context& c) {
    if (!c.j.fingerprint.empty() || c.holder_released()) return;
    const auto& report = c.report(c.j.holder);
    if (report.state == NodeState::active && report.epoch == c.j.epoch)
        c.j.fingerprint = report.snapshot.fingerprint;
}

Instruction instruct(const Context& c, const std::string& node) {
    Instruction i;
    const auto& move = c.j.move;
    if (node == c.j.holder && !c.j.released) {
        // A holder that is granted the role again is both ends of its move.
        const bool waited_for = move && move->from == node && move->phase == MovePhase::releasing;
        const bool taking = waited_for || (move && move->from == node && move->to != node);
        i.goal = taking ? Goal::standby : Goal::active;
        // It gives the role up for its maintenance; the lease lets it stop gracefully.
        if (c.j.maintenance.contains(node)) i.goal = Goal::maintenance;
        i.epoch = c.j.epoch;
        // A grant that did not arrive yet is given anew, so with the same care.
        const bool arrived = c.report(node).epoch >= c.j.epoch;
        const auto& boot = c.report(node).host_boot;
        const bool stranger = !boot.empty() && boot != c.j.holder_boot;
        if (!waited_for && !stranger && (arrived || knows_all(c)))
            i.lease = c.s.config->timing.lease;
        if (move && move->to == node) {
            i.allow_form = move->kind == MoveKind::form;
            i.snapshot = move->snapshot;
            i.source = move->from;
        }
        return i;
    }
    i.epoch = c.j.epoch;
    if (c.j.maintenance.contains(node)) {
        i.goal = Goal::maintenance;
        return i;
    }
    // Without a journal nobody knows yet who holds the role: nothing may be taken away meanwhile.
    const bool waited = c.s.now >= c.s.since + c.s.config->timing.hold_down;
    if (c.j.holder.empty() && !move && !waited && c.report(node).epoch != 0) i.goal = Goal::none;
    if (move && move->to == node && !move->snapshot.empty()) {
        i.snapshot = move->snapshot;
        i.source = move->from;
    } else if (!c.j.holder.empty() && node != c.j.holder && c.reachable(c.j.holder)) {
        i.snapshot = c.report(c.j.holder).snapshot.id;
        i.source = c.j.holder;
    }
    return i;
}

void describe(Context& c) {
    const auto& move = c.j.move;
    const bool empty = c.j.holder.empty() || c.j.released;
    if (move) {
        c.d.state = move->kind == MoveKind::failover ? ControllerState::failover
                                                     : ControllerState::switchover;
        c.d.text = std::string(to_string(move->kind)) + " to " + move->to + ": " +
                   std::string(to_string(move->phase));
    } else if (c.j.pause) {
        c.d.state = ControllerState::paused;
        c.d.text =
            "paused: " + (empty ? std::string("nobody is active") : c.j.holder + " keeps the role");
    } else if (c.j.holder.empty()) {
        c.d.state = ControllerState::no_active;
        c.d.text = "no network yet: zha-switchover form, or switchover to a node that has one";
    } else if (!c.j.stopped.empty() && !c.j.released) {
        c.d.state = ControllerState::steady;
        c.d.text = c.j.holder + " has to give the role up for its maintenance";
    } else if (!c.j.stopped.empty()) {
        c.d.state = ControllerState::no_active;
        c.d.text = c.j.stopped + " is in maintenance; nobody is active until that ends";
    } else if (c.j.released) {
        c.d.state = ControllerState::no_active;
        c.d.text = "nobody is active, and no node can take over";
    } else {
        const bool settling = c.s.now < c.s.since + c.s.config->timing.hold_down;
        const bool active = c.report(c.j.holder).state == NodeState::active;
        c.d.state = settling && !active ? ControllerState::starting : ControllerState::steady;
        c.d.text = c.j.holder + (active ? " is active" : " holds the role");
        if (!c.reachable(c.j.holder)) c.d.text = c.j.holder + " holds the role, but is silent";
    }
    if (c.j.drill) c.d.text += "; drill: " + c.j.drill->first + " gets the role back";
    if (c.d.frozen) c.d.text += "; frozen after too many automatic moves: zha-switchover resume";
}

}  // namespace
}  // namespace deciding

bool reachable(const Situation& s, const std::string& node) {
    const auto it = s.nodes.find(node);
    return it != s.nodes.end() && reachable(s, it->second);
}

bool reachable(const Situation& s, const NodeView& node) {
    const auto& timing = s.config->timing;
    return node.heard && s.now - node.heard_at <= timing.heartbeat * timing.fall;
}

bool lost(const Situation& s, const std::string& node) {
    const auto& timing = s.config->timing;
    return !reachable(s, node) && s.now > s.since + timing.heartbeat * timing.fall;
}

Time begun(const Situation& s) {
    return kept(Safeguard::hold_down_since) ? s.since : Time{0};
}

namespace {

/// Until when a holder that is silent has time to say that it could not silence its dongle: it
/// cannot while its guard replaces the worker. Counted from when it was last heard trying, or,
/// where only the journal knows that it was told to, from the beginning.
Time may_speak_until(const Situation& s, const NodeView& holder) {
    if (reachable(s, holder) || !kept(Safeguard::speaks_again)) return Time{0};
    const auto state = holder.report.state;
    const bool tries =
        state == NodeState::fencing || state == NodeState::draining || state == NodeState::fault;
    const auto& move = s.journal.move;
    const bool lost_before = move && move->kind == MoveKind::failover && move->command.empty();
    const bool told = move && move->phase == MovePhase::releasing &&
                      move->from == s.journal.holder && !lost_before;
    if (!(holder.heard ? tries : told)) return Time{0};
    return (holder.heard ? holder.heard_at : s.since) + speaks_again_most(s.config->timing);
}

}  // namespace

Time leases_end(const Situation& s) {
    const auto it = s.nodes.find(s.journal.holder);
    const auto leased = it == s.nodes.end() ? Time{0} : it->second.leased_at;
    const auto last = kept(Safeguard::hold_down_leased) ? leased : Time{0};
    const auto until = std::max(begun(s), last) + s.config->timing.hold_down;
    return it == s.nodes.end() ? until : std::max(until, may_speak_until(s, it->second));
}

Time held_until(const Situation& s) {
    const auto it = s.nodes.find(s.journal.holder);
    const auto until = leases_end(s);
    if (it == s.nodes.end() || !it->second.boots.other_loud) return until;
    // Started again, it may be silent for the same reason while it tries to silence its dongle.
    return std::max(until, it->second.boots.other_at + speaks_again_most(s.config->timing));
}

Decision decide(const Situation& situation) {
    Decision d;
    d.journal = situation.journal;
    d.raised = situation.raised;
    for (const auto& [name, node] : situation.nodes)
        d.failures.emplace_hint(d.failures.end(), name, node.failures);
    deciding::Context c(situation, d);
    deciding::adopt(c);
    deciding::catch_up(c);
    deciding::note_power(c);
    deciding::end_former_boot(c);
    deciding::observe_release(c);
    deciding::learn_network(c);
    deciding::expire(c);
    deciding::take_pulses(c);
    if (situation.command) deciding::obey(c);
    if (c.j.move)
        deciding::advance(c);
    else
        deciding::consider_failover(c);
    deciding::follow_drill(c);
    if (!c.j.move) deciding::consider_failback(c);
    // Until the new grant nothing but the holder's power is in the way.
    const bool taking = c.j.move && c.j.move->phase == MovePhase::releasing;
    if (taking && deciding::needs_power_cut(c)) d.fence.insert(c.j.holder);
    deciding::renumber(c);
    deciding::restore_power(c);
    // Noted before the device is told: a controller that dies meanwhile has to give power back.
    if (kept(Safeguard::off_noted)) d.journal.unpowered.insert(d.fence.begin(), d.fence.end());
    d.frozen = frozen(*situation.config, d.journal, situation.wall);
    deciding::watch(c);
    for (const auto& [name, node] : situation.nodes)
        d.instructions.emplace_hint(d.instructions.end(), name, deciding::instruct(c, name));
    if (situation.command && situation.command->verb == OperatorCommand::Verb::clear_fault) {
        const auto told = d.instructions.find(situation.command->node);
        if (told != d.instructions.end()) told->second.clear_fault = true;
    }
    deciding::describe(c);
    return d;
}

}  // namespace zha
