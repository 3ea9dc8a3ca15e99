// What an operator may ask for, and why it is refused.
#include <algorithm>

#include "core/decide/context.hpp"
#include "core/safeguards.hpp"

namespace zha::deciding {

namespace {

using Verb = OperatorCommand::Verb;

/// The first node that is not there (unless the operator vouches for it) or not silent; empty = all
/// are off the air for certain.
std::string not_silent(const Context& c, bool vouched) {
    for (const auto& [name, node] : c.s.nodes) {
        if (!c.reachable(name) && vouched) continue;
        if (!c.reachable(name)) return name + " is not reachable";
        if (possibly_on_air(node.report.state))
            return name + " is " + std::string(to_string(node.report.state));
    }
    return {};
}

/// Did every attempt to form a network end without one? Then it may be tried again.
bool nothing_formed(const Context& c) {
    const auto& nodes = c.s.nodes;
    return c.j.fingerprint.empty() && c.holder_released() &&
           std::all_of(nodes.begin(), nodes.end(), [](const auto& n) {
               const auto& r = n.second.report;
               return r.blank && r.snapshot.id.empty() && r.staged.id.empty();
           });
}

void form(Context& c) {
    const auto& node = c.s.command->node;
    if (c.s.config->node(node) == nullptr) return refuse(c, "there is no node " + node);
    const bool again = nothing_formed(c) || !kept(Safeguard::form_refusal);
    if (!again && (c.j.epoch != 0 || !c.j.holder.empty()))
        return refuse(c, "a network exists already: forming another would lose every device");
    for (const auto& [name, other] : c.s.nodes)
        if (!again && other.report.epoch != 0)
            return refuse(c, name + " has been active before: this is not a new system");
    // A network that this cluster was not given yet is one nevertheless.
    for (const auto& [name, other] : c.s.nodes) {
        if (again || name == node || other.report.snapshot.id.empty()) continue;
        auto why = name;
        why.append(" carries a network already; use switchover --to ").append(name);
        return refuse(c, why);
    }
    if (auto why = not_silent(c, false); !why.empty()) return refuse(c, why);
    if (c.j.maintenance.contains(node)) return refuse(c, node + " is in maintenance");
    if (!c.report(node).blank && kept(Safeguard::form_blank))
        return refuse(c, "the dongle of " + node + " is not blank; use switchover --to " + node);
    Move move;
    move.kind = MoveKind::form;
    move.phase = MovePhase::staging;
    move.to = node;
    move.cause = "ordered";
    move.command = c.s.command->id;
    start_move(c, move);
}

/// The first grant of a system whose node carries a network already.
void activate(Context& c, Move move) {
    if (auto why = not_silent(c, move.kind == MoveKind::failover); !why.empty())
        return refuse(c, why);
    move.phase = MovePhase::staging;
    start_move(c, move);
}

void move_to(Context& c) {
    const auto& command = *c.s.command;
    const bool planned = command.verb == Verb::switchover;
    Move move;
    move.kind = planned ? MoveKind::switchover : MoveKind::failover;
    move.phase = planned && !c.j.released ? MovePhase::draining : MovePhase::releasing;
    move.from = c.j.holder;
    move.to = command.node.empty() && !planned ? candidate(c) : command.node;
    move.cause = "ordered";
    move.command = command.id;
    if (move.to.empty()) return refuse(c, "no node is ready to take over");
    if (move.to == c.j.holder && !c.j.released) return refuse(c, move.to + " is active already");
    if (auto why = why_not(c.s, move.to); !why.empty()) return refuse(c, why);
    if (auto why = older_service(c.s, move.to); !why.empty() && !command.allow_version)
        return refuse(c, why + "; --allow-version moves it nevertheless");
    // A planned move carries a fresh one.
    if (auto why = stale_snapshot(c.s, move.to); !planned && !why.empty() && !command.allow_stale)
        return refuse(c, why + "; --allow-stale-snapshot moves it nevertheless");
    if (c.j.holder.empty()) return activate(c, move);
    if (planned && !c.j.released && !c.reachable(c.j.holder))
        return refuse(c,
                      c.j.holder + " is not reachable; zha-switchover failover does not need it");
    c.d.failures[move.to] = 0;
    start_move(c, move);
}

}  // namespace

void refuse(Context& c, const std::string& why, Answer::Code code) {
    c.d.answers.push_back({code, c.s.command->id, true, why});
}

void done(Context& c, const std::string& text) {
    c.d.answers.push_back({Answer::Code::ok, c.s.command->id, true, text});
}

void obey(Context& c) {
    const auto& command = *c.s.command;
    if (command.verb == Verb::clear_fault) {
        if (c.s.config->node(command.node) == nullptr)
            return refuse(c, "there is no node " + command.node);
        c.d.failures[command.node] = 0;
        return done(c, c.reachable(command.node)
                           ? "told to " + command.node
                           : command.node + " is not reachable; it is told with its next report");
    }
    if (command.verb == Verb::resume) return resume(c);
    if (command.verb == Verb::pause) return pause(c);
    if (c.j.move && !command.scheduled)
        return refuse(
            c, std::string(to_string(c.j.move->kind)) + " to " + c.j.move->to + " is in progress",
            Answer::Code::busy);
    if (command.verb == Verb::drill) return drill(c);
    if (command.verb == Verb::maintenance) return maintain(c);
    if (c.j.pause) return refuse(c, "the cluster is paused; zha-switchover resume ends that");
    if (command.verb == Verb::form) return form(c);
    move_to(c);
}

}  // namespace zha::deciding
