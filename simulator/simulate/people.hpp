// What: people who use more than switchovers: pauses, maintenance, drills; and their end.
// Why: each of them lets go of the role or keeps it, at any moment of a move, also two at once.
// Contract: as faults.hpp. What was begun is ended when everything is mended.
#pragma once

#include "simulator/simulate/house.hpp"

namespace zha::sim {

bool strike_people(House& house, const Fault& fault);
/// Everybody goes home: nothing is paused, in maintenance or frozen any more.
void end_people(House& house);
/// Told to the configuration of every controller.
void furnish_people(const People& people, Config& config);

}  // namespace zha::sim
