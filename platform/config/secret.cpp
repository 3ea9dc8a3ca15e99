#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "platform/config/config.hpp"

namespace zha {

namespace {

constexpr std::size_t kMaxSecret = 1024;

class File {
  public:
    explicit File(const Path& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

  private:
    int fd_;
};

Error system_error(const Path& path) {
    return {errno == ENOENT ? Errc::not_found : Errc::io,
            path.string() + ": " + std::generic_category().message(errno)};
}

/// What the descriptor is, not what the name pointed to a moment ago.
Status check_private(const Path& path, int fd) {
    struct stat info{};
    if (fstat(fd, &info) != 0) return system_error(path);
    if (!S_ISREG(info.st_mode)) return {Errc::invalid, path.string() + ": is not a plain file"};
    if ((info.st_mode & 077) != 0)
        return {Errc::refused, path.string() + ": others may read it; chmod 600 it"};
    if (info.st_uid != geteuid() && info.st_uid != 0)
        return {Errc::refused, path.string() + ": belongs to another user"};
    return {};
}

}  // namespace

Result<std::string> read_secret(const Path& path) {
    const File file(path);
    if (file.fd() < 0) return system_error(path);
    if (auto status = check_private(path, file.fd()); !status) return status.error();
    std::string text(kMaxSecret, '\0');
    const ssize_t size = read(file.fd(), text.data(), text.size());
    if (size < 0) return system_error(path);
    text.resize(std::size_t(size));
    const bool whole = size < ssize_t(kMaxSecret) || text.find('\n') != std::string::npos;
    text.resize(std::min(text.find('\n'), text.size()));
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (!whole) return {Errc::invalid, path.string() + ": its first line is too long"};
    if (text.empty()) return {Errc::invalid, path.string() + ": its first line is empty"};
    if (text.find('\0') != std::string::npos)
        return {Errc::invalid, path.string() + ": holds a zero byte"};
    return text;
}

Status check_password(const MqttConfig& mqtt) {
    if (mqtt.password_file.empty()) return {};
    const auto secret = read_secret(mqtt.password_file);
    if (!secret) return within("mqtt.password_file", secret.error());
    return {};
}

Status check_communities(const ControllerConfig& controller) {
    for (std::size_t i = 0; i < controller.traps.size(); ++i) {
        if (controller.traps[i].community_file.empty()) continue;
        const auto secret = read_secret(controller.traps[i].community_file);
        if (!secret)
            return within("controller.traps[" + std::to_string(i) + "].community_file",
                          secret.error());
    }
    return {};
}

Status check_fence_secrets(const Config& config) {
    for (const auto& node : config.nodes) {
        if (node.fence.community_file.empty() || config.fencing == "off") continue;
        const auto secret = read_secret(node.fence.community_file);
        if (!secret) return within("fence of " + node.name, secret.error());
    }
    return {};
}

}  // namespace zha
