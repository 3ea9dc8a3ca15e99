// Why things are as they are: the same facts and rules as decide(), said in sentences.
#include <algorithm>
#include <optional>

#include "core/decide.hpp"
#include "core/fsm/limit.hpp"

namespace zha {

namespace {

using Findings = std::vector<Finding>;

std::string seconds(Millis time) {
    return std::to_string(time.count() / 1000) + " s";
}

const NodeView& view_of(const Situation& s, const std::string& node) {
    static const NodeView kUnknown{};
    const auto it = s.nodes.find(node);
    return it == s.nodes.end() ? kUnknown : it->second;
}

std::string last_word(const Situation& s, const std::string& node) {
    const auto& view = view_of(s, node);
    if (!view.heard) return "it has not reported to this controller yet";
    return "its last report came " + seconds(s.now - view.heard_at) + " ago";
}

void who_is_active(const Situation& s, Findings& out) {
    const auto& j = s.journal;
    if (j.holder.empty())
        return out.push_back({"", "nobody is active: no node was ever granted the role"});
    const auto epoch = "epoch " + std::to_string(j.epoch);
    if (j.released)
        return out.push_back({j.holder, "nobody is active: " + j.holder + " held " + epoch +
                                            " last, and its end was proven"});
    const auto& r = view_of(s, j.holder).report;
    if (!reachable(s, j.holder))
        return out.push_back(
            {j.holder, j.holder + " holds " + epoch + " and is silent: " + last_word(s, j.holder)});
    if (r.state == NodeState::active && r.epoch == j.epoch)
        return out.push_back({j.holder, j.holder + " is active: it was granted " + epoch +
                                            ", and " + last_word(s, j.holder) +
                                            " with a lease of " + seconds(r.lease_left) + " left"});
    out.push_back({j.holder, j.holder + " holds " + epoch + ", and says that it is " +
                                 std::string(to_string(r.state)) +
                                 (r.fault.empty() ? "" : ": " + r.fault)});
}

void who_could(const Situation& s, Findings& out) {
    for (const auto& n : s.config->nodes) {
        if (n.name == s.journal.holder && !s.journal.released) continue;
        auto why = why_not_automatic(s, n.name);
        if (why.empty()) {
            out.push_back(
                {n.name, n.name + " could take over: it is ready, and " + last_word(s, n.name)});
            continue;
        }
        const bool by_order = why_not(s, n.name).empty();
        if (!reachable(s, n.name)) why += "; " + last_word(s, n.name);
        out.push_back({n.name, n.name + " would not take over" + (by_order ? " by itself" : "") +
                                   ": " + why});
    }
}

/// What the node's own table goes by, as far as its report tells.
fsm::Facts facts_of(const NodeReport& r, const std::optional<Move>& move) {
    fsm::Facts f;
    f.lease_live = r.lease_left > Millis{0};
    f.dongle_present = r.dongle != DongleState::absent;
    f.silenced = r.dongle == DongleState::silent;
    f.unreleased = r.released < r.epoch;
    f.service_up = r.service == ServiceState::running;
    f.service_down = r.service == ServiceState::stopped;
    f.snapshot_held = !r.staged.id.empty() || !r.snapshot.id.empty();
    f.may_form = move && move->kind == MoveKind::form && move->to == r.node && r.blank;
    return f;
}

/// Which steps are under way that change a role: by the row of the state table that a node is in.
void who_works(const Situation& s, Findings& out) {
    for (const auto& [name, view] : s.nodes) {
        const auto& r = view.report;
        const bool told = r.state == NodeState::fencing || r.state == NodeState::promoting ||
                          r.state == NodeState::recovering || r.state == NodeState::draining;
        if (!told || !reachable(s, view)) continue;
        const auto* row = fsm::next(r.state, r.goal, facts_of(r, s.journal.move));
        if (row->action == fsm::Action::none) continue;
        out.push_back({name, name + " is " + std::string(to_string(r.state)) + " (" +
                                 std::string(row->comment) + "): at most " +
                                 seconds(fsm::limit(row->budget, s.config->timing)) + "; then " +
                                 std::string(to_string(row->to)) + ", or " +
                                 std::string(to_string(row->on_failure)) + " if that fails"});
    }
}

/// Whose words do not count, or whose may be somebody else's.
void who_speaks(const Situation& s, Findings& out) {
    for (const auto& [name, view] : s.nodes) {
        const auto& last = view.boots.heard;
        if (two_hosts(view.boots, s.now)) {
            out.push_back({name, "two hosts say that they are " + name +
                                     ": one is a copy of the other; give it a name of its own"});
            continue;
        }
        const bool held = name == s.journal.holder && !s.journal.released;
        if (held && !last.empty() && last.back() != s.journal.holder_boot && !reachable(s, view))
            out.push_back({name, "the host of " + name +
                                     " was started again: it is heard when every lease of before "
                                     "is over"});
    }
}

/// What fence devices and second paths said.
void other_paths(const Situation& s, Findings& out) {
    for (const auto& [name, view] : s.nodes) {
        if (s.journal.unpowered.contains(name))
            out.push_back({name, name + " was switched off, and its power is not back yet"});
        if (!view.fence_fault.empty())
            out.push_back({name, "the power of " + name +
                                     " could not be switched for certain: " + view.fence_fault});
        if (reachable(s, name)) continue;
        if (view.probe == Probe::answers)
            out.push_back({name, "the host of " + name +
                                     " answers on its own path: its agent is gone or the "
                                     "broker's path is down; it may be on the air"});
        if (view.probe == Probe::silent)
            out.push_back(
                {name, "the host of " + name + " does not answer on its own path either"});
    }
}

/// Why the controller gives the role to nobody by itself, although somebody lost it.
std::string held_back(const Situation& s) {
    const auto& j = s.journal;
    if (j.pause) return "the cluster is paused";
    if (!j.stopped.empty())
        return j.stopped + (j.released ? " gave" : " has to give") +
               " the role up for its maintenance";
    if (!s.automatic) return "automatic failover is switched off";
    if (frozen(*s.config, j, s.wall))
        return std::to_string(j.moves.size()) +
               " automatic moves were made within the window; zha-switchover resume allows more";
    return {};
}

/// Why a holder that is silent is not replaced now; the same conditions as those of a failover.
std::string why_silent_stays(const Situation& s) {
    const auto& j = s.journal;
    const auto& view = view_of(s, j.holder);
    if (!lost(s, j.holder)) return "this controller has just started and waits for " + j.holder;
    const bool offline = s.bridge == BridgeState::offline && s.bridge_at >= view.heard_at;
    if (!view.gone && !offline)
        return "the silence of " + j.holder +
               " is one signal alone; the broker does not say that its agent or zigbee2mqtt is "
               "gone";
    const auto& nodes = s.config->nodes;
    if (std::none_of(nodes.begin(), nodes.end(),
                     [&](const auto& n) { return why_not_automatic(s, n.name).empty(); }))
        return "no other node can take over from " + j.holder;
    if (s.config->fencing == "required" && !fenceable(s, j.holder))
        return "fencing is required, and " + j.holder + " has no fence device";
    if (s.config->fencing == "required" && !powered_off(s))
        return "fencing is required, and the device of " + j.holder +
               " has not confirmed that it is off";
    return "it has not begun yet";
}

/// What is waited for while no move is in progress.
Finding waited_for(const Situation& s) {
    const auto& j = s.journal;
    if (const auto held = held_back(s); !held.empty())
        return {"", "nothing moves by itself: " + held};
    if (j.holder.empty()) return {"", "waiting for an operator: form or switchover"};
    if (j.released) return {"", "waiting for a node that can take over"};
    if (!reachable(s, j.holder)) return {j.holder, "no failover: " + why_silent_stays(s)};
    const auto state = view_of(s, j.holder).report.state;
    if (state == NodeState::active) return {"", "nothing is waited for"};
    return {j.holder, "no failover: " + j.holder + " reports and is " +
                          std::string(to_string(state)) +
                          "; nobody takes over before it gives the role up" +
                          (state == NodeState::fault ? ", or is unplugged and switched off" : "")};
}

void what_next(const Situation& s, Findings& out) {
    const auto& j = s.journal;
    if (const auto& m = j.move)
        return out.push_back({m->to, std::string(to_string(m->kind)) + " to " + m->to + " is " +
                                         std::string(to_string(m->phase)) + " since " +
                                         seconds(s.now - m->phase_since) + ": " + m->cause});
    if (const auto& drill = j.drill)
        return out.push_back({drill->first, "a drill is going on: " + drill->first +
                                                " gets the role back from " + drill->other});
    out.push_back(waited_for(s));
    const auto back = preferred(s);
    const auto& policy = s.config->controller;
    if (back.empty() || policy.failback == "none") return;
    const auto& pulse = view_of(s, back).pulse;
    const auto ready = pulse.fit ? s.now - pulse.fit_since : Millis{0};
    out.push_back(
        {back, back + " has the higher priority and is ready since " + seconds(ready) +
                   (policy.failback == "manual"
                        ? ": zha-switchover switchover --to " + back
                        : "; it gets the role back after " + seconds(policy.preempt_delay))});
}

}  // namespace

std::vector<Finding> explain(const Situation& s) {
    Findings out;
    who_is_active(s, out);
    who_could(s, out);
    who_works(s, out);
    who_speaks(s, out);
    other_paths(s, out);
    if (!s.journal.last_text.empty())
        out.push_back(
            {"", "last move, " +
                     std::to_string(std::max<WallSeconds>(s.wall - s.journal.last_at, 0)) +
                     " s ago: " + s.journal.last_text});
    what_next(s, out);
    return out;
}

}  // namespace zha
