// Families about leases: who may be on the air, until when, and by whose word.
#include <algorithm>

#include "core/lease.hpp"
#include "simulator/simulate/directed.hpp"

namespace zha::sim {

namespace {

using K = FaultKind;

constexpr unsigned kHolder = 0;  ///< has the role when the schedule begins
constexpr unsigned kOther = 1;

void strike(Plan& plan, K kind, unsigned node, Millis at, Millis length = Millis{0},
            unsigned detail = 1) {
    Fault fault;
    fault.kind = kind;
    fault.node = node;
    fault.at = at;
    fault.length = length;
    fault.detail = detail;
    plan.faults.push_back(fault);
    plan.length = std::max(plan.length, at + Millis{15000});
}

/// Other timings, and the shortest hold-down that the proof allows for them.
void time(Plan& plan, Millis heartbeat, unsigned beats) {
    auto& t = plan.timing;
    t.heartbeat = heartbeat;
    t.lease = heartbeat * beats;
    t.hold_down = required_hold_down(t);
}

/// For how long a link can be cut without the broker or the client noticing it.
Millis unnoticed(const Plan& plan) {
    return plan.timing.lease * 3 / 8;
}

/// The holder's clock is as slow and the controller's as fast as is allowed, and the next one is on
/// the air soon: where a lease that is too long shows.
void tight(Plan& plan) {
    plan.quick = true;
    plan.rate[kHolder] = 0.99;
    plan.rate[2] = 1.01;
    plan.timing.fence = Millis{2500};
    plan.timing.hold_down = required_hold_down(plan.timing);
    plan.reset_time[kHolder] = Millis{700};
    plan.reset_time[kOther] = Millis{100};
}

/// An order is on its way when the link is cut, and arrives when its report is not the newest.
void stale_order(Dice& dice, Plan& plan) {
    time(plan, dice.between(700, 1000), 14 + dice.below(4));
    tight(plan);
    const auto cut = dice.between(1000, 3000);
    const auto length = unnoticed(plan) - dice.between(20, 400);
    strike(plan, K::slow_network, 0, Millis{100}, cut - Millis{80}, 1 + dice.below(3));
    strike(plan, K::cut_both, kHolder, cut, length);
    strike(plan, K::failover, kOther, cut + dice.between(0, 300));
    strike(plan, K::cut_both, kHolder, cut + length + dice.between(1, 4),
           2 * plan.timing.hold_down);
    plan.length = cut + length + 2 * plan.timing.hold_down;
}

/// The controller is dead and the holder holds on; an echo is on its way when its link is cut.
void late_echo(Dice& dice, Plan& plan) {
    time(plan, dice.between(700, 1000), 14 + dice.below(4));
    tight(plan);
    plan.hold = true;
    plan.spare = false;
    const auto dead = dice.between(500, 1500);
    const auto cut = dead + dice.between(1500, 4000);
    const auto length = unnoticed(plan) - dice.between(20, 300);
    strike(plan, K::controller_killed, 0, dead, cut - dead + dice.between(-200, 300));
    strike(plan, K::slow_network, 0, dead, cut - dead + Millis{20}, 1 + dice.below(4));
    strike(plan, K::cut_both, kHolder, cut, length);
    for (const auto after : {800, 1600, 2400})
        strike(plan, K::failover, kOther, cut + Millis{after});
    strike(plan, K::cut_both, kHolder, cut + length + dice.between(1, 4),
           2 * plan.timing.hold_down);
    plan.length = cut + length + 2 * plan.timing.hold_down;
}

/// A renewal takes nearly a heartbeat to arrive; then the holder is cut off.
void late_answer(Dice& dice, Plan& plan) {
    time(plan, dice.between(3500, 5000), 3);
    tight(plan);
    const auto cut = dice.between(1000, 6000);
    const auto length = plan.timing.heartbeat - dice.between(10, 800);
    strike(plan, K::cut_in, kHolder, cut, length);
    const auto again = cut + length + dice.between(1, 5);
    strike(plan, K::cut_both, kHolder, again, 3 * plan.timing.hold_down);
    strike(plan, K::failover, kOther, again + dice.between(20, 500));
    plan.length = again + 2 * plan.timing.hold_down;
}

/// A renewal arrives after the holder has given the role up, and nothing after it.
void late_renewal(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 4 + dice.below(10));
    tight(plan);
    plan.timing.local_restarts = 0;
    plan.grain = Millis{200};
    plan.reset_time[kHolder] = dice.between(100, 300);
    const auto dies = dice.between(500, 1500);
    strike(plan, K::slow_network, 0, dies - Millis{300}, dice.between(1200, 2000),
           1 + dice.below(2));
    strike(plan, K::service_dies, kHolder, dies);
    strike(plan, K::cut_in, kHolder, dies + dice.between(300, 1600), 2 * plan.timing.hold_down);
}

/// A holder that hears itself, but can obey nobody: its disk is full.
void deaf_holder(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 8 + dice.below(5));
    tight(plan);
    plan.hold = true;
    plan.spare = false;
    const auto full = dice.between(300, 1000);
    const auto order = full + dice.between(2500, 4000);
    const auto cut = order + plan.timing.hold_down + dice.between(-3000, 2000);
    strike(plan, K::disk_full, kHolder, full, Millis{90000});
    strike(plan, K::controller_killed, 0, full + Millis{50}, dice.between(100, 1000));
    strike(plan, K::failover, kOther, order);
    strike(plan, dice.chance(50) ? K::cut_both : K::cut_out, kHolder, cut,
           2 * plan.timing.hold_down);
    plan.length = cut + plan.timing.hold_down + plan.timing.lease;
}

