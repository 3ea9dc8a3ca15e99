// What: families of schedules that are drawn around one danger: which faults meet, in which order.
// Why: some safeguards matter only when three things come together; blind chance needs millions of
//      schedules for that, a family needs a few, and still varies all else.
// Contract: a family fills plan.faults and may change the house; it draws all else from the dice.
#pragma once

#include <span>
#include <string_view>

#include "simulator/simulate/dice.hpp"
#include "simulator/simulate/plan.hpp"

namespace zha::sim {

struct Family {
    std::string_view name;
    void (*draw)(Dice& dice, Plan& plan);
};

/// About who may be on the air: leases, epochs, controllers, hold.
std::span<const Family> authority_families();
/// About what is on a node: dongle, files, counters, service, snapshots, what people are told.
std::span<const Family> node_families();

/// About outlets, who switches them, and what a controller makes of their word.
std::span<const Family> outside_families();
/// About a host that was copied as a whole.
std::span<const Family> twin_families();

}  // namespace zha::sim
