// What: one attempt to silence this host without its worker.
// Why: it runs in a short-lived process of its own, so that the guard needs none of it and whatever
//      hangs in here is ended with that process.
// Contract: success is proof: zigbee2mqtt is gone, and the dongle was reset and read back, or there
//      is no dongle. Bounded by the deadline, but for what hangs in the kernel.
#pragma once

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha::guard {

/// Kills every descendant of process `root` but us and ours, until none is left.
Task<Status> end_orphans(Clock& clock, int root, Time deadline);

/// Ends zigbee2mqtt, then fences the dongle. `root`: the guard, whose orphans are ended too when
/// the driver is `child`; other drivers know their processes, and may have started those of others.
Task<Status> silence_host(const NodeConfig& self, int root, asio::any_io_executor executor,
                          Clock& clock, Time deadline);

/// The same, to its end, on an io_context of its own.
Status silence_host(const NodeConfig& self, int root, Millis most);

}  // namespace zha::guard