/// The lease ends while the dongle is being written.
void slow_write(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 3 + dice.below(2));
    tight(plan);
    plan.rate[kOther] = 0.99;
    plan.write_time[kOther] = dice.between(6500, 9500);
    strike(plan, K::switchover, kOther, Millis{100});
    strike(plan, K::cut_both, kOther, dice.between(1000, 5000), dice.between(10000, 20000));
}

/// The lease ends while zigbee2mqtt takes its time to stop.
void slow_stop(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 3 + dice.below(2));
    tight(plan);
    plan.timing.stop_timeout = Millis{12000};
    plan.stop_time[kHolder] = dice.between(8000, 11500);
    const auto order = dice.between(100, 1000);
    strike(plan, K::switchover, kOther, order);
    strike(plan, K::cut_both, kHolder, order + dice.between(100, 2500), dice.between(10000, 20000));
}

/// A holder that is there and cannot be silenced.
void loud_holder(Dice& dice, Plan& plan) {
    const K kinds[] = {K::hang, K::defiant, K::service_immortal};
    const auto at = dice.between(300, 2000);
    strike(plan, kinds[dice.below(3)], kHolder, at, 3 * plan.timing.hold_down);
    strike(plan, dice.chance(50) ? K::failover : K::switchover, kOther,
           at + dice.between(20, 1500));
    plan.length = at + 3 * plan.timing.hold_down;
}

/// Somebody starts a controller with a journal from before the last move.
void old_journal(Dice& dice, Plan& plan) {
    plan.spare = false;
    plan.quick = true;
    const auto dead = dice.between(5000, 8000);
    strike(plan, K::switchover, kOther, Millis{100});
    strike(plan, K::controller_killed, 0, dead, Millis{120000});
    strike(plan, K::second_controller, 0, dead + dice.between(50, 300), Millis{120000});
    if (dice.chance(75))
        strike(plan, K::cut_both, kOther, dead + dice.between(-300, 2500),
               2 * plan.timing.hold_down);
    plan.length = dead + 2 * plan.timing.hold_down;
}

