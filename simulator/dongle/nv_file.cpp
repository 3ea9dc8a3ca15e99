#include "simulator/dongle/nv_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace zha::sim {
namespace {

using nlohmann::ordered_json;
constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::size_t kMaxItem = 4095;

std::string to_hex(const Bytes& bytes) {
    std::string text;
    for (std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
}

std::optional<std::uint16_t> parse_number(std::string_view text) {
    if (text.substr(0, 2) == "0x") text.remove_prefix(2);
    std::uint16_t value = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (bad != std::errc() || end != text.data() + text.size() || value > 1023) return std::nullopt;
    return value;
}

std::optional<Bytes> parse_hex(std::string_view text) {
    if (text.empty() || text.size() % 2 != 0 || text.size() / 2 > kMaxItem) return std::nullopt;
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        std::uint8_t value = 0;
        const auto [end, bad] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
        if (bad != std::errc() || end != text.data() + i + 2) return std::nullopt;
        bytes.push_back(value);
    }
    return bytes;
}

Error corrupt(const std::string& what) {
    return {Errc::corrupt, "NV file: " + what};
}

}  // namespace

std::string to_text(const NvStore::Contents& contents) {
    ordered_json document = ordered_json::object();
    for (const auto& [address, value] : contents) {
        const std::string item = fmt::format("0x{:04X}", address.first);
        document[item][fmt::format("0x{:04X}", address.second)] = to_hex(value);
    }
    return document.dump(4) + "\n";
}

Result<NvStore::Contents> parse_nv(const std::string& text) {
    const auto document = ordered_json::parse(text, nullptr, false);
    if (!document.is_object()) return corrupt("not a JSON object");
    NvStore::Contents contents;
    for (const auto& [item_name, subs] : document.items()) {
        const auto item = parse_number(item_name);
        if (!item || !subs.is_object()) return corrupt("bad section " + item_name.substr(0, 16));
        for (const auto& [sub_name, value] : subs.items()) {
            const auto sub = parse_number(sub_name);
            const auto bytes =
                value.is_string() ? parse_hex(value.get_ref<const std::string&>()) : std::nullopt;
            if (!sub || !bytes) return corrupt("bad item " + sub_name.substr(0, 16));
            contents[{*item, *sub}] = *bytes;
        }
    }
    return contents;
}

Result<NvStore::Contents> load_nv_file(const std::string& path) {
    struct ::stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return NvStore::Contents{};
        return {Errc::io, path + ": cannot be read"};
    }
    if (info.st_size < 0 || static_cast<std::size_t>(info.st_size) > kMaxFile) {
        return {Errc::corrupt, path + ": larger than 1 MiB"};
    }
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return {Errc::io, path + ": cannot be read"};
    auto contents = parse_nv(text.str());
    if (!contents) return within(path, contents.error());
    return contents;
}

Status save_nv_file(const std::string& path, const NvStore::Contents& contents) {
    const std::string text = to_text(contents);
    const std::string temporary = path + ".tmp";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return {Errc::io, temporary + ": cannot be created"};
    bool good = ::fchmod(file, 0600) == 0;
    std::size_t done = 0;
    while (good && done < text.size()) {
        const ssize_t count = ::write(file, text.data() + done, text.size() - done);
        good = count > 0;
        if (good) done += static_cast<std::size_t>(count);
    }
    good = ::close(file) == 0 && good;
    if (!good || ::rename(temporary.c_str(), path.c_str()) != 0) {
        ::unlink(temporary.c_str());
        return {Errc::io, path + ": cannot be written"};
    }
    return {};
}

}  // namespace zha::sim
