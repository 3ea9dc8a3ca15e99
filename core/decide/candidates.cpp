// Who may become active, and who should.
#include <array>
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

/// The numbers of "2.14.1", at most four; anything else ends them.
std::array<unsigned, 4> numbers(const std::string& version) {
    std::array<unsigned, 4> out{};
    std::size_t part = 0;
    for (const char c : version) {
        if (c == '.' && ++part < out.size()) continue;
        if (c < '0' || c > '9' || part >= out.size() || out[part] > 100'000) break;
        out[part] = out[part] * 10 + static_cast<unsigned>(c - '0');
    }
    return out;
}

bool older(const std::string& a, const std::string& b) {
    return numbers(a) < numbers(b);
}

}  // namespace

std::string why_not(const Situation& s, const std::string& node) {
    const auto* configured = s.config->node(node);
    if (configured == nullptr) return "there is no node " + node;
    if (s.journal.maintenance.contains(node)) return node + " is in maintenance";
    const auto view = s.nodes.find(node);
    if (view == s.nodes.end() || !reachable(s, view->second)) return node + " is not reachable";
    if (two_hosts(view->second.boots, s.now))
        return "two hosts say that they are " + node + ": one is a copy of the other";
    if (view->second.pulse.shaky) return node + " reports only now and then";
    const auto& r = view->second.report;
    if (!r.fault.empty() && !r.ready) return node + ": " + r.fault;
    const auto holder = s.nodes.find(s.journal.holder);
    const auto firmware = holder == s.nodes.end() ? 0 : holder->second.report.firmware;
    if (!r.ready && firmware != 0 && r.firmware != 0 && r.firmware != firmware)
        return node + " has firmware " + std::to_string(r.firmware) + ", and " + s.journal.holder +
               " has " + std::to_string(firmware);
    if (!r.ready) return node + " is " + std::string(to_string(r.state)) + " and not ready";
    const auto& snapshot = best_snapshot(r);
    if (!snapshot.has_nvram) return node + " has no NVRAM image to start from";
    if (!s.journal.fingerprint.empty() && snapshot.fingerprint != s.journal.fingerprint)
        return node + " holds a snapshot of another network";
    return {};
}

std::string stale_snapshot(const Situation& s, const std::string& node) {
    const auto it = s.nodes.find(node);
    if (it == s.nodes.end()) return {};
    const auto age = s.wall - best_snapshot(it->second.report).taken_at;
    if (std::chrono::seconds(age) <= s.config->timing.rpo_max) return {};
    return "the snapshot of " + node + " is " + std::to_string(age / 3600) + " h old";
}

std::string older_service(const Situation& s, const std::string& node) {
    const auto it = s.nodes.find(node);
    const auto holder = s.nodes.find(s.journal.holder);
    if (it == s.nodes.end() || holder == s.nodes.end()) return {};
    const auto& own = it->second.report.service_version;
    const auto& running = holder->second.report.service_version;
    if (own.empty() || running.empty() || !older(own, running)) return {};
    return "zigbee2mqtt of " + node + " is " + own + ", older than " + running + " of " +
           s.journal.holder;
}

std::string why_not_automatic(const Situation& s, const std::string& node) {
    if (auto why = why_not(s, node); !why.empty()) return why;
    if (s.config->node(node)->nofailover) return node + " is set to nofailover";
    if (s.nodes.at(node).failures >= kFailuresMax)
        return node + " failed " + std::to_string(s.nodes.at(node).failures) + " times";
    if (auto why = stale_snapshot(s, node); !why.empty()) return why;
    return older_service(s, node);
}

namespace deciding {

std::string candidate(const Context& c, bool only_holder) {
    std::string best;
    // The holder itself only when nobody else can: it has just failed.
    std::tuple<bool, Epoch, std::uint64_t, int> best_rank{};
    for (const auto& n : c.s.config->nodes) {
        if (only_holder && n.name != c.j.holder) continue;
        if (c.d.failures[n.name] >= kFailuresMax || c.j.maintenance.contains(n.name)) continue;
        if (!why_not_automatic(c.s, n.name).empty()) continue;
        const auto& snapshot = best_snapshot(c.report(n.name));
        const std::tuple rank{n.name != c.j.holder, snapshot.epoch, snapshot.seq, n.priority};
        if (!best.empty() && rank <= best_rank) continue;
        best = n.name;
        best_rank = rank;
    }
    return best;
}

}  // namespace deciding
}  // namespace zha
