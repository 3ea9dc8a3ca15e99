// What: what /proc tells about processes that are not our children.
// Why: a number of a dead process may be given to another one; with its start time it is exact.
// Contract: a zombie is gone: it has no memory, no files and no port any more.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/config.hpp"
#include "core/types.hpp"

namespace zha {

struct ProcessId {
    int pid = 0;
    std::uint64_t started = 0;  ///< clock ticks since boot
    bool operator==(const ProcessId&) const = default;
};

/// nullopt when there is none, or only a zombie.
std::optional<ProcessId> find_process(int pid);
bool alive(const ProcessId& process);
/// SIGKILL, if it is still the same one.
void kill_process(const ProcessId& process);
/// Parents before their children; without `root` itself.
std::vector<ProcessId> descendants(const ProcessId& root);
/// The process whose number stands in `file`, unless it began after the file was written: then
/// the number was given to somebody else.
std::optional<ProcessId> process_of_pid_file(const Path& file);

}  // namespace zha
