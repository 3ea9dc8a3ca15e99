// What: visits every state that can be reached, nearest first.
// Why: the first bad state it meets ends a shortest story; when it ends without one, there is none.
// Contract: stops at the first bad state, or at `most` states (then it proved nothing).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "simulator/lease-model/model.hpp"

namespace zha::lease_model {

struct Result {
    std::size_t states = 0;
    std::size_t steps = 0;  ///< tried, from all of them
    unsigned depth = 0;     ///< steps to the farthest state
    bool split = false;     ///< two on the air
    bool complete = false;  ///< every state was visited
    std::vector<std::string> story;
};

Result search(Model& model, std::size_t most);

}  // namespace zha::lease_model
