// What: the exit codes of zha-switchover.
// Why: scripts decide on them; they are part of the interface (docs/cli.md).
// Contract: never renumbered. 69 and 75 are EX_UNAVAILABLE and EX_TEMPFAIL of sysexits.h.
#pragma once

#include <string_view>

namespace zha::cli {

enum ExitCode : int {
    kOk = 0,
    kFailed = 1,        ///< it was tried and did not end well
    kUsage = 2,         ///< wrong arguments or configuration
    kUnavailable = 69,  ///< no broker or no controller
    kBusy = 75,         ///< another move is in progress: try again later
    kRefused = 107,     ///< a guard said no; nothing was changed
    kGoesOn = 124,      ///< the deadline passed here; the controller goes on
};

constexpr ExitCode exit_code(std::string_view code) {
    if (code == "ok") return kOk;
    if (code == "busy") return kBusy;
    if (code == "refused") return kRefused;
    if (code == "invalid") return kUsage;
    return kFailed;
}

}  // namespace zha::cli
