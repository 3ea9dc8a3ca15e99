// Families about outlets: who switches what off and on while a lost host may be on the air.
#include "simulator/simulate/directed_hands.hpp"

namespace zha::sim {

namespace directed {
namespace {

/// Every node has an outlet, and it counts.
void fenced_house(Dice& dice, Plan& plan) {
    plan.fencing = dice.chance(50) ? "required" : "automatic";
    for (auto& o : plan.outside) o.outlet = true;
    if (dice.chance(60)) plan.quick = true;
}

/// It cannot be heard; its dongle goes on.
void lose(Dice& dice, Plan& plan, unsigned node, Millis at, Millis length) {
    const K kinds[] = {K::freeze, K::cut_both, K::cut_both, K::cut_out};
    strike(plan, kinds[dice.below(4)], node, at, length);
}

/// When the device is told about a node that is lost since `at`, at the soonest.
Millis noticed(const Plan& plan, Millis at) {
    return at + plan.timing.heartbeat * plan.timing.fall;
}

/// Only the dongle is switched off, and somebody switches it on again: the lease goes on, and so
/// does the agent.
void on_at_once(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 700), 11 + dice.below(3));
    plan.quick = true;
    plan.timing.local_restarts = 2;
    plan.outside[kHolder].cuts_host = false;
    plan.outside[kHolder].takes = Millis{100};
    plan.faults.clear();
    const auto at = dice.between(200, 3000);
    strike(plan, K::cut_both, kHolder, at, 2 * plan.timing.hold_down);
    strike(plan, K::failover, kOther, noticed(plan, at) + Millis{300});
    // After its device said "off" twice, before the agent looks for the dongle.
    strike(plan, K::outlet_on, kHolder, noticed(plan, at) + dice.between(560, 950));
    plan.length = at + 2 * plan.timing.hold_down + Millis{10000};
}

/// A lost holder is switched off; it wakes up or is heard again, or its power comes back by hand.
void woken(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    const auto at = dice.between(200, 3000);
    const auto told = noticed(plan, at);
    lose(dice, plan, kHolder, at, dice.between(told - at, 2 * plan.timing.hold_down));
    const auto by_hand = told + dice.between(0, 12000);
    if (dice.chance(60)) strike(plan, K::outlet_on, kHolder, by_hand);
    if (dice.chance(30)) strike(plan, K::service_patient, kHolder, Millis{100}, Millis{60000});
    if (dice.chance(40)) strike(plan, K::outlet_off, kHolder, by_hand, dice.between(2000, 9000));
    plan.length = at + 2 * plan.timing.hold_down + Millis{10000};
    if (dice.chance(35)) on_at_once(dice, plan);
}

/// The device does not do what it is told, or does it when nobody expects it any more.
void bad_device(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    const K kinds[] = {K::outlet_refuses, K::outlet_dead, K::outlet_slow, K::outlet_breaks};
    const auto at = dice.between(200, 3000);
    const unsigned node = dice.chance(75) ? kHolder : kOther;
    strike(plan, kinds[dice.below(4)], node, dice.between(0, 2000), dice.between(4000, 40000),
           1 + dice.below(12));
    lose(dice, plan, kHolder, at, dice.between(3000, 30000));
    if (dice.chance(50)) strike(plan, K::failover, kOther, at + dice.between(1000, 12000));
    if (dice.chance(50)) lose(dice, plan, kOther, at + dice.between(6000, 30000), Millis{20000});
    plan.length = at + 2 * plan.timing.hold_down + Millis{15000};
}

/// The controller dies or stands still between the order to the device and the grant.
void interrupted(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    const auto at = dice.between(200, 3000);
    const auto told = noticed(plan, at);
    lose(dice, plan, kHolder, at, dice.between(8000, 40000));
    const K kinds[] = {K::controller_killed,   K::controller_freeze, K::controller_crash,
                       K::controller_cut_both, K::controller_cut_in, K::broker_stops,
                       K::controller_forgets,  K::second_controller};
    for (unsigned i = 1 + dice.below(2); i > 0; --i)
        strike(plan, kinds[dice.below(8)], dice.below(2), told + dice.between(-500, 8000),
               dice.between(300, 20000), 1 + dice.below(4));
    if (dice.chance(40)) strike(plan, K::outlet_on, kHolder, told + dice.between(500, 15000));
    if (dice.chance(30)) strike(plan, K::outlet_slow, kHolder, Millis{50}, Millis{20000}, 4);
    if (dice.chance(50)) strike(plan, K::switchover, kHolder, told + dice.between(8000, 25000));
    plan.length = told + 2 * plan.timing.hold_down + Millis{15000};
}

/// Each controller hears one node only; later the role moves back to the one that was off.
void crossed(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    plan.spare = plan.spare || dice.chance(70);
    const auto at = dice.between(200, 3000);
    const auto told = noticed(plan, at);
    lose(dice, plan, kHolder, at, dice.between(4000, 12000));
    strike(plan, dice.chance(50) ? K::controller_freeze : K::controller_cut_both, 0,
           told + dice.between(500, 9000), dice.between(3000, 25000));
    if (dice.chance(50)) strike(plan, K::outlet_on, kHolder, told + dice.between(500, 9000));
    const auto back = told + dice.between(9000, 18000);
    strike(plan, K::switchover, kHolder, back);
    lose(dice, plan, dice.below(2), back + dice.between(1000, 12000), dice.between(5000, 25000));
    plan.length = back + 2 * plan.timing.hold_down;
}

/// A host that cannot be heard and a dongle that obeys nothing: no lease survives that, an outlet
/// has to.
void last_resort(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    plan.fencing = "required";
    const K hard[] = {K::hang, K::defiant, K::service_immortal};
    const K hides[] = {K::cut_both, K::cut_out, K::cut_in, K::freeze};
    const auto at = dice.between(200, 5000);
    const bool frozen = dice.chance(40);
    if (frozen) plan.watchdog = false;
    if (dice.chance(40)) strike(plan, K::switchover, kOther, at - dice.between(-500, 200));
    if (!frozen)
        strike(plan, hard[dice.below(3)], kHolder, at + dice.between(-200, 3000), Millis{90000});
    strike(plan, frozen ? K::freeze : hides[dice.below(4)], kHolder, at + dice.between(0, 3000),
           dice.between(5000, 60000));
    if (dice.chance(40))
        strike(plan, dice.chance(50) ? K::outlet_dead : K::outlet_breaks, kHolder, Millis{100},
               dice.between(3000, 30000));
    if (dice.chance(20))
        strike(plan, K::controller_killed, 0, at + dice.between(0, 9000), dice.between(300, 6000));
    plan.length = at + 2 * plan.timing.hold_down + Millis{15000};
}

/// A planned move, and its holder freezes in the middle of it. Its outlet does not obey, or
/// zigbee2mqtt waits there for the dongle to come back.
void frozen_move(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    plan.fencing = "required";
    plan.watchdog = false;
    const auto at = dice.between(200, 3000);
    const bool obeys = dice.chance(50);
    strike(plan, K::switchover, kOther, at);
    strike(plan, K::freeze, kHolder, at + dice.between(0, 1200),
           obeys ? dice.between(20000, 30000) : Millis{90000});
    if (!obeys)
        strike(plan, dice.chance(50) ? K::outlet_dead : K::outlet_refuses, kHolder, Millis{100},
               Millis{90000});
    if (obeys) strike(plan, K::service_patient, kHolder, Millis{100}, Millis{90000});
    if (obeys) plan.outside[kHolder].cuts_host = false;
    plan.length = at + 2 * plan.timing.hold_down + Millis{25000};
}

/// A grant does not arrive, and its controller is cut off. Another one gives the same number to the
/// old holder, which nobody hears any more when the first one is back.
void same_number(Dice& dice, Plan& plan) {
    time(plan, dice.between(600, 800), 4 + dice.below(4));
    plan.spare = false;
    plan.quick = true;
    plan.faults.clear();
    const auto away = plan.timing.hold_down * 2 + dice.between(6000, 9000);
    strike(plan, K::switchover, kOther, Millis{100});
    strike(plan, K::cut_both, kOther, dice.between(0, 20), away - Millis{500});
    plan.faults.back().boundary = 9;
    strike(plan, K::controller_cut_both, 0, dice.between(0, 50), away);
    plan.faults.back().boundary = 9;
    strike(plan, K::second_controller, 0, Millis{4000}, away - Millis{1500});
    strike(plan, K::cut_both, kHolder, away + dice.between(500, 2500), 4 * plan.timing.hold_down);
    plan.length = away + 3 * plan.timing.hold_down;
}

/// A device says "off" to a controller that is cut off; what happens until it is back, it cannot
/// know.
void old_word(Dice& dice, Plan& plan) {
    fenced_house(dice, plan);
    time(plan, dice.between(600, 800), 10 + dice.below(5));
    tight(plan);
    plan.spare = false;
    plan.fence_timeout = Millis{5000};
    plan.outside[kHolder].takes = dice.between(1500, 2500);
    const auto lost = dice.between(500, 1500);
    const auto told = noticed(plan, lost) + dice.between(800, 1600);
    strike(plan, K::cut_both, kHolder, lost, told - lost + Millis{300});
    strike(plan, K::failover, kOther, told);
    const auto cut = told + dice.between(100, 900);
    // Another controller gives the role back to the same node, as the other one cannot take it.
    // It is heard again only when its former boot's leases are over.
    const auto boots = dice.chance(70) ? plan.timing.hold_down : Millis{0};
    const auto away = dice.between(14000, 20000) + boots;
    strike(plan, K::controller_cut_both, 0, cut, away);
    strike(plan, K::second_controller, 0, cut + dice.between(50, 500), away);
    strike(plan, K::unplug, kOther, cut + dice.between(0, 500), dice.between(7000, 9000) + boots);
    strike(plan, K::outlet_on, kHolder, cut + dice.between(2600, 4000));
    strike(plan, K::cut_both, kHolder, cut + away - dice.between(-300, 600),
           2 * plan.timing.hold_down);
    for (const auto after : {1500, 2500, 3500, 4500})
        strike(plan, K::failover, kOther, cut + away + Millis{after});
    plan.length = cut + away + plan.timing.hold_down;
    if (dice.chance(40)) same_number(dice, plan);
}

constexpr Family kFamilies[] = {
    {"woken", woken},
    {"bad device", bad_device},
    {"interrupted", interrupted},
    {"crossed", crossed},
    {"last resort", last_resort},
    {"old word", old_word},
    {"frozen move", frozen_move},
};

}  // namespace
}  // namespace directed

std::span<const Family> outside_families() {
    return directed::kFamilies;
}

}  // namespace zha::sim
