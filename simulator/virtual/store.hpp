// What: a Store in memory.
// Why: tests fill disks, damage files and restart daemons on what was written, without a disk.
// Contract: as Store. What was written stays, whoever is destroyed; one store may serve many nodes,
//      as their paths differ.
#pragma once

#include <map>

#include "platform/store/store.hpp"

namespace zha::sim {

class VirtualStore final : public Store {
  public:
    Result<std::string> read(const Path& file, std::size_t max_bytes = 16 << 20) override;
    Status write(const Path& file, const std::string& bytes, unsigned mode = 0600) override;
    Status make_directory(const Path& dir, unsigned mode = 0700) override;
    Status remove_all(const Path& path) override;
    Status rename(const Path& from, const Path& to) override;
    Result<std::vector<std::string>> list(const Path& dir) override;
    bool exists(const Path& path) override;

    /// A full disk: writes and new directories are refused from now on.
    void full(bool on) { full_ = on; }
    /// The content as it is, for a test that looks; "" when absent.
    std::string content(const Path& file) const;
    unsigned mode(const Path& path) const;
    /// What a transfer between two hosts does: `from` with all below it appears as `to`.
    Status copy(const Path& from, const Path& to);
    unsigned writes() const { return writes_; }

  private:
    struct Entry {
        bool directory = false;
        unsigned mode = 0;
        std::string bytes;
    };
    static std::string key(const Path& path);
    /// The entries below `dir`, not `dir` itself.
    std::vector<std::string> below(const std::string& dir) const;

    std::map<std::string, Entry> entries_;
    bool full_ = false;
    unsigned writes_ = 0;
};

}  // namespace zha::sim
