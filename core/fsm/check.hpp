// What: proofs about a state table, and the table as text for people.
// Why: what runs is what is proven: `zha-switchover fsm check` tries the table that is linked in.
// Contract: pure; check() tries every state, goal and combination of facts, in well under a second.
#pragma once

#include <string>
#include <vector>

#include "core/fsm/fsm.hpp"

namespace zha::fsm {

/// What is wrong with the table, one sentence each; empty = every state and goal has a row, every
/// row and state can be reached, every step has a time limit and a way on, nothing goes round in
/// circles, and no radio starts or stays on the air without a lease.
std::vector<std::string> check(std::span<const Transition> table = transitions());

/// The table as lines of aligned columns.
std::string show();

}  // namespace zha::fsm
