// What: runs the checks on one dongle, as far as its rules allow, and gives back what was there.
// Why: the order is what makes it safe: nothing is written without a backup, nor to a dongle whose
//      silence is not certain, nor when it holds what a backup does not cover.
// Contract: the driver is connected. Without allow_reset or destructive nothing is reset; a dongle
//      on the air is not written to unless allow_reset takes it off first. Once something was
//      written the restore is tried whatever happened, an interruption included.
#pragma once

#include "znp/qualify/report.hpp"

namespace zha::znp::qualify {

/// Errc::refused: nothing was done, and why.
Task<Result<Report>> examine(Driver& driver, Clock& clock, Time deadline, Rules rules);

}  // namespace zha::znp::qualify
