// Conditions that begin and end: each is told once when it is raised and once when it clears.
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
    }
    return "?";
}

namespace deciding {

namespace {

/// Changes the remembered condition; true when it changed.
bool turn(Context& c, const std::string& key, bool on) {
    return on ? c.d.raised.insert(key).second : c.d.raised.erase(key) > 0;
}

bool dongle_bad(const NodeReport& r) {
    // Dirty while it is being written is how writing looks; dirty afterwards is a fault.
    const bool stuck = r.dongle == DongleState::dirty && r.state == NodeState::fault;
    return r.dongle == DongleState::absent || r.dongle == DongleState::faulty || stuck;
}

void watch_node(Context& c, const std::string& name) {
    const bool up = c.reachable(name);
    const auto& r = c.report(name);
    const auto& timing = c.s.config->timing;
    const bool known = up || c.s.now > c.s.since + timing.heartbeat * timing.fall;
    if (known && turn(c, "down " + name, !up))
        c.event(up ? EventKind::node_up : EventKind::node_down, name, "",
                name + (up ? " reports again" : " does not report"));
    if (!up) return;
    if (turn(c, "dongle " + name, dongle_bad(r)))
        c.event(dongle_bad(r) ? EventKind::dongle_fault : EventKind::dongle_recovered, name, "",
                "the dongle of " + name + " is " + std::string(to_string(r.dongle)) +
                    (!dongle_bad(r) || r.fault.empty() ? "" : ": " + r.fault));
    const bool stranger = !c.j.fingerprint.empty() && !r.snapshot.fingerprint.empty() &&
                          r.snapshot.fingerprint != c.j.fingerprint;
    if (turn(c, "identity " + name, stranger) && stranger)
        c.event(EventKind::identity_mismatch, name, "", name + " holds another network");
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
    for (const auto& [name, node] : c.s.nodes) watch_node(c, name);
    watch_standby(c);
    const bool nobody = !c.j.holder.empty() && c.j.released && !c.j.move && candidate(c).empty();
    if (turn(c, "no_active", nobody) && nobody)
        c.event(EventKind::no_active, c.j.holder, "", "nobody is active and no node can take over");
}

}  // namespace deciding
}  // namespace zha
