// What: the snapshots a node holds: its own generations and those staged from the active node.
// Why: a successor starts from one verified set, never from "the newest file of each".
// Contract: a snapshot appears under its name only when it is complete and durable; loading
// verifies
//      every hash. Files hold network keys: directories 0700, files 0600.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/manifest.hpp"
#include "platform/store/store.hpp"

namespace zha {

/// Path in the manifest ("nvram.json", "data/...") to content.
using Files = std::map<std::string, std::string>;

struct Snapshot {
    Manifest manifest;
    Files files;
};

class Snapshots {
  public:
    static constexpr std::size_t kKept = 3;  ///< generations of each kind

    Snapshots(Store& store, Path state) : store_(store), state_(std::move(state)) {}

    /// Reads what is there; damaged ones are left alone and named in the result's text.
    std::string scan();
    const std::optional<Manifest>& own() const { return own_; }
    const std::optional<Manifest>& staged() const { return staged_; }
    /// The newer one of both; nullopt = none.
    const Manifest* best() const;
    /// The one with this id, or nullptr.
    const Manifest* find(const std::string& id) const;

    /// Completes the manifest's file list, then keeps it as the newest own generation.
    Status keep(Manifest manifest, const Files& files);
    /// Where the snapshot `id` is to be fetched to; nothing is there afterwards.
    Result<Path> prepare_fetch(const std::string& id);
    /// Verifies what was fetched and makes it the newest staged one. On an error it is removed.
    Status accept(const std::string& id, std::uint32_t firmware);
    /// Everything of the snapshot `id`, hashes verified.
    Result<Snapshot> load(std::string id);
    Path own_directory() const { return state_ / "snapshots"; }

  private:
    Result<Snapshot> load_from(const Path& directory);
    std::optional<Manifest> newest(const Path& directory, std::string& damaged);
    void prune(const Path& directory, const std::string& newest);
    Path staged_directory() const { return state_ / "staged"; }

    Store& store_;
    Path state_;
    std::optional<Manifest> own_;
    std::optional<Manifest> staged_;
};

}  // namespace zha
