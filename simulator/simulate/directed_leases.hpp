// What: families of schedules in which a lease could seem longer than it is.
// Why: each is the story of one danger to the holder's own clock and memory.
// Contract: as Family::draw; listed in directed_authority.cpp.
#pragma once

#include "simulator/simulate/directed_hands.hpp"

namespace zha::sim::directed {

/// An order is on its way when the link is cut, and arrives when its report is not the newest.
void stale_order(Dice& dice, Plan& plan);
/// The controller is dead and the holder holds on; an echo is on its way when its link is cut.
void late_echo(Dice& dice, Plan& plan);
/// A renewal takes nearly a heartbeat to arrive; then the holder is cut off.
void late_answer(Dice& dice, Plan& plan);
/// A renewal arrives after the holder has given the role up, and nothing after it.
void late_renewal(Dice& dice, Plan& plan);
/// A holder that hears itself, but can obey nobody: its disk is full.
void deaf_holder(Dice& dice, Plan& plan);
/// The lease ends while the dongle is being written.
void slow_write(Dice& dice, Plan& plan);
/// The lease ends while zigbee2mqtt takes its time to stop.
void slow_stop(Dice& dice, Plan& plan);

}  // namespace zha::sim::directed
