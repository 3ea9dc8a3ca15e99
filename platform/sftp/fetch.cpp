#include "platform/sftp/fetch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace zha::sftp_detail {
namespace {

constexpr unsigned kMaxDepth = 4;    // the directory itself is depth 1
constexpr unsigned kMaxCount = 500;  // files and directories
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kChunk = 32768;  // the most a server must answer at once

Error system_error(const Path& path, int number) {
    return {Errc::io, path.string() + ": " + std::generic_category().message(number)};
}

/// A name as one step of a local path: it can neither leave the directory nor garble a log.
bool usable_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxName || name == "." || name == "..") return false;
    for (const char c : name)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f || c == '/' || c == '\\') return false;
    return true;
}

class Fetcher {
  public:
    Fetcher(const Connection& connection, const SftpRequest& request, const Limit& limit)
        : session_(connection.session.get()),
          sftp_(connection.sftp.get()),
          limit_(limit),
          left_(request.max_bytes),
          max_bytes_(request.max_bytes) {}

    Status directory(const std::string& from, const Path& to, unsigned depth) {
        if (depth > kMaxDepth)
            return {Errc::refused, from + ": deeper than " + std::to_string(kMaxDepth)};
        const Directory open(sftp_opendir(sftp_, from.c_str()));
        if (!open) return remote_error(from);
        if (depth > 1 && mkdir(to.c_str(), 0700) != 0) return system_error(to, errno);
        while (true) {
            if (limit_.over()) return {Errc::timeout, from + ": not read in time"};
            const Attributes entry(sftp_readdir(sftp_, open.get()));
            if (!entry) break;
            if (auto done = one(from, to, *entry, depth); !done) return done;
        }
        if (!sftp_dir_eof(open.get())) return remote_error(from);
        return {};
    }

  private:
    Status one(const std::string& from, const Path& to, const sftp_attributes_struct& entry,
               unsigned depth) {
        const std::string name = entry.name ? entry.name : "";
        if (name == "." || name == "..") return {};
        if (!usable_name(name)) return {Errc::refused, from + ": holds a name that is not allowed"};
        if (++count_ > kMaxCount)
            return {Errc::refused, "more than " + std::to_string(kMaxCount) + " files"};
        const std::string path = from + "/" + name;
        if (entry.type == SSH_FILEXFER_TYPE_DIRECTORY) return directory(path, to / name, depth + 1);
        if (entry.type == SSH_FILEXFER_TYPE_REGULAR) return file(path, to / name, entry.size);
        return {Errc::refused, path + ": neither a plain file nor a directory"};
    }

    Status file(const std::string& from, const Path& to, std::uint64_t size) {
        if (size > left_) return too_large();
        const File source(sftp_open(sftp_, from.c_str(), O_RDONLY, 0));
        if (!source) return remote_error(from);
        Descriptor target(
            open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (target.get() < 0) return system_error(to, errno);
        std::array<char, kChunk> chunk;
        while (true) {
            if (limit_.over()) return {Errc::timeout, from + ": not read in time"};
            const ssize_t got = sftp_read(source.get(), chunk.data(), chunk.size());
            if (got < 0) return remote_error(from);
            if (got == 0) break;
            if (static_cast<std::size_t>(got) > left_) return too_large();  // it grew meanwhile
            left_ -= static_cast<std::size_t>(got);
            if (auto written = write_all(target.get(), chunk.data(), got, to); !written)
                return written;
        }
        // Before anybody trusts the copy, it must outlive a power cut.
        if (fsync(target.get()) != 0) return system_error(to, errno);
        return {};
    }

    static Status write_all(int fd, const char* data, ssize_t size, const Path& path) {
        while (size > 0) {
            const ssize_t n = write(fd, data, static_cast<std::size_t>(size));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return system_error(path, n < 0 ? errno : ENOSPC);
            data += n;
            size -= n;
        }
        return {};
    }

    Status too_large() const {
        return {Errc::refused, "larger than " + std::to_string(max_bytes_) + " bytes"};
    }

    Status remote_error(const std::string& path) const {
        if (limit_.over()) return {Errc::timeout, path + ": not read in time"};
        if (!ssh_is_connected(session_)) return {Errc::unavailable, path + ": connection lost"};
        switch (sftp_get_error(sftp_)) {
            case SSH_FX_NO_SUCH_FILE:
            case SSH_FX_NO_SUCH_PATH:
                return {Errc::not_found, path + ": does not exist on the peer"};
            case SSH_FX_PERMISSION_DENIED:
                return {Errc::refused, path + ": the peer denies access"};
            default:
                return {Errc::io, path + ": the peer cannot read it"};
        }
    }

    ssh_session session_;
    sftp_session sftp_;
    const Limit& limit_;
    std::size_t left_;
    std::size_t max_bytes_;
    unsigned count_ = 0;
};

Status check(const SftpRequest& r) {
    if (r.peer.host.empty() || r.peer.host[0] == '-' || r.peer.port == 0)
        return {Errc::invalid, "no usable host and port"};
    if (r.peer.user.empty()) return {Errc::invalid, "no user"};
    if (r.from.empty() || r.to.empty()) return {Errc::invalid, "no directory"};
    if (r.timeout.count() <= 0 || r.timeout > std::chrono::hours(1))
        return {Errc::invalid, "the timeout must be between 1 ms and 1 h"};
    return {};
}

Status fetch_steps(const SftpRequest& r, const Limit& limit) {
    auto connection = open_connection(r, limit);
    if (!connection) {
        if (limit.over()) return {Errc::timeout, connection.error().message + " (out of time)"};
        return connection.error();
    }
    if (mkdir(r.to.c_str(), 0700) != 0) {
        if (errno == EEXIST) return {Errc::refused, r.to.string() + ": exists already"};
        return system_error(r.to, errno);
    }
    auto fetched = Fetcher(*connection, r, limit).directory(r.from.string(), r.to, 1);
    if (!fetched) {
        std::error_code ignored;  // the first error is the one to report
        std::filesystem::remove_all(r.to, ignored);
    }
    return fetched;
}

}  // namespace

Status fetch(const SftpRequest& r, const Limit& limit) {
    auto checked = check(r);
    if (!checked) return within("sftp", checked.error());
    auto fetched = fetch_steps(r, limit);
    if (!fetched)
        return within("sftp " + r.peer.host + ":" + std::to_string(r.peer.port), fetched.error());
    return fetched;
}

}  // namespace zha::sftp_detail
