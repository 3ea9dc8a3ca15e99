// What: `zha-nvram qualify PORT`: does this dongle behave as this system assumes?
// Why: a report that people can post tells what no emulation can.
// Contract: exit codes 0 all that was looked at is as assumed, 1 a violation (or the dongle could
//      not be given back what it held), 2 wrong usage or nothing could be looked at. SIGINT and
//      SIGTERM end the checks; what was written is given back first.
#pragma once

#include <string>

namespace zha::znp {

struct QualifyOptions {
    std::string port, backup;
    int timeout_s = 600;
    bool list = false, json = false, allow_reset = false, destructive = false,
         start_network = false;
};

int run_qualify(const QualifyOptions& options);

}  // namespace zha::znp