/// The holder is hidden, and the controller starts again with nothing but its journal.
void new_controller(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 6 + dice.below(7));
    plan.quick = true;
    const auto cut = dice.between(500, 3000);
    strike(plan, K::cut_both, kHolder, cut, 2 * plan.timing.hold_down);
    strike(plan, K::controller_killed, 0, cut + dice.between(0, 500), dice.between(100, 400));
    strike(plan, K::failover, kOther, cut + dice.between(1500, 3500));
    if (plan.spare) strike(plan, K::failover, kOther, cut + plan.timing.lease * 2 / 3);
    plan.length = cut + 2 * plan.timing.hold_down;
}

/// The new holder dies while the controller hears nothing, and what was said before is read late.
void unheard_death(Dice& dice, Plan& plan, K how, unsigned begins, unsigned ends) {
    time(plan, dice.between(1000, 2000), 18 + dice.below(6));
    plan.quick = true;
    strike(plan, K::switchover, kOther, Millis{100});
    strike(plan, how, 0, dice.between(0, 50), unnoticed(plan) - dice.between(50, 500));
    plan.faults.back().boundary = begins;
    strike(plan, K::power_cut, kOther, dice.between(Millis{50}, plan.timing.heartbeat),
           Millis{30000});
    plan.faults.back().boundary = ends;
    plan.length = plan.timing.lease + Millis{15000};
}

/// Steps of a planned move: 9 it is granted, 14 the new holder is active.
void blind_success(Dice& dice, Plan& plan) {
    const K kinds[] = {K::controller_freeze, K::controller_freeze, K::controller_cut_in};
    unheard_death(dice, plan, kinds[dice.below(3)], 9 + dice.below(6), 14);
}

/// The controller was cut off for longer than a hold-down, and the holder held on meanwhile.
void late_return(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 4 + dice.below(4));
    tight(plan);
    plan.hold = true;
    plan.spare = false;
    const auto away = dice.between(500, 1500);
    const auto back = away + plan.timing.hold_down + dice.between(0, 4000);
    const K kinds[] = {K::controller_cut_both, K::controller_cut_out, K::controller_cut_in};
    strike(plan, kinds[dice.below(3)], 0, away, back - away);
    strike(plan, K::cut_both, kHolder, back + dice.between(-500, 1500), 2 * plan.timing.hold_down);
    for (const auto after : {1000, 1700, 2400, 3100})
        strike(plan, K::failover, kOther, back + Millis{after});
    plan.length = back + 2 * plan.timing.hold_down;
}

/// The controller's word that it is back takes long, and the holder holds on until it hears it.
void slow_return(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 10 + dice.below(6));
    tight(plan);
    plan.hold = true;
    plan.spare = false;
    const auto dead = dice.between(500, 1500);
    const auto back = dead + dice.between(1000, 3000);
    strike(plan, K::controller_killed, 0, dead, back - dead);
    strike(plan, K::slow_network, 0, back + dice.between(50, 99), dice.between(20, 150),
           30 + dice.below(15));
    for (const auto after : {700, 1300, 1900, 2500})
        strike(plan, K::failover, kOther, back + Millis{after});
    strike(plan, K::cut_both, kHolder, back + dice.between(3000, 6000), 2 * plan.timing.hold_down);
    plan.length = back + 2 * plan.timing.hold_down;
}

/// The newest snapshot cannot be fetched at first.
void slow_fetch(Dice& dice, Plan& plan) {
    const auto order = dice.between(500, 1500);
    strike(plan, K::pairing, 0, order - dice.between(50, 400));
    strike(plan, K::switchover, kOther, order);
    strike(plan, K::cut_both, kOther, order + dice.between(300, 4000), dice.between(300, 2000));
}

constexpr Family kFamilies[] = {
    {"stale order", stale_order},     {"late echo", late_echo},
    {"late answer", late_answer},     {"late renewal", late_renewal},
    {"deaf holder", deaf_holder},     {"slow write", slow_write},
    {"slow stop", slow_stop},         {"loud holder", loud_holder},
    {"old journal", old_journal},     {"new controller", new_controller},
    {"blind success", blind_success}, {"late return", late_return},
    {"slow return", slow_return},     {"slow fetch", slow_fetch},
};

}  // namespace

std::span<const Family> authority_families() {
    return kFamilies;
}

}  // namespace zha::sim
