#include "simulator/simulate/directed_leases.hpp"

namespace zha::sim::directed {

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

void late_renewal(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 4 + dice.below(10));
    tight(plan);
    plan.timing.local_restarts = 0;
    plan.grain = Millis{200};
    plan.reset_time[kHolder] = Millis{100};
    const auto dies = dice.between(500, 1500);
    strike(plan, K::slow_network, 0, dies - Millis{100}, dice.between(1200, 2000));
    strike(plan, K::service_dies, kHolder, dies);
    strike(plan, K::cut_in, kHolder, dies + dice.between(600, 1400), 2 * plan.timing.hold_down);
}

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

void slow_write(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 3 + dice.below(2));
    tight(plan);
    plan.rate[kOther] = 0.99;
    plan.write_time[kOther] = dice.between(6500, 9500);
    strike(plan, K::switchover, kOther, Millis{100});
    strike(plan, K::cut_both, kOther, dice.between(1000, 5000), dice.between(10000, 20000));
}

void slow_stop(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 3 + dice.below(2));
    tight(plan);
    plan.timing.stop_timeout = Millis{12000};
    plan.stop_time[kHolder] = dice.between(8000, 11500);
    const auto order = dice.between(100, 1000);
    strike(plan, K::switchover, kOther, order);
    strike(plan, K::cut_both, kHolder, order + dice.between(100, 2500), dice.between(10000, 20000));
}

}  // namespace zha::sim::directed
