// Families about who may be on the air, and by whose word.
#include "simulator/simulate/directed_leases.hpp"

namespace zha::sim {

namespace directed {
namespace {

/// Its guard ends the worker shortly before the hold-down is over and takes its time for a fence of
/// its own: nobody can say meanwhile that there is no silence.
void speechless(Dice& dice, Plan& plan) {
    plan.guard = plan.quick = true;
    plan.timing.fence = Millis{3500};
    time(plan, dice.between(600, 650), 3);
    plan.rate[kHolder] = plan.rate[2] = 1.0;
    plan.reset_time[kHolder] = Millis{1850};
    plan.reset_time[kOther] = Millis{100};
    plan.faults.clear();
    const auto at = dice.between(300, 2000);
    strike(plan, K::service_immortal, kHolder, at, Millis{60000});
    strike(plan, dice.chance(50) ? K::failover : K::switchover, kOther,
           at + dice.between(20, 1500));
    plan.length = at + Millis{30000};
}

/// A holder that is there and cannot be silenced.
void loud_holder(Dice& dice, Plan& plan) {
    const K kinds[] = {K::hang, K::defiant, K::service_immortal};
    const auto at = dice.between(300, 2000);
    strike(plan, kinds[dice.below(3)], kHolder, at, 3 * plan.timing.hold_down);
    strike(plan, dice.chance(50) ? K::failover : K::switchover, kOther,
           at + dice.between(20, 1500));
    plan.length = at + 3 * plan.timing.hold_down;
    if (dice.chance(40)) speechless(dice, plan);
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
    strike(plan, K::slow_network, 0, back + dice.between(80, 99), dice.between(30, 150),
           35 + dice.below(15));
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

/// A copy of a host is switched on: beside the holder, or beside the one that shall get the role.
void copied_host(Dice& dice, Plan& plan) {
    const auto at = dice.between(300, 4000);
    strike(plan, K::twin, dice.chance(70) ? kHolder : kOther, at, dice.between(3000, 20000));
    if (dice.chance(40))
        strike(plan, K::controller_killed, 0, at + dice.between(0, 3000), Millis{400});
    if (dice.chance(50))
        strike(plan, dice.chance(50) ? K::failover : K::switchover,
               dice.chance(50) ? kOther : kHolder, at + dice.between(-500, 6000));
    if (dice.chance(40))
        strike(plan, K::power_cut, kHolder, at + dice.between(0, 8000), Millis{9000});
    plan.length = at + 3 * plan.timing.hold_down;
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

constexpr Family kTwinFamilies[] = {{"copied host", copied_host}};

}  // namespace
}  // namespace directed

std::span<const Family> authority_families() {
    return directed::kFamilies;
}

std::span<const Family> twin_families() {
    return directed::kTwinFamilies;
}

}  // namespace zha::sim
