// Who may become active, and who should.
#include <tuple>

#include "core/decide/context.hpp"
#include "core/manifest.hpp"

namespace zha {

namespace {

constexpr unsigned kFailuresMax = 2;

/// What the node would be promoted from: the newer one of its own and the staged snapshot.
const SnapshotInfo& best_snapshot(const NodeReport& r) {
    if (r.staged.id.empty()) return r.snapshot;
    return newer(r.snapshot, r.staged) ? r.snapshot : r.staged;
}

}  // namespace

std::string why_not(const Situation& s, const std::string& node) {
    const auto* configured = s.config->node(node);
    if (configured == nullptr) return "there is no node " + node;
    if (!reachable(s, node)) return node + " is not reachable";
    const auto& r = s.nodes.at(node).report;
    if (!r.fault.empty() && !r.ready) return node + ": " + r.fault;
    if (!r.ready) return node + " is " + std::string(to_string(r.state)) + " and not ready";
    const auto& snapshot = best_snapshot(r);
    if (!snapshot.has_nvram) return node + " has no NVRAM image to start from";
    if (!s.journal.fingerprint.empty() && snapshot.fingerprint != s.journal.fingerprint)
        return node + " holds a snapshot of another network";
    return {};
}

namespace deciding {

std::string candidate(const Context& c) {
    std::string best;
    // The holder itself only when nobody else can: it has just failed.
    std::tuple<bool, Epoch, std::uint64_t, int> best_rank{};
    for (const auto& n : c.s.config->nodes) {
        if (n.nofailover || c.d.failures[n.name] >= kFailuresMax) continue;
        if (!why_not(c.s, n.name).empty()) continue;
        const auto& snapshot = best_snapshot(c.report(n.name));
        const auto age = std::chrono::seconds(c.s.wall - snapshot.taken_at);
        if (age > c.s.config->timing.rpo_max) continue;
        const std::tuple rank{n.name != c.j.holder, snapshot.epoch, snapshot.seq, n.priority};
        if (!best.empty() && rank <= best_rank) continue;
        best = n.name;
        best_rank = rank;
    }
    return best;
}

}  // namespace deciding
}  // namespace zha
