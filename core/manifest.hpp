// What: the manifest of a snapshot as a value, and the checks a snapshot must pass.
// Why: data files and NVRAM image are only worth something together; one manifest binds them.
// Contract: pure. A manifest that passes check() names plain relative paths only, within bounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/messages.hpp"
#include "core/result.hpp"

namespace zha {

struct ManifestFile {
    std::string path;  ///< relative: "nvram.json" or "data/<name>"
    std::uint64_t size = 0;
    std::string sha256;  ///< 64 lower-case hex digits
    bool operator==(const ManifestFile&) const = default;
};

struct Manifest {
    static constexpr int kVersion = 1;
    int version = kVersion;
    std::string node;  ///< who made it
    SnapshotInfo info;
    std::string ieee;            ///< of the coordinator, 16 hex digits
    std::uint32_t firmware = 0;  ///< CODE_REVISION of the dongle the image was read from
    WallSeconds counter_at = 0;  ///< when info.frame_counter was last known for certain
    std::uint32_t devices = 0;   ///< in database.db, without the coordinator
    std::vector<ManifestFile> files;
    bool operator==(const Manifest&) const = default;

    const ManifestFile* file(const std::string& path) const;
};

/// "<node>-<epoch>-<seq>"
std::string snapshot_id(const std::string& node, Epoch epoch, std::uint64_t seq);

/// May this path stand in a manifest? No "..", nothing absolute, at most two folders below data/.
bool safe_path(const std::string& path);

/// Is the manifest complete and within bounds?
Status check(const Manifest& manifest);

/// May `candidate` take the place of `last`, the newest good one? Refuses another network, an older
/// state, and a database that lost all of its devices.
Status check_successor(const Manifest& candidate, const Manifest& last);

/// Newer in the sense of the cluster: by epoch, then by generation.
bool newer(const SnapshotInfo& a, const SnapshotInfo& b);

}  // namespace zha
