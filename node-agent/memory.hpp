// What: what an agent must remember across its own death.
// Why: a lease that was released may never come back, and a half-written dongle may never be
// started. Contract: one small JSON file, written durably before anything is done that relies on
// it.
#pragma once

#include "core/lease_keeper.hpp"
#include "core/result.hpp"
#include "platform/store/store.hpp"

namespace zha {

struct Memory {
    LeaseMemory lease;
    std::uint64_t generation = 0;  ///< of the newest own snapshot
    Epoch content = 0;             ///< in which this node's files and dongle were last in service
    bool dirty = false;            ///< a write to the dongle was begun and not proven complete
    bool operator==(const Memory&) const = default;
};

class MemoryFile {
  public:
    MemoryFile(Store& store, const Path& state) : store_(store), file_(state / "memory.json") {}
    /// An absent file is a new node; a damaged one is an error.
    Result<Memory> load();
    /// Writes only what changed.
    Status save(const Memory& memory);

  private:
    Store& store_;
    Path file_;
    Memory saved_;
    bool on_disk_ = false;
};

}  // namespace zha
