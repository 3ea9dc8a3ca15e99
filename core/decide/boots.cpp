// Which boot of the holder's host speaks, and what that is worth (decision 0015).
#include <algorithm>

#include "core/decide/context.hpp"
#include "core/safeguards.hpp"

namespace zha {

namespace {

/// In a fault only a dongle that is gone is silent for certain (decision 0004): what was released
/// by a memory that is older than the journal, from a card that was put back, says nothing of
/// today.
bool may_be_loud(const NodeReport& r) {
    const bool gone = r.state == NodeState::fault && r.dongle == DongleState::absent &&
                      r.service == ServiceState::stopped && r.released >= r.epoch;
    return possibly_on_air(r.state) && !gone;
}

}  // namespace

void note_other_boot(NodeView& view, const NodeReport& report, Time now) {
    view.boots.other_at = now;
    view.boots.other_loud = may_be_loud(report);
}

bool other_boot_speaks(const Situation& s, const NodeView& view) {
    const auto& timing = s.config->timing;
    const auto at = view.boots.other_at;
    return at != Time{0} && s.now - at <= timing.heartbeat * timing.fall;
}

bool of_another_boot(const Situation& s, const NodeReport& report) {
    const auto& j = s.journal;
    if (report.node != j.holder || !kept(Safeguard::bound_boot)) return false;
    // Another controller granted it that: the journal is behind, and knows no boot of that epoch.
    if (report.epoch > j.epoch) return false;
    if (report.host_boot.empty() || j.holder_boot.empty() || report.host_boot == j.holder_boot)
        return false;
    const auto it = s.nodes.find(j.holder);
    if (it == s.nodes.end()) return false;
    // While the first one is there its own word counts, also that it cannot silence its dongle.
    const bool there = reachable(s, it->second) && it->second.report.host_boot == j.holder_boot;
    // It has released, and is asked for its last snapshot: a copy has no such thing.
    if (j.released) return there && j.move.has_value();
    return there || s.now < std::max(leases_end(s), j.granted + s.config->timing.hold_down);
}

namespace deciding {

/// The holder's host was started again, or a copy of it speaks. Every lease that the former boot
/// may have is over, or its report would not be here: so is the epoch, which no second host may
/// get.
void end_former_boot(Context& c) {
    const auto& report = c.report(c.j.holder);
    auto& bound = c.j.holder_boot;
    if (c.holder_released() || report.host_boot.empty() || report.host_boot == bound) return;
    if (bound.empty())
        bound = report.host_boot;
    else if (!may_be_loud(report))
        c.j.released = true;
}

}  // namespace deciding
}  // namespace zha
