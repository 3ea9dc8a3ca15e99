#include "znp/nvram/side_file.hpp"

#include <fmt/core.h>
#include <openssl/sha.h>

#include <nlohmann/json.hpp>

namespace zha::znp {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "zha-nvram/meta";
constexpr std::size_t kMaxText = 1 << 20;

std::string hex(const Bytes& bytes) {
    std::string out;
    for (const auto byte : bytes) out += fmt::format("{:02x}", byte);
    return out;
}

std::optional<std::uint64_t> from_hex(const std::string& text, std::size_t most) {
    if (text.empty() || text.size() > most ||
        text.find_first_not_of("0123456789abcdef") != std::string::npos)
        return std::nullopt;
    return std::stoull(text, nullptr, 16);
}

std::string string_at(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::uint32_t> number_at(const Json& json, const char* name, std::uint64_t most) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > most)
        return std::nullopt;
    return static_cast<std::uint32_t>(found->get<std::uint64_t>());
}

constexpr std::pair<const char*, ExItem> kSections[] = {{"LEGACY", ExItem::legacy},
                                                        {"EX_GROUP_TABLE", kExGroupTable}};

Json extra_json(const Image& extra) {
    Json out = Json::object();
    for (const auto& [name, item] : kSections)
        for (const auto& [key, value] : extra.items)
            if (key.item == item) out[name][fmt::format("0x{:04X}", key.sub)] = hex(value);
    return out;
}

bool is_sha256(const std::string& text) {
    return text.size() == std::size_t{2} * SHA256_DIGEST_LENGTH &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string side_name(const std::string& file) {
    return file + ".meta.json";
}

std::string sha256_of(const std::string& text) {
    Bytes hash(SHA256_DIGEST_LENGTH);
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
    return hex(hash);
}

std::string side_text(const SideFile& side) {
    Json out = {{"format", kFormat},
                {"version", 1},
                {"source_ieee", fmt::format("{:016x}", side.ieee)},
                {"product", side.product},
                {"code_revision", side.revision},
                {"time", side.time},
                {"sha256", side.sha256},
                {"network", nullptr},
                {"frame_counter", side.frame_counter}};
    if (!side.network.empty()) out["network"] = side.network;
    if (!side.extra.items.empty()) out["extra"] = extra_json(side.extra);
    return out.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<SideFile> parse_side_file(const std::string& text) {
    const auto json = Json::parse(text.substr(0, kMaxText), nullptr, false);
    const Error bad{Errc::invalid, "is not a side file of zha-nvram; remove it to do without"};
    if (!json.is_object() || string_at(json, "format") != kFormat) return bad;
    const auto ieee = from_hex(string_at(json, "source_ieee"), 16);
    const auto product = number_at(json, "product", 0xFF);
    const auto revision = number_at(json, "code_revision", 0xFFFFFFFF);
    const auto counter = number_at(json, "frame_counter", 0xFFFFFFFF);
    SideFile out;
    out.sha256 = string_at(json, "sha256");
    if (!ieee || !product || !revision || !counter || !is_sha256(out.sha256)) return bad;
    out.ieee = *ieee, out.product = static_cast<std::uint8_t>(*product);
    out.revision = *revision, out.frame_counter = *counter;
    out.time = string_at(json, "time"), out.network = string_at(json, "network");
    return out;
}

Status belongs_to(const SideFile& side, const std::string& text) {
    if (side.sha256 == sha256_of(text)) return {};
    return {Errc::corrupt,
            "was changed or damaged since it was read (its SHA-256 is not the one in its side "
            "file); remove the side file to use it all the same"};
}

}  // namespace zha::znp
