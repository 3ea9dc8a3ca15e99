#include "simulator/simulate/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "core/lease.hpp"
#include "simulator/simulate/dice.hpp"
#include "simulator/simulate/directed.hpp"

namespace zha::sim {

namespace {

constexpr std::array<std::string_view, kFaultKinds> kNames{"unplug",
                                                           "hang",
                                                           "torn-write",
                                                           "defiant",
                                                           "service-dies",
                                                           "service-broken",
                                                           "service-mute",
                                                           "service-immortal",
                                                           "agent-killed",
                                                           "agent-hangs",
                                                           "power-cut",
                                                           "crash-at-write",
                                                           "freeze",
                                                           "cut-both",
                                                           "cut-in",
                                                           "cut-out",
                                                           "disk-full",
                                                           "bit-flip",
                                                           "config-edited",
                                                           "backup-gone",
                                                           "pairing",
                                                           "controller-killed",
                                                           "controller-crash",
                                                           "controller-freeze",
                                                           "controller-cut-both",
                                                           "controller-cut-in",
                                                           "controller-cut-out",
                                                           "controller-forgets",
                                                           "controller-disk-full",
                                                           "second-controller",
                                                           "broker-stops",
                                                           "broker-forgets",
                                                           "slow-network",
                                                           "lossy-network",
                                                           "switchover",
                                                           "failover",
                                                           "form",
                                                           "switchover-both",
                                                           "swap",
                                                           "power-in-write",
                                                           "files-restored",
                                                           "service-patient",
                                                           "busy",
                                                           "clear-fault",
                                                           "outlet-refuses",
                                                           "outlet-dead",
                                                           "outlet-slow",
                                                           "outlet-breaks",
                                                           "outlet-off",
                                                           "outlet-on",
                                                           "probe-lies",
                                                           "probe-silent",
                                                           "pause",
                                                           "resume",
                                                           "maintenance",
                                                           "drill",
                                                           "twin"};

/// Of a fence, beside the reset: four timers that are late, the kill, opening the port.
constexpr Millis kFenceWork{1600};
/// Makes dice of their own for the guards.
constexpr std::uint64_t kGuards = 0x6775617264;
/// ... for what is outside of the hosts.
constexpr std::uint64_t kOutside = 0x6f75746c6574;
/// ... for what people want.
constexpr std::uint64_t kPeople = 0x70656f706c65;
/// ... for copies of hosts.
constexpr std::uint64_t kTwins = 0x7477696e73;

Timing draw_timing(Dice& dice) {
    Timing t;
    t.heartbeat = dice.between(600, 1000);
    t.fall = 3;
    t.window = 6;
    t.lease = t.heartbeat * (3 + dice.below(10));
    t.fence = dice.between(2500, 3500);
    t.hold_down = required_hold_down(t);  // as short as the proof allows
    t.stop_timeout = Millis{4000};
    t.start_timeout = Millis{5000};
    t.promote_timeout = Millis{12000};
    t.local_restarts = dice.below(3);
    t.restart_window = Millis{60000};
    t.ping = 3 * t.heartbeat;
    return t;
}

Plan house(Dice& dice, std::uint64_t seed) {
    Plan plan;
    plan.seed = seed;
    plan.timing = draw_timing(dice);
    plan.hold = dice.chance(70);
    plan.spare = dice.chance(50);
    plan.watchdog = dice.chance(70);
    // One in eight is run with --no-guard: there the agent's own watching is all there is.
    plan.guard = Dice(seed ^ kGuards).below(8) != 0;
    plan.watchdog = plan.watchdog && plan.guard;
    for (auto& rate : plan.rate) {
        // Mostly as far apart as the configured drift allows: that is where leases break.
        const int parts =
            dice.chance(60) ? (dice.chance(50) ? 10 : -10) : static_cast<int>(dice.below(21)) - 10;
        rate = 1.0 + parts * 0.001;
    }
    plan.grain = dice.between(100, 200);
    // What is quick leaves the least time between two mistakes, what is slow uses up a budget.
    plan.quick = dice.chance(50);
    const auto most = plan.timing.fence - kFenceWork - Millis{100};
    for (auto& reset : plan.reset_time)
        reset = dice.chance(60) ? Millis{100} : dice.between(Millis{300}, most);
    return plan;
}

Fault draw_fault(Dice& dice, const Plan& plan, const std::vector<FaultKind>& kinds) {
    Fault f;
    f.kind = kinds[dice.below(static_cast<unsigned>(kinds.size()))];
    f.node = dice.below(2);
    // Half of them at the edge of a step: that is where things break.
    if (dice.chance(50)) {
        f.boundary = 1 + dice.below(24);
        f.at = dice.between(0, dice.chance(50) ? 5 : 1500);
    } else {
        f.at = dice.between(0, static_cast<int>(plan.length.count()) / 2);
    }
    const auto t = plan.timing;
    const auto most = dice.chance(40) ? t.lease : 2 * (t.hold_down + t.fence);
    f.length = dice.between(200, static_cast<int>(most.count()));
    f.detail = 1 + dice.below(12);
    return f;
}

}  // namespace

std::string_view to_string(FaultKind kind) {
    return kNames.at(static_cast<std::size_t>(kind));
}

Millis fence_slack(const Plan& plan) {
    return plan.timing.fence - kFenceWork - std::max(plan.reset_time[0], plan.reset_time[1]);
}

Plan draw_house(std::uint64_t seed) {
    Dice dice(seed);
    return house(dice, seed);
}

namespace {

void draw_from(const Family& family, Dice& dice, Plan& plan) {
    plan.length = Millis{10000};
    plan.family = family.name;
    family.draw(dice, plan);
}

bool draw_named(std::string_view family, Dice& dice, Plan& plan) {
    for (const auto& list :
         {authority_families(), node_families(), outside_families(), twin_families()})
        for (const auto& one : list)
            if (one.name == family) {
                draw_from(one, dice, plan);
                return true;
            }
    return false;
}

void draw_inside(Dice& dice, Plan& plan) {
    const auto families = {authority_families(), node_families()};
    const auto& some = families.begin()[dice.below(2)];
    if (dice.chance(60) && !some.empty())
        return draw_from(some[dice.below(static_cast<unsigned>(some.size()))], dice, plan);
    // Swarm testing: each schedule knows only some kinds of faults, so that rare ones meet.
    std::vector<FaultKind> kinds;
    const unsigned share = 10 + dice.below(50);
    for (unsigned i = 0; i < kPlainKinds; ++i)
        if (dice.chance(share)) kinds.push_back(static_cast<FaultKind>(i));
    // Something should move in most of them.
    if (kinds.empty() || dice.chance(50)) kinds.push_back(FaultKind::switchover);
    const unsigned faults = 1 + dice.below(6);
    plan.length = Millis{10000} + Millis{2500} * faults;
    for (unsigned i = 0; i < faults; ++i) plan.faults.push_back(draw_fault(dice, plan, kinds));
}

/// What goes wrong with outlets and probes, or a family of theirs instead of all else.
void draw_outside_faults(Dice& dice, Plan& plan) {
    const auto families = outside_families();
    if (plan.family.empty() && dice.chance(40)) {
        plan.faults.clear();
        const auto n = dice.below(static_cast<unsigned>(families.size()));
        return draw_from(families[n], dice, plan);
    }
    std::vector<FaultKind> kinds;
    for (unsigned i = kPlainKinds; i < kOutsideKinds; ++i)
        if (dice.chance(50)) kinds.push_back(static_cast<FaultKind>(i));
    if (kinds.empty()) return;
    for (unsigned i = dice.below(4); i > 0; --i)
        plan.faults.push_back(draw_fault(dice, plan, kinds));
}

/// One in twelve: to what was drawn already, or instead of it.
void draw_twin(Dice& dice, Plan& plan) {
    if (dice.below(12) != 0) return;
    if (dice.chance(50)) {
        plan.faults.push_back(draw_fault(dice, plan, {FaultKind::twin}));
        return;
    }
    plan.faults.clear();
    draw_from(twin_families().front(), dice, plan);
}

}  // namespace

void draw_outside(Dice& dice, Plan& plan) {
    constexpr std::string_view kModes[] = {"automatic", "automatic", "required", "off"};
    const bool outlets = dice.chance(25);
    const bool probes = dice.chance(25);
    plan.fencing = kModes[dice.below(4)];
    plan.fence_timeout = dice.between(1500, 5000);
    const unsigned only = dice.chance(75) ? 2 : dice.below(2);
    for (unsigned i = 0; i < 2; ++i) {
        auto& o = plan.outside[i];
        o.outlet = outlets && (only == 2 || only == i);
        o.cuts_host = dice.chance(50);
        o.restore = dice.chance(80);
        o.probe = probes;
        o.takes = dice.chance(50) ? dice.between(20, 300) : dice.between(300, 2500);
        o.probe_takes = dice.between(5, dice.chance(70) ? 1000 : 6000);
    }
}

Plan draw(std::uint64_t seed, std::string_view family) {
    Dice dice(seed);
    auto plan = house(dice, seed);
    Dice outside(seed ^ kOutside);
    draw_outside(outside, plan);
    if (draw_named(family, dice, plan)) return plan;
    draw_inside(dice, plan);
    const auto& o = plan.outside;
    if (o[0].outlet || o[1].outlet || o[0].probe) draw_outside_faults(outside, plan);
    Dice people(seed ^ kPeople);
    draw_people(people, plan);
    Dice twins(seed ^ kTwins);
    draw_twin(twins, plan);
    return plan;
}

std::string text(const Fault& f) {
    const auto when = f.boundary == 0 ? fmt::format("at {}", f.at.count())
                                      : fmt::format("step {} +{}", f.boundary, f.at.count());
    return fmt::format("{} {} node {} for {} detail {}", when, to_string(f.kind), f.node,
                       f.length.count(), f.detail);
}

namespace {

Result<Fault> parse_line(const std::string& line) {
    const Error bad{Errc::invalid, "not a fault: " + line};
    std::istringstream in(line);
    std::string word;
    std::string kind;
    Fault f;
    long long at = 0;
    long long length = 0;
    if (!(in >> word)) return bad;
    if (word == "step") {
        char plus = 0;
        if (!(in >> f.boundary >> plus >> at) || plus != '+' || f.boundary == 0) return bad;
    } else if (word != "at" || !(in >> at)) {
        return bad;
    }
    std::string node;
    std::string lasts;
    std::string detail;
    if (!(in >> kind >> node >> f.node >> lasts >> length >> detail >> f.detail)) return bad;
    const auto found = std::find(kNames.begin(), kNames.end(), kind);
    if (found == kNames.end() || node != "node" || lasts != "for" || detail != "detail") return bad;
    constexpr long long kMost = 24LL * 3600 * 1000;
    if (at < 0 || at > kMost || length < 0 || length > kMost || f.node > 1) return bad;
    f.kind = static_cast<FaultKind>(found - kNames.begin());
    f.at = Millis{at};
    f.length = Millis{length};
    return f;
}

}  // namespace

Result<std::vector<Fault>> parse_faults(const std::string& text) {
    std::vector<Fault> faults;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        line = line.substr(0, line.find('#'));
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        auto fault = parse_line(line);
        if (!fault) return fault.error();
        faults.push_back(*fault);
    }
    return faults;
}

}  // namespace zha::sim
