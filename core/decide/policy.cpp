// What operators and limits forbid or want: pause, maintenance, freeze, failback, late wills.
#include <algorithm>
#include <bit>

#include "core/decide/context.hpp"

namespace zha {

bool frozen(const Config& config, const Journal& journal, WallSeconds wall) {
    const auto most = config.controller.max_moves;
    if (most == 0) return false;
    const auto recent =
        std::count_if(journal.moves.begin(), journal.moves.end(), [&](WallSeconds at) {
            return std::chrono::seconds(wall - at) < config.controller.flap_window;
        });
    return recent >= static_cast<std::ptrdiff_t>(most);
}

std::string preferred(const Situation& s) {
    const auto* holder = s.config->node(s.journal.holder);
    if (holder == nullptr || s.journal.released) return {};
    const NodeConfig* best = holder;
    for (const auto& n : s.config->nodes)
        if (n.priority > best->priority && why_not_automatic(s, n.name).empty()) best = &n;
    return best == holder ? std::string() : best->name;
}

namespace deciding {

namespace {

constexpr std::size_t kMovesKept = 32;
constexpr Millis kLateWill{300000};  ///< a will comes within 1.5 keepalives: 90 s by default

/// Too many of the last heartbeats missed, or not enough good ones since.
void count(const Timing& timing, Time heard_at, Pulse& pulse) {
    const auto gap = heard_at - pulse.beat;
    // What is sent between two heartbeats, at a change or a poke, proves no steadiness.
    if (pulse.beat != Time{0} && gap < timing.heartbeat / 2) return;
    if (pulse.beat != Time{0}) {
        const auto beats = (gap + timing.heartbeat / 2) / timing.heartbeat;
        for (auto i = std::min<Millis::rep>(beats, 64); i > 1; --i)
            pulse.missed = pulse.missed << 1U | 1U;
        pulse.missed <<= 1U;
    }
    pulse.beat = heard_at;
    const auto newest = [&](unsigned n) {
        return n >= 64 ? pulse.missed : pulse.missed & ((std::uint64_t{1} << n) - 1);
    };
    if (!pulse.shaky && timing.window >= timing.fall)
        pulse.shaky = std::popcount(newest(timing.window)) >= static_cast<int>(timing.fall);
    if (!pulse.shaky || newest(timing.rise) != 0) return;
    pulse.shaky = false;
    pulse.missed = 0;
}

}  // namespace

void expire(Context& c) {
    auto& pause = c.j.pause;
    if (pause && pause->until != 0 && c.s.wall >= pause->until) {
        pause.reset();
        c.event(EventKind::resumed, "", "", "the pause is over");
    }
    // The wall clock may have been set back: nothing happened in the future.
    for (auto& at : c.j.moves) at = std::min(at, c.s.wall);
    const auto window = c.s.config->controller.flap_window;
    std::erase_if(c.j.moves,
                  [&](WallSeconds at) { return std::chrono::seconds(c.s.wall - at) >= window; });
    if (c.j.moves.size() > kMovesKept)
        c.j.moves.erase(c.j.moves.begin(), c.j.moves.end() - kMovesKept);
}

void take_pulses(Context& c) {
    for (const auto& [name, node] : c.s.nodes) {
        auto pulse = node.pulse;
        if (node.heard && node.heard_at > pulse.beat)
            count(c.s.config->timing, node.heard_at, pulse);
        if (node.heard && !c.reachable(node)) pulse.shaky = true;
        const bool fit = !c.j.move && name != c.j.holder && why_not_automatic(c.s, name).empty();
        if (fit && !pulse.fit) pulse.fit_since = c.s.now;
        pulse.fit = fit;
        c.d.pulses.emplace_hint(c.d.pulses.end(), name, pulse);
    }
}

void consider_failback(Context& c) {
    const auto& policy = c.s.config->controller;
    if (c.j.drill) return;
    if (policy.failback != "preempt" || !c.s.automatic || c.j.pause || !c.j.stopped.empty()) return;
    if (frozen(*c.s.config, c.j, c.s.wall)) return;
    // Only away from a node that is active for certain: this is a convenience, no rescue.
    if (c.holder_released() || !c.reachable(c.j.holder)) return;
    if (c.report(c.j.holder).state != NodeState::active) return;
    const auto to = preferred(c.s);
    if (to.empty() || c.j.maintenance.contains(to)) return;
    const auto& pulse = c.d.pulses[to];
    if (!pulse.fit || c.s.now - pulse.fit_since < policy.preempt_delay) return;
    Move move;
    move.kind = MoveKind::switchover;
    move.phase = MovePhase::draining;
    move.from = c.j.holder;
    move.to = to;
    move.cause = "failback: " + to + " is preferred and has been ready for " +
                 std::to_string((c.s.now - pulse.fit_since).count() / 1000) + " s";
    start_move(c, move);
}

bool late_will(const Context& c) {
    if (c.s.bridge != BridgeState::offline || c.j.move || c.holder_released()) return false;
    // Without a move shortly before it nobody else's will can be on its way.
    if (c.j.last_at == 0 || std::chrono::seconds(c.s.wall - c.j.last_at) > kLateWill) return false;
    // A zigbee2mqtt that really went offline is seen dead, or busy restarting, by its own agent.
    const auto& node = c.view(c.j.holder);
    const auto settled = c.s.bridge_at + 3 * c.s.config->timing.heartbeat;
    const auto& r = node.report;
    return c.reachable(c.j.holder) && node.heard_at > settled && r.state == NodeState::active &&
           r.epoch == c.j.epoch && r.service == ServiceState::running && r.fault.empty() &&
           r.dongle != DongleState::absent && r.dongle != DongleState::faulty;
}

void pause(Context& c) {
    if (c.j.move && c.j.move->phase < MovePhase::promoting)
        return refuse(c, std::string(to_string(c.j.move->kind)) + " is in progress",
                      Answer::Code::busy);
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(c.s.command->length).count();
    if (!c.j.move) drill_failed(c, "the cluster was paused");
    c.j.pause = Pause{c.s.wall, seconds > 0 ? c.s.wall + seconds : 0};
    const auto text =
        "paused " + (seconds > 0 ? "for " + std::to_string(seconds) + " s" : "until resume");
    c.event(EventKind::paused, "", "", text);
    done(c, text);
}

void resume(Context& c) {
    const bool was_paused = c.j.pause.has_value();
    const bool was_frozen = frozen(*c.s.config, c.j, c.s.wall);
    c.j.pause.reset();
    c.j.moves.clear();
    if (was_paused) c.event(EventKind::resumed, "", "", "an operator ended the pause");
    done(c, was_paused || was_frozen ? "automatic moves are made again"
                                     : "nothing was paused or frozen");
}

namespace {

void end_maintenance(Context& c, const std::string& node) {
    if (c.j.maintenance.erase(node) == 0) return done(c, node + " was not in maintenance");
    c.event(EventKind::maintenance_ended, node, "", node + " is not in maintenance any more");
    const bool stopped = c.j.stopped == node;
    if (stopped) c.j.stopped.clear();
    if (!stopped || c.j.holder != node || !c.j.released || c.j.pause)
        return done(c, node + " works again");
    // It had the role and gave it up for this: it gets it back.
    Move move;
    move.kind = MoveKind::failover;
    move.phase = MovePhase::releasing;
    move.from = move.to = node;
    move.cause = "the maintenance is over";
    move.command = c.s.command->id;
    start_move(c, move);
}

/// First somebody else becomes active, then the node is left alone.
void retire(Context& c, const std::string& node) {
    if (!c.reachable(node)) return refuse(c, node + " is not reachable; zha-switchover failover");
    const auto to = candidate(c);
    if (to.empty() || to == node) return refuse(c, "no other node is ready to take over");
    Move move;
    move.kind = MoveKind::switchover;
    move.phase = MovePhase::draining;
    move.from = node;
    move.to = to;
    move.cause = "maintenance of " + node;
    move.command = c.s.command->id;
    move.retire = true;
    start_move(c, move);
}

}  // namespace

void maintain(Context& c) {
    const auto& command = *c.s.command;
    const auto& node = command.node;
    if (c.s.config->node(node) == nullptr) return refuse(c, "there is no node " + node);
    if (command.end) return end_maintenance(c, node);
    if (c.j.maintenance.contains(node)) return done(c, node + " is in maintenance already");
    const bool holds = c.j.holder == node && !c.j.released;
    if (holds && c.j.pause)
        return refuse(c, "the cluster is paused; zha-switchover resume ends that");
    if (holds && command.allow_failover) return retire(c, node);
    if (holds && !command.stop)
        return refuse(c, node +
                             " has the role: --allow-failover moves it away first, --stop leaves "
                             "nobody active");
    drill_failed(c, "maintenance of " + node);
    if (holds) c.j.stopped = node;
    c.j.maintenance.insert(node);
    // Not even asked yet: what it does about it is seen in its state.
    const auto text = node + (holds ? " has to give the role up; nobody takes it until this ends"
                                    : " is in maintenance");
    c.event(EventKind::maintenance_begun, node, "", text);
    done(c, text);
}

}  // namespace deciding
}  // namespace zha
