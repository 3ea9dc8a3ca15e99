// What: the general commands of the ZCL (read, write, configure reporting, discover) and the rule
// for
//      default responses.
// Why: they are the same for every cluster of every product.
// Contract: `answer` returns the frame to send back, or nothing when the rules ask for silence:
//      after broadcasts, after responses, and after a success when the sender disabled it.
#pragma once

#include <optional>

#include "simulator/device/endpoint.hpp"
#include "simulator/device/reporting.hpp"
#include "simulator/device/zcl.hpp"

namespace zha::sim {

std::optional<zcl::Frame> answer(Endpoint& endpoint, std::uint16_t cluster,
                                 const zcl::Frame& request, bool unicast, Reporting& reporting);

}  // namespace zha::sim
