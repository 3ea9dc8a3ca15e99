// Conditions that begin and end: each is told once when it is raised and once when it clears.
#include <algorithm>

#include "core/decide/context.hpp"

namespace zha {

std::string_view to_string(EventKind kind) {
    switch (kind) {
        case EventKind::switchover_started:
            return "switchover_started";
        case EventKind::switchover_completed:
            return "switchover_completed";
        case EventKind::switchover_failed:
            return "switchover_failed";
        case EventKind::node_down:
            return "node_down";
        case EventKind::node_up:
            return "node_up";
        case EventKind::dongle_fault:
            return "dongle_fault";
        case EventKind::dongle_recovered:
            return "dongle_recovered";
        case EventKind::identity_mismatch:
            return "identity_mismatch";
        case EventKind::standby_not_ready:
            return "standby_not_ready";
        case EventKind::standby_ready:
            return "standby_ready";
        case EventKind::no_active:
            return "no_active";
        case EventKind::paused:
            return "paused";
        case EventKind::resumed:
            return "resumed";
        case EventKind::maintenance_begun:
            return "maintenance_begun";
        case EventKind::maintenance_ended:
            return "maintenance_ended";
        case EventKind::frozen:
            return "frozen";
        case EventKind::unfrozen:
            return "unfrozen";
        case EventKind::snapshot_old:
            return "snapshot_old";
        case EventKind::snapshot_fresh:
            return "snapshot_fresh";
        case EventKind::two_on_air:
            return "two_on_air";
        case EventKind::bridge_repaired:
            return "bridge_repaired";
        case EventKind::fenced:
            return "fenced";
        case EventKind::fence_failed:
            return "fence_failed";
        case EventKind::power_restored:
            return "power_restored";
        case EventKind::path_down:
            return "path_down";
        case EventKind::drill_started:
            return "drill_started";
        case EventKind::drill_done:
            return "drill_done";
        case EventKind::drill_failed:
            return "drill_failed";
        case EventKind::drill_refused:
            return "drill_refused";
    }
    return "?";
}

namespace deciding {

namespace {

/// Changes the remembered condition `key` (of `node`); true when it changed. Few are raised at a
/// time and most stay what they are: they are looked at, and no text is made.
bool turn(Context& c, std::string_view key, bool on, std::string_view node = {}) {
    auto& raised = c.d.raised;
    const auto it = std::find_if(raised.begin(), raised.end(), [&](std::string_view r) {
        return r.size() == key.size() + node.size() && r.starts_with(key) && r.ends_with(node);
    });
    if (on == (it != raised.end())) return false;
    if (on)
        raised.insert(std::string(key) + std::string(node));
    else
        raised.erase(it);
    return true;
}

bool dongle_bad(const NodeReport& r) {
    // Dirty while it is being written is how writing looks; dirty afterwards is a fault.
    const bool stuck = r.dongle == DongleState::dirty && r.state == NodeState::fault;
    return r.dongle == DongleState::absent || r.dongle == DongleState::faulty || stuck;
}

void watch_node(Context& c, const std::string& name, const NodeView& node) {
    const bool reachable = c.reachable(node);
    const bool up = reachable && !c.d.pulses[name].shaky;
    const auto& r = node.report;
    const auto& timing = c.s.config->timing;
    const bool known = reachable || c.s.now > c.s.since + timing.heartbeat * timing.fall;
    const bool twins = two_hosts(node.boots, c.s.now);
    if (turn(c, "twins ", twins, name) && twins)
        c.event(EventKind::identity_mismatch, name, "",
                "two hosts say that they are " + name + ": one is a copy of the other");
    if (known && turn(c, "down ", !up, name))
        c.event(up ? EventKind::node_up : EventKind::node_down, name, "",
                name + (up ? " reports again" : " does not report"));
    if (!reachable) return;
    if (turn(c, "dongle ", dongle_bad(r), name))
        c.event(dongle_bad(r) ? EventKind::dongle_fault : EventKind::dongle_recovered, name, "",
                "the dongle of " + name + " is " + std::string(to_string(r.dongle)) +
                    (!dongle_bad(r) || r.fault.empty() ? "" : ": " + r.fault));
    const bool stranger = !c.j.fingerprint.empty() && !r.snapshot.fingerprint.empty() &&
                          r.snapshot.fingerprint != c.j.fingerprint;
    if (turn(c, "identity ", stranger, name) && stranger)
        c.event(EventKind::identity_mismatch, name, "", name + " holds another network");
}

/// A standby's snapshot that gets old is told before it is too old to be used.
void watch_snapshot(Context& c, const std::string& name, const NodeView& node) {
    const auto& r = node.report;
    if (!r.ready || name == c.j.holder || !c.reachable(node)) return;
    const auto taken = std::max(r.snapshot.taken_at, r.staged.taken_at);
    const auto age = std::chrono::seconds(c.s.wall - taken);
    const bool old = age > c.s.config->timing.rpo_warn;
    if (turn(c, "old ", old, name))
        c.event(
            old ? EventKind::snapshot_old : EventKind::snapshot_fresh, name, "",
            "the snapshot of " + name + " is " + std::to_string(age.count() / 60) + " minutes old");
}

/// More than one node says that it is on the air. Told, never acted upon: who has no lease silences
/// itself.
void watch_air(Context& c) {
    std::string names;
    int count = 0;
    for (const auto& [name, node] : c.s.nodes) {
        const auto state = node.report.state;
        const bool says = state == NodeState::active || state == NodeState::recovering ||
                          state == NodeState::draining || node.report.dongle == DongleState::on_air;
        if (!says || !c.reachable(node)) continue;
        names += (names.empty() ? "" : " and ") + name;
        ++count;
    }
    if (turn(c, "two_on_air", count > 1) && count > 1)
        c.event(EventKind::two_on_air, c.j.holder, "", names + " say that they are on the air");
}

/// A standby heard somebody on the air who should not be there. The veto itself is the agent's.
void watch_heard(Context& c) {
    for (const auto& [name, node] : c.s.nodes) {
        const bool heard = node.report.heard_on != 0 && c.reachable(node);
        if (turn(c, "heard ", heard, name) && heard)
            c.event(EventKind::two_on_air, name, "",
                    name +
                        " was not made active: it heard a coordinator of this network on channel " +
                        std::to_string(node.report.heard_on));
    }
}

/// What the other ways to a node say.
void watch_paths(Context& c) {
    for (const auto& [name, node] : c.s.nodes) {
        const bool other = node.probe == Probe::answers && !c.reachable(node);
        if (turn(c, "path ", other, name) && other)
            c.event(EventKind::path_down, name, "",
                    "the host of " + name +
                        " answers on its own path: its agent is gone or the broker's path is down");
        const bool failed = !node.fence_fault.empty();
        if (turn(c, "fence ", failed, name) && failed)
            c.event(EventKind::fence_failed, name, "",
                    "the power of " + name + " could not be switched: " + node.fence_fault);
    }
}

void watch_policies(Context& c) {
    if (turn(c, "frozen", c.d.frozen))
        c.event(c.d.frozen ? EventKind::frozen : EventKind::unfrozen, c.j.holder, "",
                c.d.frozen ? "too many automatic moves: " + c.j.holder + " keeps the role"
                           : "automatic moves are made again");
    const bool late = late_will(c);
    // Once for each: where the broker's rules forbid it, trying again would not help.
    c.d.repair_bridge = turn(c, "late will", late) && late;
    if (c.d.repair_bridge)
        c.event(EventKind::bridge_repaired, c.j.holder, "",
                "zigbee2mqtt of " + c.j.holder +
                    " is online; the late will of another one said offline");
}

/// Could somebody take over from the active node now? Asked only while nothing moves.
void watch_standby(Context& c) {
    if (c.j.move || c.j.holder.empty()) return;
    bool ready = false;
    std::string standby;
    std::string why = "there is no other node";
    for (const auto& n : c.s.config->nodes) {
        if (n.name == c.j.holder) continue;
        const auto reason = why_not(c.s, n.name);
        if (!ready) standby = n.name;
        ready = ready || reason.empty();
        if (!reason.empty()) why = reason;
    }
    // Not raised before it was ready once: a new system is not an alarm.
    const bool was = c.d.raised.contains("ready");
    if (ready && turn(c, "ready", true))
        c.event(EventKind::standby_ready, standby, "", standby + " is ready to take over");
    if (!ready && was && turn(c, "ready", false))
        c.event(EventKind::standby_not_ready, standby, "", "no standby is ready: " + why);
}

}  // namespace

void watch(Context& c) {
    for (const auto& [name, node] : c.s.nodes) {
        watch_node(c, name, node);
        watch_snapshot(c, name, node);
    }
    watch_standby(c);
    watch_air(c);
    watch_heard(c);
    watch_paths(c);
    watch_policies(c);
    const bool nobody = !c.j.holder.empty() && c.j.released && !c.j.move && c.j.stopped.empty() &&
                        candidate(c, c.d.frozen).empty();
    if (turn(c, "no_active", nobody) && nobody)
        c.event(EventKind::no_active, c.j.holder, "", "nobody is active and no node can take over");
}

}  // namespace deciding
}  // namespace zha
