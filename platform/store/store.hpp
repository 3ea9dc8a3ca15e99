// What: the Store seam: durable small files.
// Why: journals and snapshots must survive a power cut at any instant, and simulations must be able
//      to lose what was not synced.
// Contract: write() is atomic and durable (temporary file, fsync, rename, fsync of the directory);
//      after an error the old content is still there.
#pragma once

#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha {

class Store {
  public:
    virtual ~Store() = default;
    /// Errc::not_found when absent; Errc::invalid when larger than `max_bytes`.
    virtual Result<std::string> read(const Path& file, std::size_t max_bytes = 16 << 20) = 0;
    virtual Status write(const Path& file, const std::string& bytes, unsigned mode = 0600) = 0;
    virtual Status make_directory(const Path& dir, unsigned mode = 0700) = 0;
    virtual Status remove_all(const Path& path) = 0;
    /// Atomic within one file system; replaces nothing (Errc::busy).
    virtual Status rename(const Path& from, const Path& to) = 0;
    /// Names only, sorted; an absent directory is an empty list.
    virtual Result<std::vector<std::string>> list(const Path& dir) = 0;
    virtual bool exists(const Path& path) = 0;
};

class RealStore final : public Store {
  public:
    Result<std::string> read(const Path& file, std::size_t max_bytes) override;
    Status write(const Path& file, const std::string& bytes, unsigned mode) override;
    Status make_directory(const Path& dir, unsigned mode) override;
    Status remove_all(const Path& path) override;
    Status rename(const Path& from, const Path& to) override;
    Result<std::vector<std::string>> list(const Path& dir) override;
    bool exists(const Path& path) override;
};

}  // namespace zha
