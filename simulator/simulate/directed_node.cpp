// About a node: its dongle, its files, its service. Node 0 is active when the faults begin.
#include "simulator/simulate/directed.hpp"

namespace zha::sim {

namespace {

using K = FaultKind;

struct Span {
    int least;
    int most;
};

/// A fault at a time, for a time; both in milliseconds.
void add(Dice& dice, Plan& plan, K kind, unsigned node, Span at, Span length = {0, 0}) {
    Fault f;
    f.kind = kind;
    f.node = node;
    f.at = dice.between(at.least, at.most);
    f.length = dice.between(length.least, length.most);
    f.detail = 1 + dice.below(12);
    plan.faults.push_back(f);
}

/// Nobody else can take over for a while.
void alone(Dice& dice, Plan& plan, unsigned node) {
    const K kinds[] = {K::power_cut, K::unplug, K::cut_both};
    add(dice, plan, kinds[dice.below(3)], 1 - node, {0, 300}, {12000, 25000});
}

/// A new dongle is written half, and what was in it may look like the network.
void half_written(Dice& dice, Plan& plan) {
    alone(dice, plan, 0);
    plan.timing.local_restarts = 0;
    plan.quick = plan.quick || dice.chance(60);
    if (dice.chance(20))
        add(dice, plan, K::swap, 0, {500, 2500}, {200, 3000});
    else
        add(dice, plan, K::service_dies, 0, {500, 2500});
    add(dice, plan, dice.chance(80) ? K::power_in_write : K::torn_write, 0, {100, 500},
        {200, 3000});
    if (dice.chance(50)) plan.faults.back().detail = 2;  // at the very end of the write
    if (dice.chance(40)) add(dice, plan, K::agent_killed, 0, {3000, 9000});
    // Each order has the memory saved, too: late ones leave the write to itself.
    if (dice.chance(60)) {
        add(dice, plan, K::slow_network, 0, {0, 500}, {15000, 20000});
        plan.faults.back().detail = 2 + dice.below(3);
    }
}

/// Files of another network lie there when zigbee2mqtt has to be started again.
void strange_files(Dice& dice, Plan& plan) {
    plan.timing.local_restarts = 1 + dice.below(2);
    add(dice, plan, dice.chance(70) ? K::files_restored : K::config_edited, 0, {0, 2000});
    add(dice, plan, K::service_dies, 0, {1000, 5000});
    if (dice.chance(50)) add(dice, plan, K::service_dies, 0, {4000, 12000});
    if (dice.chance(30)) add(dice, plan, K::failover, 1, {6000, 14000});
}

/// The dongle is pulled from a zigbee2mqtt that does not end, and comes back.
void waiting_service(Dice& dice, Plan& plan) {
    add(dice, plan, K::service_patient, 0, {0, 500}, {20000, 40000});
    add(dice, plan, K::service_immortal, 0, {0, 1000}, {8000, 30000});
    add(dice, plan, K::unplug, 0, {1000, 3000}, {500, 12000});
    if (dice.chance(40)) add(dice, plan, K::failover, 1, {2000, 6000});
}

/// What a node would be promoted from was damaged on its disk.
void damaged_copy(Dice& dice, Plan& plan) {
    for (unsigned i = 1 + dice.below(3); i > 0; --i)
        add(dice, plan, K::bit_flip, dice.below(4) == 0 ? 0 : 1, {0, 4000});
    if (dice.chance(50)) add(dice, plan, K::pairing, 0, {0, 2000});
    if (dice.chance(50))
        add(dice, plan, K::power_cut, 0, {1000, 5000}, {2000, 15000});
    else
        add(dice, plan, dice.chance(50) ? K::failover : K::switchover, 1, {1000, 5000});
}

/// The dongle itself knows of more frames than any copy.
void own_counter(Dice& dice, Plan& plan) {
    add(dice, plan, K::busy, 0, {0, 1000});
    if (dice.chance(50)) {
        alone(dice, plan, 0);
        plan.timing.local_restarts = dice.below(2);
        for (unsigned i = 0; i <= plan.timing.local_restarts; ++i)
            add(dice, plan, K::service_dies, 0, {1000, 8000});
        return;
    }
    // Away for so long that the other one starts from an older copy; then back.
    plan.length = Millis{32000};
    add(dice, plan, K::power_cut, 0, {1000, 2000}, {4000, 12000});
    for (unsigned i = 0; i < 3; ++i) add(dice, plan, K::switchover, 0, {14000, 28000});
}

/// The role goes there and back by copies that are older each time.
void there_and_back(Dice& dice, Plan& plan) {
    unsigned node = 1;
    for (int at = 500; at < 19000; at += 3000 + static_cast<int>(dice.below(3000))) {
        const bool cut = dice.chance(40);
        if (cut) add(dice, plan, K::power_cut, 1 - node, {at, at + 500}, {500, 4000});
        add(dice, plan, dice.chance(70) ? K::failover : K::switchover, node, {at, at + 2500});
        node = 1 - node;
    }
}

/// One node was away while the other was started anew, again and again; now it is the only one.
void old_copy(Dice& dice, Plan& plan) {
    plan.length = Millis{35000};
    plan.timing.local_restarts = 0;
    const auto back = dice.between(9000, 13000);
    const K kinds[] = {K::power_cut, K::cut_both, K::unplug};
    add(dice, plan, kinds[dice.below(3)], 1, {0, 500});
    plan.faults.back().length = back;
    for (int at = 1000; at < 8000; at += 1500) add(dice, plan, K::service_dies, 0, {at, at + 1500});
    const int gone = static_cast<int>(back.count());
    add(dice, plan, K::power_cut, 0, {gone - 500, gone + 1500}, {15000, 25000});
}

/// A system without a network, or one that an operator takes for that.
void new_system(Dice& dice, Plan& plan) {
    plan.fresh = dice.chance(60);
    plan.hasty = dice.chance(80);
    plan.blank = dice.below(2);
    for (unsigned i = 1 + dice.below(3); i > 0; --i) {
        add(dice, plan, K::form, dice.below(2), {0, 15000});
        const K kinds[] = {K::service_dies, K::agent_killed, K::unplug, K::controller_forgets};
        if (dice.chance(60)) add(dice, plan, kinds[dice.below(4)], 0, {0, 12000}, {500, 6000});
    }
}

/// Nobody is active, and an operator thinks that a NEW network would help.
void form_in_need(Dice& dice, Plan& plan) {
    plan.timing.local_restarts = dice.below(2);
    const K kinds[] = {K::hang, K::unplug, K::swap, K::disk_full};
    for (unsigned i = 0; i < 2; ++i)
        if (i == 0 || dice.chance(50))
            add(dice, plan, kinds[dice.below(4)], i, {0, 2000}, {4000, 18000});
    for (unsigned i = 0; i <= plan.timing.local_restarts; ++i)
        add(dice, plan, K::service_dies, 0, {500, 6000});
    for (unsigned i = 2 + dice.below(4); i > 0; --i)
        add(dice, plan, K::form, dice.chance(70) ? 1 : 0, {1000, 19000});
}

/// Devices join, and the role moves on at once.
void fresh_devices(Dice& dice, Plan& plan) {
    unsigned node = 1;
    for (int at = 0; at < 16000; at += 5000 + static_cast<int>(dice.below(4000))) {
        add(dice, plan, K::pairing, 0, {at, at + 1500});
        if (dice.chance(30)) add(dice, plan, K::pairing, 0, {at, at + 1500});
        add(dice, plan, K::switchover, node, {at, at + 2500});
        node = 1 - node;
    }
}

/// zigbee2mqtt runs and does not serve.
void mute_service(Dice& dice, Plan& plan) {
    plan.length = Millis{38000};
    add(dice, plan, K::service_mute, 1, {0, 1000}, {3000, 50000});
    if (dice.chance(40)) add(dice, plan, K::hang, 1, {1000, 7000}, {2000, 9000});
    add(dice, plan, dice.chance(50) ? K::switchover : K::failover, 1, {500, 5000});
}

/// The dongle goes on by itself: its host is frozen, its agent dead, or it ignores a reset.
void goes_on(Dice& dice, Plan& plan) {
    plan.watchdog = plan.watchdog || dice.chance(70);
    const K kinds[] = {K::freeze, K::agent_killed, K::defiant, K::service_dies};
    const auto kind = kinds[dice.below(4)];
    add(dice, plan, kind, 0, {0, 2000}, {10000, 40000});
    plan.length = Millis{30000};
    if (kind == K::defiant) add(dice, plan, K::switchover, 1, {500, 4000});
    if (kind == K::defiant || dice.chance(40)) add(dice, plan, K::service_dies, 0, {500, 9000});
    if (dice.chance(40)) add(dice, plan, K::failover, 1, {1000, 15000});
}

constexpr Family kFamilies[] = {
    {"half-written", half_written},
    {"strange-files", strange_files},
    {"waiting-service", waiting_service},
    {"damaged-copy", damaged_copy},
    {"own-counter", own_counter},
    {"there-and-back", there_and_back},
    {"old-copy", old_copy},
    {"new-system", new_system},
    {"form-in-need", form_in_need},
    {"fresh-devices", fresh_devices},
    {"mute-service", mute_service},
    {"goes-on", goes_on},
};

}  // namespace

std::span<const Family> node_families() {
    return kFamilies;
}

}  // namespace zha::sim
