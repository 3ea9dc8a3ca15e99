// What: keeps the chip of a dongle in reset for as long as somebody wants it silent.
// Why: a person who works on the other dongle, or on this one's host, wants to be sure of this one.
// Contract: blocks until SIGINT or SIGTERM, or until the port is gone. Changes nothing in the
//      dongle. `held` is called once it is proven held; without proof it is let go again. A program
//      that is killed leaves it held until the port is opened the next time.
#pragma once

#include "znp/tool/session.hpp"

namespace zha::znp {

Status hold_port(const PortOptions& options, std::function<void()> held);

}  // namespace zha::znp
