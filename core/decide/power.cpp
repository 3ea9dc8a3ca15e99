// Fence devices: when one is asked, what its word is worth, and when power comes back.
#include "core/decide/context.hpp"
#include "core/limits.hpp"
#include "core/safeguards.hpp"

namespace zha {

namespace {

/// May an "off" that nobody confirmed still be on its way? An "on" before it would be worth
/// nothing.
bool off_may_come(const Situation& s, const NodeView& view, const NodeConfig& configured) {
    return view.off_noted && s.now < *view.off_noted + kSpareWordMost + configured.fence.timeout;
}

}  // namespace

bool fenceable(const Situation& s, const std::string& node) {
    const auto* configured = s.config->node(node);
    return s.config->fencing != "off" && configured != nullptr && !configured->fence.driver.empty();
}

bool powered_off(const Situation& s) {
    const auto it = s.nodes.find(s.journal.holder);
    if (it == s.nodes.end() || s.journal.epoch == 0 || !fenceable(s, s.journal.holder))
        return false;
    const auto& view = it->second;
    const auto spoke = std::max(view.heard ? view.heard_at : Time{0}, view.boots.other_at);
    const bool heard_since = spoke != Time{0} && spoke >= view.fence_asked;
    // Power may have come back, and the role with it, while this controller could not know it.
    const bool known = view.fence_asked >= s.since || !kept(Safeguard::off_session);
    // Of two hosts of one name it switched one, and nobody knows which.
    const bool one_host = !two_hosts(view.boots, s.now);
    return view.fenced_off == s.journal.epoch && known && !heard_since && one_host;
}

bool off_for_good(const Situation& s) {
    if (!powered_off(s)) return false;
    const auto* configured = s.config->node(s.journal.holder);
    const bool host = configured->fence.cuts != "dongle" || !kept(Safeguard::off_dongle);
    // A copy may stand where the first host was: its outlet is no word about the first one.
    const auto& boots = s.nodes.at(s.journal.holder).boots;
    const bool one_host = boots.turned == Time{0} && boots.other_at == Time{0};
    return (host && one_host) || s.now >= held_until(s);
}

namespace deciding {

namespace {

/// The holder was told to be off, its device did not say so in time, and nobody takes over. No
/// lease is left: it boots into its fence, is heard again, and its epoch ends by its own word.
bool in_vain(const Context& c) {
    return c.lost(c.j.holder) && c.s.now >= held_until(c.s) && !c.d.fence.contains(c.j.holder);
}

}  // namespace

bool needs_power_cut(const Context& c) {
    if (c.holder_released() || !c.lost(c.j.holder) || !fenceable(c.s, c.j.holder)) return false;
    // The one that speaks has its power from there, perhaps: it waits, and is heard soon.
    const auto& view = c.view(c.j.holder);
    if (other_boot_speaks(c.s, view) || two_hosts(view.boots, c.s.now)) return false;
    return !powered_off(c.s);
}

void note_power(Context& c) {
    // It acted at the same time, or died before it could give power back: that is ours to do now.
    if (!c.s.others_off.empty()) {
        c.j.unpowered.insert(c.s.others_off.begin(), c.s.others_off.end());
        c.j.unpowered_of = c.s.others_mark;
    }
    for (const auto& [name, node] : c.s.nodes) {
        // Switched off for a node that was heard meanwhile: it is off all the same.
        if (node.fenced_off != 0 && !node.power_back && node.heard_at < node.fenced_at)
            c.j.unpowered.insert(name);
        if (!c.j.unpowered.contains(name)) continue;
        const auto* configured = c.s.config->node(name);
        if (configured == nullptr) continue;
        // A host that reports has power, whoever gave it. But an "off" that was slow may still take
        // it away: a device that is asked for "on" has to say so itself.
        const bool asked = configured->fence.restore && fenceable(c.s, name);
        const bool back = c.reachable(name) && configured->fence.cuts != "dongle" &&
                          (!asked || !kept(Safeguard::on_confirmed));
        if (!node.power_back && !back) continue;
        c.j.unpowered.erase(name);
        c.event(EventKind::power_restored, name, "", name + " has power again");
    }
}

void restore_power(Context& c) {
    // What was a move a moment ago may begin anew with the next decision.
    if (c.j.move || c.s.journal.move || c.s.config->fencing == "off") return;
    const auto& holder = c.report(c.j.holder);
    const bool elsewhere =
        c.reachable(c.j.holder) && holder.state == NodeState::active && holder.epoch == c.j.epoch;
    for (const auto& name : c.j.unpowered) {
        const auto* configured = c.s.config->node(name);
        if (configured == nullptr || configured->fence.driver.empty()) continue;
        if (!configured->fence.restore || off_may_come(c.s, c.view(name), *configured)) continue;
        // Never while a silent one may hold the role. Where nobody is active it may be the only one
        // left.
        const auto& view = c.view(name);
        const bool off = view.fenced_off != 0 && view.heard_at < view.fenced_at;
        const bool silent = off || !c.reachable(name);
        const bool needed = name == c.j.holder ? in_vain(c) : elsewhere || c.lost(c.j.holder);
        if (silent && !c.j.released && !needed) continue;
        // A host boots and its agent silences the dongle first. A dongle alone gets its power back
        // only when an agent is there to do that.
        if (configured->fence.cuts == "dongle" && !c.reachable(name)) continue;
        c.d.restore.insert(name);
    }
}

}  // namespace deciding
}  // namespace zha
