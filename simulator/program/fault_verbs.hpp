// What: `zha-sim ctl fault NAME KIND [ARGUMENT...]`: what can be wrong with a dongle's NV memory.
// Why: a tool must be seen to refuse such a dongle, in the way it is used for real.
// Contract: the answer to a wrong request says how it is written. Faults end as the table in
//      docs/simulator.md says; a reset does not end them.
#pragma once

#include "core/result.hpp"
#include "simulator/dongle/dongle.hpp"
#include "simulator/program/ctl_socket.hpp"

namespace zha::sim {

/// `arguments` from the verb on: {"fault", "a", "fail-writes", "2"}.
Status run_fault(Dongle& dongle, const CtlArguments& arguments);

}  // namespace zha::sim
