#include "simulator/air/witness.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

namespace zha::sim {
namespace {

class FileWitness : public Witness {
  public:
    explicit FileWitness(int fd) : fd_(fd) {}
    ~FileWitness() override { ::close(fd_); }
    FileWitness(const FileWitness&) = delete;
    FileWitness& operator=(const FileWitness&) = delete;

  private:
    void append(const std::string& line) override {
        const std::string text = line + '\n';
        ssize_t written = 0;
        do {
            written = ::write(fd_, text.data(), text.size());
        } while (written < 0 && errno == EINTR);
        // A witness that cannot write must not pass for one that saw nothing.
        if (written != static_cast<ssize_t>(text.size())) {
            fmt::print(stderr, "witness: cannot write: {}; the line was: {}",
                       written < 0 ? std::strerror(errno) : "short write", text);
        }
    }
    int fd_;
};

}  // namespace

void Witness::record(Micros at, std::string_view event, const nlohmann::ordered_json& fields) {
    nlohmann::ordered_json line{{"t_ms", std::chrono::duration_cast<Millis>(at).count()},
                                {"event", std::string(event)}};
    line.update(fields);
    append(line.dump());
}

Result<std::unique_ptr<Witness>> open_witness(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        return {Errc::io, fmt::format("witness {}: {}", path, std::strerror(errno))};
    }
    std::unique_ptr<Witness> witness = std::make_unique<FileWitness>(fd);
    if (::fchmod(fd, 0600) != 0) {
        return {Errc::io, fmt::format("witness {}: {}", path, std::strerror(errno))};
    }
    const std::string utc = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    witness->record(Micros{0}, "start", {{"utc", utc}});
    return witness;
}

std::vector<nlohmann::ordered_json> MemoryWitness::of(std::string_view event) const {
    std::vector<nlohmann::ordered_json> found;
    for (const std::string& line : lines_) {
        auto parsed = nlohmann::ordered_json::parse(line);
        if (parsed.at("event") == event) found.push_back(std::move(parsed));
    }
    return found;
}

}  // namespace zha::sim
