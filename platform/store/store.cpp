#include "platform/store/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace zha {

namespace {

namespace fs = std::filesystem;

/// A file descriptor that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    bool close() {
        const int fd = fd_;
        fd_ = -1;
        return ::close(fd) == 0;
    }

  private:
    int fd_;
};

Error failed(const Path& path, const char* what) {
    const Errc code = errno == ENOENT ? Errc::not_found : Errc::io;
    return {code, path.string() + ": " + what + ": " + std::strerror(errno)};
}

Status sync_directory(const Path& directory) {
    const Path place = directory.empty() ? "." : directory;  // of a name without a directory
    const Descriptor fd(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return failed(directory, "open");
    if (::fsync(fd.get()) != 0) return failed(directory, "sync");
    return {};
}

Status write_all(int fd, const Path& file, const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto n = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed(file, "write");
        done += static_cast<std::size_t>(n);
    }
    return {};
}

}  // namespace

Result<std::string> RealStore::read(const Path& file, std::size_t max_bytes) {
    const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return failed(file, "open");
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const auto n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(file, "read");
        if (n == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(n));
        if (bytes.size() > max_bytes)
            return {Errc::invalid,
                    file.string() + ": larger than " + std::to_string(max_bytes) + " bytes"};
    }
}

Status RealStore::write(const Path& file, const std::string& bytes, unsigned mode) {
    // One name per target: a crash leaves at most one leftover, which the next write replaces.
    const Path temporary = file.string() + ".new";
    ::unlink(temporary.c_str());
    Descriptor fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (fd.get() < 0) return failed(temporary, "create");
    auto status = write_all(fd.get(), temporary, bytes);
    if (status && ::fsync(fd.get()) != 0) status = failed(temporary, "sync");
    if (status && !fd.close()) status = failed(temporary, "close");
    if (status && ::rename(temporary.c_str(), file.c_str()) != 0)
        status = failed(temporary, "rename");
    if (!status) {
        ::unlink(temporary.c_str());
        return status;
    }
    return sync_directory(file.parent_path());
}

Status RealStore::make_directory(const Path& dir, unsigned mode) {
    if (dir.empty() || ::access(dir.c_str(), F_OK) == 0) return {};
    if (auto parent = make_directory(dir.parent_path(), mode); !parent) return parent;
    if (::mkdir(dir.c_str(), mode) != 0 && errno != EEXIST) return failed(dir, "create directory");
    return sync_directory(dir.parent_path());
}

Status RealStore::remove_all(const Path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) return {Errc::io, path.string() + ": remove: " + error.message()};
    return {};
}

Status RealStore::rename(const Path& from, const Path& to) {
    if (exists(to)) return {Errc::busy, to.string() + ": exists already"};
    if (::rename(from.c_str(), to.c_str()) != 0) return failed(from, "rename");
    return sync_directory(to.parent_path());
}

Result<std::vector<std::string>> RealStore::list(const Path& dir) {
    std::error_code error;
    std::vector<std::string> names;
    fs::directory_iterator entry(dir, error);
    if (error == std::errc::no_such_file_or_directory) return names;
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        names.push_back(entry->path().filename().string());
    if (error) return {Errc::io, dir.string() + ": list: " + error.message()};
    std::sort(names.begin(), names.end());
    return names;
}

bool RealStore::exists(const Path& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

}  // namespace zha
