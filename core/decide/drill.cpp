// Drills: a planned switchover to the best standby and back, and everything that forbids one.
#include <algorithm>

#include "core/decide/context.hpp"

namespace zha {

namespace {

constexpr unsigned kFailuresMost = 2;

/// Keeps each sentence once.
class Reasons {
  public:
    void add(const std::string& why) {
        if (!why.empty() && std::find(all_.begin(), all_.end(), why) == all_.end())
            all_.push_back(why);
    }
    std::vector<std::string> all() && { return std::move(all_); }

  private:
    std::vector<std::string> all_;
};

void about_policies(const Situation& s, Reasons& out) {
    const auto& j = s.journal;
    if (s.now < s.since + s.config->timing.hold_down) out.add("this controller has just started");
    if (j.move)
        out.add(std::string(to_string(j.move->kind)) + " to " + j.move->to + " is in progress");
    if (j.drill) out.add("a drill is in progress");
    if (j.pause) out.add("the cluster is paused");
    if (frozen(*s.config, j, s.wall)) out.add("frozen after too many automatic moves");
    if (s.raised.contains("two_on_air")) out.add("two nodes say that they are on the air");
}

/// Nobody down, nobody left alone, nothing broken.
void about_node(const Situation& s, const std::string& name, Reasons& out) {
    const auto& view = s.nodes.at(name);
    const auto& r = view.report;
    if (s.journal.maintenance.contains(name)) out.add(name + " is in maintenance");
    if (s.journal.unpowered.contains(name)) out.add(name + " was switched off");
    if (!view.fence_fault.empty())
        out.add("the power of " + name + " could not be switched: " + view.fence_fault);
    if (!reachable(s, name)) return out.add(name + " is not reachable");
    if (view.pulse.shaky) out.add(name + " reports only now and then");
    if (!r.fault.empty() && !r.ready && r.state != NodeState::active)
        out.add(name + ": " + r.fault);
    if (r.dongle == DongleState::absent || r.dongle == DongleState::faulty ||
        r.dongle == DongleState::dirty)
        out.add("the dongle of " + name + " is " + std::string(to_string(r.dongle)));
}

/// Why the node that has the role could not give it up properly, or is none; empty = it could.
std::string about_holder(const Situation& s) {
    const auto& j = s.journal;
    if (j.holder.empty() || j.released || !s.nodes.contains(j.holder)) return "nobody is active";
    if (!reachable(s, j.holder)) return j.holder + " is not reachable";
    const auto& r = s.nodes.at(j.holder).report;
    if (r.state != NodeState::active || r.epoch != j.epoch)
        return j.holder + " is " + std::string(to_string(r.state));
    if (s.bridge == BridgeState::offline) return "zigbee2mqtt says that it is offline";
    return {};
}

/// More than an ordinary planned move asks: nothing may be wrong before nothing needs to move.
void about_target(const Situation& s, const std::string& to, Reasons& out) {
    if (to == s.journal.holder) return out.add(to + " is active already");
    out.add(why_not(s, to));
    const auto it = s.nodes.find(to);
    if (it == s.nodes.end()) return;
    const auto& r = it->second.report;
    if (it->second.failures >= kFailuresMost)
        out.add(to + " failed " + std::to_string(it->second.failures) + " times");
    const auto age =
        std::chrono::seconds(s.wall - std::max(r.snapshot.taken_at, r.staged.taken_at));
    if (r.ready && age > s.config->timing.rpo_warn)
        out.add("the snapshot of " + to + " is " + std::to_string(age.count() / 60) +
                " minutes old");
    // Also a newer one: it may change the files so that the older one cannot go back to them.
    const auto holder = s.nodes.find(s.journal.holder);
    if (holder == s.nodes.end()) return;
    const auto& running = holder->second.report.service_version;
    if (!r.service_version.empty() && !running.empty() && r.service_version != running)
        out.add("zigbee2mqtt of " + to + " is " + r.service_version + ", and that of " +
                s.journal.holder + " is " + running);
}

std::string joined(const std::vector<std::string>& reasons) {
    std::string out;
    for (const auto& why : reasons) out += (out.empty() ? "" : "; ") + why;
    return out;
}

std::string seconds(Millis time) {
    const auto tenths = (time.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

std::vector<std::string> why_no_drill(const Situation& s, const std::string& to) {
    Reasons out;
    about_policies(s, out);
    out.add(about_holder(s));
    if (to.empty()) {
        bool other = false;
        for (const auto& n : s.config->nodes)
            if (n.name != s.journal.holder) {
                other = true;
                out.add(why_not_automatic(s, n.name));
            }
        if (!other) out.add("there is no other node");
    } else {
        about_target(s, to, out);
    }
    for (const auto& [name, node] : s.nodes) about_node(s, name, out);
    return std::move(out).all();
}

namespace deciding {

namespace {

constexpr Millis kBackMost{600000};  ///< after the dwell, until the first node is ready again
constexpr std::size_t kTextMost = 300;

void tell_drill(Context& c, EventKind kind, const Drill& drill, const std::string& text,
                Millis duration = Millis{0}) {
    c.d.events.push_back({kind, drill.other, drill.first, "drill", text, duration});
}

void answer(Context& c, const Drill& drill, Answer::Code code, const std::string& text) {
    if (!drill.command.empty()) c.d.answers.push_back({code, drill.command, true, text});
}

void begin_half(Context& c, const std::string& from, const std::string& to) {
    Move move;
    move.kind = MoveKind::switchover;
    move.phase = MovePhase::draining;
    move.from = from;
    move.to = to;
    move.cause = c.j.drill->phase == DrillPhase::there ? "drill" : "drill, the way back";
    move.drill = true;
    start_move(c, std::move(move));
}

void refuse_drill(Context& c, const std::string& why, Answer::Code code = Answer::Code::refused) {
    const auto& command = *c.s.command;
    if (!command.scheduled) refuse(c, why, code);
    if (command.dry_run) return;
    const Drill drill{DrillPhase::there, c.j.holder, command.node, "", c.s.wall};
    const auto text =
        (command.scheduled ? "the scheduled drill was left out: " : "the drill was refused: ") +
        why;
    tell_drill(c, EventKind::drill_refused, drill, text);
    if (command.scheduled)
        c.j.last_drill = {c.s.wall, "refused", Millis{0}, Millis{0}, text.substr(0, kTextMost)};
}

}  // namespace

void drill(Context& c) {
    const auto& command = *c.s.command;
    if (c.j.drill && !command.scheduled)
        return refuse_drill(c, "a drill is in progress", Answer::Code::busy);
    if (!command.node.empty() && c.s.config->node(command.node) == nullptr)
        return refuse_drill(c, "there is no node " + command.node);
    auto to = command.node.empty() ? candidate(c) : command.node;
    if (command.node.empty() && to == c.j.holder) to.clear();
    // `s.journal` is as it was before this decision; what it changed so far is in `j`.
    auto situation = c.s;
    situation.journal = c.j;
    auto reasons = why_no_drill(situation, to);
    if (command.scheduled && c.s.blackout) reasons.insert(reasons.begin(), "blackout hours");
    if (!reasons.empty()) return refuse_drill(c, joined(reasons));
    if (command.dry_run)
        return done(c, "ready: " + to + " would take over from " + c.j.holder + " for " +
                           seconds(c.s.config->drill.dwell) + ", and give the role back");
    c.j.drill = Drill{DrillPhase::there, c.j.holder, to, command.id, c.s.wall};
    tell_drill(c, EventKind::drill_started, *c.j.drill,
               "drill from " + c.j.holder + " to " + to + " and back" +
                   (command.scheduled ? ", as scheduled" : ""));
    begin_half(c, c.j.holder, to);
}

void drill_moved(Context& c, Millis gap) {
    if (!c.j.drill) return;
    auto& drill = *c.j.drill;
    if (drill.phase == DrillPhase::there) {
        drill.phase = DrillPhase::dwell;
        drill.gap_there = gap;
        drill.dwell_since = c.s.now;
        return;
    }
    const Drill ended = drill;
    c.j.drill.reset();
    const auto text = ended.other + " took over from " + ended.first + " in " +
                      seconds(ended.gap_there) + ", and " + ended.first + " again in " +
                      seconds(gap);
    c.j.last_drill = {ended.started_at, "done", ended.gap_there, gap, text};
    tell_drill(c, EventKind::drill_done, ended, text, ended.gap_there + gap);
    answer(c, ended, Answer::Code::ok, text);
}

void drill_failed(Context& c, const std::string& why) {
    if (!c.j.drill) return;
    const Drill ended = *c.j.drill;
    c.j.drill.reset();
    const auto text =
        std::string(ended.phase == DrillPhase::there ? "the drill failed"
                                                     : "the drill failed on its way back") +
        ": " + why;
    c.j.last_drill = {ended.started_at, "failed", ended.gap_there, Millis{0},
                      text.substr(0, kTextMost)};
    tell_drill(c, EventKind::drill_failed, ended, text, ended.gap_there);
    answer(c, ended, Answer::Code::failed, text);
}

void follow_drill(Context& c) {
    if (!c.j.drill || c.j.move) return;
    auto& drill = *c.j.drill;
    if (drill.phase != DrillPhase::dwell || c.j.holder != drill.other || c.j.released)
        return drill_failed(c, drill.other + " did not keep the role");
    if (c.j.pause)
        return drill_failed(c, "the cluster was paused; " + drill.other + " stays active");
    // A controller that began meanwhile counts anew.
    if (drill.dwell_since == Time{0} || drill.dwell_since > c.s.now) drill.dwell_since = c.s.now;
    const auto waited = c.s.now - drill.dwell_since;
    if (waited < c.s.config->drill.dwell) return;
    auto situation = c.s;
    situation.journal = c.j;
    auto why = about_holder(situation);
    if (why.empty()) why = why_not(situation, drill.first);
    if (why.empty()) why = older_service(situation, drill.first);
    if (why.empty()) {
        drill.phase = DrillPhase::back;
        begin_half(c, drill.other, drill.first);
        return advance(c);
    }
    if (waited > c.s.config->drill.dwell + kBackMost)
        drill_failed(c, why + "; " + drill.other + " keeps the role");
}

}  // namespace deciding
}  // namespace zha
