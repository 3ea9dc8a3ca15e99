// What the daemons read out of files, remembered by the file's text. Within the schedules the same
// few files are read again and again, and parsing YAML and JSON is half of the work.
// The product's own functions do the reading: they are compiled as NAME_anew (CMakeLists.txt), and
// are pure, so that the same text gives the same answer.
#include <unordered_map>

#include "node-agent/sync/sha256.hpp"
#include "node-agent/sync/z2m_files.hpp"
#include "platform/wire/wire.hpp"
#include "znp/nvram/image.hpp"

namespace zha {

Result<Z2mConfig> parse_configuration_anew(const std::string& yaml);
Result<BackupParameters> parse_backup_anew(const std::string& json);
Result<std::uint32_t> count_devices_anew(const std::string& database);
Result<std::string> overlay_anew(const std::string& incoming, const std::string& own);
std::string sha256_hex_anew(const std::string& bytes);

namespace wire {
Result<ControllerStatus> decode_status_anew(const std::string& text);
}

namespace {

constexpr std::size_t kTextsMost = 512;

/// Answers of `ask` by its question, for one thread.
template <class Answer>
class Remembered {
  public:
    explicit Remembered(Answer (*ask)(const std::string&)) : ask_(ask) {}
    const Answer& operator()(const std::string& text) {
        const auto known = answers_.find(text);
        if (known != answers_.end()) return known->second;
        if (answers_.size() == kTextsMost) answers_.clear();
        return answers_.emplace(text, ask_(text)).first->second;
    }

  private:
    Answer (*ask_)(const std::string&);
    std::unordered_map<std::string, Answer> answers_;
};

/// Two texts as one question; the length tells where the second begins.
std::string pair_of(const std::string& one, const std::string& two) {
    return std::to_string(one.size()) + ":" + one + two;
}

Result<std::string> overlay_pair(const std::string& pair) {
    const auto begin = pair.find(':') + 1;
    const auto size = std::stoul(pair);
    return overlay_anew(pair.substr(begin, size), pair.substr(begin + size));
}

}  // namespace

Result<Z2mConfig> parse_configuration(const std::string& yaml) {
    static thread_local Remembered known(parse_configuration_anew);
    return known(yaml);
}

Result<BackupParameters> parse_backup(const std::string& json) {
    static thread_local Remembered known(parse_backup_anew);
    return known(json);
}

Result<std::uint32_t> count_devices(const std::string& database) {
    static thread_local Remembered known(count_devices_anew);
    return known(database);
}

Result<std::string> overlay(const std::string& incoming, const std::string& own) {
    static thread_local Remembered known(overlay_pair);
    return known(pair_of(incoming, own));
}

std::string sha256_hex(const std::string& bytes) {
    static thread_local Remembered known(sha256_hex_anew);
    return known(bytes);
}

Result<wire::ControllerStatus> wire::decode_status(const std::string& text) {
    static thread_local Remembered known(decode_status_anew);
    return known(text);
}

}  // namespace zha
