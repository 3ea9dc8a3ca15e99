// What: one host's view of the virtual disk: it can be full, go bad, or lose power in mid write.
// Why: what a daemon relies on must be on disk before it acts; only a crash at the very write shows
//      whether it is.
// Contract: as Store. After the planned crash nothing is written any more, though the process still
//      runs to the end of its instant: `crashed` says so, and the host ends it.
#pragma once

#include "simulator/virtual/store.hpp"

namespace zha::sim {

class HostStore final : public Store {
  public:
    explicit HostStore(VirtualStore& disk) : disk_(disk) {}

    /// At the `writes`-th change from now; `applied` says whether that one is on disk afterwards.
    void crash_after(unsigned writes, bool applied) {
        left_ = writes;
        applied_ = applied;
    }
    bool crashed() const { return crashed_; }
    void power_on() {
        crashed_ = false;
        left_ = 0;
    }
    void full(bool on) { full_ = on; }
    unsigned changes() const { return changes_; }

    Result<std::string> read(const Path& file, std::size_t max_bytes = 16 << 20) override {
        return disk_.read(file, max_bytes);
    }
    Status write(const Path& file, const std::string& bytes, unsigned mode = 0600) override {
        if (full_) return Status(Errc::io, file.string() + ": no space left on device");
        return change([&] { return disk_.write(file, bytes, mode); });
    }
    Status make_directory(const Path& dir, unsigned mode = 0700) override {
        if (disk_.exists(dir)) return {};
        if (full_) return Status(Errc::io, dir.string() + ": no space left on device");
        return change([&] { return disk_.make_directory(dir, mode); });
    }
    Status remove_all(const Path& path) override {
        return change([&] { return disk_.remove_all(path); });
    }
    Status rename(const Path& from, const Path& to) override {
        return change([&] { return disk_.rename(from, to); });
    }
    Result<std::vector<std::string>> list(const Path& dir) override { return disk_.list(dir); }
    bool exists(const Path& path) override { return disk_.exists(path); }
    /// A transfer from another host.
    Status copy(const Path& from, const Path& to) {
        if (full_) return Status(Errc::io, to.string() + ": no space left on device");
        return change([&] { return disk_.copy(from, to); });
    }

  private:
    template <class Do>
    Status change(Do what) {
        if (crashed_) return {};
        ++changes_;
        if (left_ == 0) return what();
        --left_;
        if (left_ > 0) return what();
        crashed_ = true;
        if (applied_) (void)what();
        return {};
    }

    VirtualStore& disk_;
    unsigned left_ = 0;
    unsigned changes_ = 0;
    bool applied_ = false;
    bool crashed_ = false;
    bool full_ = false;
};

}  // namespace zha::sim
