// What: the arithmetic of the lease: how long the controller has to wait, and how long a gap can
// be. Why: two hosts' clocks run at different rates; the wait must cover the slowest against the
//      fastest, and a configuration that does not is refused before anything runs.
// Contract: pure. check_timing() answers with the first problem as "key: what", key as in `Timing`.
#pragma once

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha {

/// Smallest W that is safe: (1+rho)(T/(1-rho)+F), rounded up, and 1 ms.
///
/// The holder counts T on a clock that may be slow by rho, then needs F until its silence is
/// proven; the controller counts W on a clock that may be fast by rho. Both clocks are read in
/// whole milliseconds: that makes the holder's T shorter at worst, and the controller's W, too.
/// zha-lease-model searches every state for it (docs/reliability.md).
Millis required_hold_down(const Timing& timing);

/// A host that is there speaks again within this time when its guard ends a worker that could not
/// silence the dongle: noticing it, the guard's own fence, a new worker, the broker.
Millis speaks_again_most(const Timing& timing);

Status check_timing(const Timing& timing);

/// Longest gap in service that an automatic failover may take: the worse of "host lost" (wait W)
/// and "service lost" (restarts in place, then a verified release), then the promotion. From when
/// it is seen; core/rto.hpp has a bound for each kind of failure.
Millis worst_rto(const Timing& timing);

}  // namespace zha
