// What: the guard process: the worker's parent, which does nothing but watch it.
// Why: a worker that died, hangs or outlives its lease silences nothing; its parent does.
// Contract: call it before any thread or io_context exists. Decisions are in WatchRules; here is
//      only what they need of the system: fork, signals, poll.
#pragma once

#include <functional>

#include "core/config.hpp"
#include "node-agent/guard/watchdog.hpp"

namespace zha::guard {

/// Runs in a child process with the pipe for its beats; returns that process's exit code.
using Worker = std::function<int(int pipe)>;

/// Returns the guard's exit code once it was told to end (SIGTERM, SIGINT), or when the first
/// worker refused to begin. `watchdog` may be null.
int watch_over(const Config& config, const NodeConfig& self, const Worker& worker,
               std::unique_ptr<Watchdog> watchdog);

}  // namespace zha::guard
