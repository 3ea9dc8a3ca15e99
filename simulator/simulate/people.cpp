#include "simulator/simulate/people.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "simulator/simulate/dice.hpp"

namespace zha::sim {

namespace {

using K = FaultKind;
using Json = nlohmann::json;

/// When the other one acts, who does something at once: at the same moment, or almost.
constexpr Millis kAtOnce{400};
constexpr Millis kPauseLeast{1000};

Json maintenance(const std::string& node, const char* way) {
    Json json{{"verb", "maintenance"}, {"to", node}};
    if (*way != '\0') json[way] = true;
    return json;
}

Fault draw_one(Dice& dice, const Plan& plan) {
    constexpr K kKinds[] = {K::pause, K::resume,     K::maintenance, K::maintenance, K::drill,
                            K::drill, K::switchover, K::failover,    K::clear_fault, K::pause};
    Fault f;
    f.kind = kKinds[dice.below(std::size(kKinds))];
    f.node = dice.below(2);
    if (dice.chance(50)) {
        f.boundary = 1 + dice.below(24);
        f.at = dice.between(0, 1500);
    } else {
        f.at = dice.between(0, static_cast<int>(plan.length.count()) / 2);
    }
    f.length = dice.between(500, 20000);
    f.detail = 1 + dice.below(12);
    return f;
}

}  // namespace

void draw_people(Dice& dice, Plan& plan) {
    auto& p = plan.people;
    p.there = dice.chance(30);
    if (!p.there) return;
    p.failback = dice.chance(50) ? "preempt" : "none";
    p.preferred = dice.below(2);
    p.preempt_delay = dice.between(1000, 10000);
    p.max_moves = dice.chance(50) ? 1 + dice.below(2) : 0;
    p.dwell = dice.between(500, 8000);
    for (unsigned i = 1 + dice.below(3); i > 0; --i) {
        const auto one = draw_one(dice, plan);
        plan.faults.push_back(one);
        if (!dice.chance(40)) continue;
        auto other = draw_one(dice, plan);
        other.boundary = one.boundary;
        other.at = one.at + dice.between(Millis{0}, kAtOnce);
        plan.faults.push_back(other);
    }
    plan.length += Millis{10000};
}

void furnish_people(const People& people, Config& config) {
    config.controller.max_moves = 0;  // moves are what is looked at
    config.drill.dwell = people.dwell;
    if (!people.there) return;
    config.controller.failback = people.failback;
    config.controller.preempt_delay = people.preempt_delay;
    config.controller.max_moves = people.max_moves;
    config.controller.flap_window = Millis{60000};
    config.nodes[people.preferred].priority = 1;
}

bool strike_people(House& house, const Fault& f) {
    const auto& name = house.host(f.node).self.name;
    switch (f.kind) {
        case K::pause: {
            const auto length = std::max(f.length, kPauseLeast);
            house.command({{"verb", "pause"}, {"seconds", length.count() / 1000}});
            return true;
        }
        case K::resume:
            house.command({{"verb", "resume"}});
            return true;
        case K::maintenance: {
            constexpr const char* kWays[] = {"", "allow_failover", "stop"};
            house.command(maintenance(name, kWays[f.detail % 3]));
            house.time().after(f.length,
                               [&house, name] { house.command(maintenance(name, "off")); });
            return true;
        }
        case K::drill:
            house.command({{"verb", "drill"}, {"to", name}});
            return true;
        default:
            return false;
    }
}

void end_people(House& house) {
    const auto& faults = house.plan.faults;
    const bool busy = std::any_of(faults.begin(), faults.end(),
                                  [](const Fault& f) { return f.kind >= K::pause; });
    if (!busy && !house.plan.people.there) return;
    house.command({{"verb", "resume"}});
    for (const auto& host : house.hosts) house.command(maintenance(host->self.name, "off"));
}

}  // namespace zha::sim
