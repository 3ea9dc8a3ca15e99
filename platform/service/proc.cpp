#include "platform/service/proc.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <system_error>

namespace zha {

namespace {

struct Entry {
    ProcessId id;
    int parent = 0;
};

std::optional<int> parse_pid(const std::string& text) {
    int pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    const bool clean = end == text.data() + text.size() || *end == '\n';
    if (error != std::errc{} || !clean || pid <= 1) return std::nullopt;
    return pid;
}

std::optional<Entry> read_entry(int pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    // The name in parentheses may hold anything, also parentheses.
    const auto after = line.rfind(')');
    if (after == std::string::npos) return std::nullopt;
    std::istringstream fields(line.substr(after + 1));
    char state = 0;
    Entry entry;
    std::string skipped;
    fields >> state >> entry.parent;
    for (int field = 5; field < 22; ++field) fields >> skipped;
    fields >> entry.id.started;
    if (!fields || state == 'Z' || state == 'X') return std::nullopt;
    entry.id.pid = pid;
    return entry;
}

/// Seconds since 1970 at which the process began.
double began(const ProcessId& process) {
    timespec wall{};
    timespec boot{};
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const double boot_at = double(wall.tv_sec - boot.tv_sec) + 1e-9 * double(wall.tv_nsec) -
                           1e-9 * double(boot.tv_nsec);
    return boot_at + double(process.started) / double(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<ProcessId> find_process(int pid) {
    if (const auto entry = read_entry(pid)) return entry->id;
    return std::nullopt;
}

bool alive(const ProcessId& process) {
    return find_process(process.pid) == process;
}

void kill_process(const ProcessId& process) {
    if (process.pid > 1 && alive(process)) kill(process.pid, SIGKILL);
}

std::vector<ProcessId> descendants(const ProcessId& root) {
    std::multimap<int, ProcessId> children;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator("/proc", error)) {
        const auto pid = parse_pid(file.path().filename().string());
        const auto entry = pid ? read_entry(*pid) : std::nullopt;
        if (entry) children.emplace(entry->parent, entry->id);
    }
    std::vector<ProcessId> found;
    std::vector<int> queue{root.pid};
    for (std::size_t next = 0; next < queue.size(); ++next) {
        const auto [begin, end] = children.equal_range(queue[next]);
        for (auto at = begin; at != end; ++at) {
            found.push_back(at->second);
            queue.push_back(at->second.pid);
        }
        children.erase(begin, end);  // /proc changes while it is read: no circles
    }
    return found;
}

std::optional<ProcessId> process_of_pid_file(const Path& file) {
    constexpr double kTolerance = 2.0;  // of a wall clock that is being set
    struct stat info{};
    std::ifstream in(file);
    std::string line;
    if (stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || !std::getline(in, line))
        return std::nullopt;
    const auto pid = parse_pid(line.substr(0, 16));
    const auto process = pid ? find_process(*pid) : std::nullopt;
    if (!process || began(*process) > double(info.st_mtim.tv_sec) + kTolerance) return std::nullopt;
    return process;
}

}  // namespace zha
