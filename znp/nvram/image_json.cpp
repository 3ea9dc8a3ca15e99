#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "znp/nvram/image.hpp"
#include "znp/nvram/osal_names.hpp"

namespace zha::znp {
namespace {

using Json = nlohmann::ordered_json;

struct Section {
    std::string_view name;
    ExItem item;
};
constexpr Section kTables[] = {
    {"ADDRMGR", ExItem::addrmgr},
    {"BINDING_TABLE", ExItem::binding_table},
    {"DEVICE_LIST", ExItem::device_list},
    {"TCLK_TABLE", ExItem::tclk_table},
    {"TCLK_IC_TABLE", ExItem::tclk_ic_table},
    {"APS_KEY_DATA_TABLE", ExItem::aps_key_data_table},
    {"NWK_SEC_MATERIAL_TABLE", ExItem::nwk_sec_material_table},
};
constexpr std::size_t kMaxItem = 4095;     // length field of the flash item header
constexpr std::size_t kMaxText = 4 << 20;  // a full image is about 60 kB of text

std::string hex(const Bytes& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const auto byte : bytes) out += {digits[byte >> 4], digits[byte & 15]};
    return out;
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<Bytes> unhex(const Json& value) {
    if (!value.is_string()) return Error{Errc::invalid, "is not a string of hex digits"};
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * kMaxItem)
        return Error{Errc::invalid, "is empty, too long, or has an odd number of hex digits"};
    Bytes out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return Error{Errc::invalid, "has a character that is not hex"};
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return out;
}

std::optional<std::uint16_t> table_key(const std::string& key) {
    if (key.size() != 6 || !key.starts_with("0x")) return std::nullopt;
    unsigned value = 0;
    for (const char c : key.substr(2)) {
        if (digit(c) < 0) return std::nullopt;
        value = value << 4 | static_cast<unsigned>(digit(c));
    }
    return static_cast<std::uint16_t>(value);
}

/// nlohmann keeps the last of two equal keys without a word; a file like that is damaged.
Result<Json> parse_unique(const std::string& text) {
    if (text.size() > kMaxText) return Error{Errc::invalid, "NVRAM file is too large"};
    std::vector<std::set<std::string>> seen;
    std::string twice;
    bool too_deep = false;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > 2) too_deep = true;
        if (event == Json::parse_event_t::object_start) seen.emplace_back();
        if (event == Json::parse_event_t::object_end) seen.pop_back();
        if (event == Json::parse_event_t::key && !seen.empty() &&
            !seen.back().insert(parsed.get<std::string>()).second)
            twice = parsed.get<std::string>();
        return true;
    };
    auto json = Json::parse(text, watch, false);
    if (json.is_discarded() || !json.is_object() || too_deep)
        return Error{Errc::invalid, "NVRAM file is not a JSON object of sections"};
    if (!twice.empty()) return Error{Errc::invalid, "NVRAM file: key \"" + twice + "\" is twice"};
    return json;
}

Status read_legacy(const Json& section, Image& image) {
    for (const auto& [key, value] : section.items()) {
        const auto where = "LEGACY." + key;
        const auto id = osal_id(key);
        if (!id || *id == kInvalidIndex) return {Errc::invalid, where + ": unknown name"};
        auto bytes = unhex(value);
        if (!bytes) return within(where, bytes.error());
        image.items.emplace(ItemKey{ExItem::legacy, *id}, std::move(*bytes));
    }
    for (const auto& range : osal_ranges()) {
        bool ended = false;
        for (unsigned id = range.start; id < range.end; ++id) {
            const bool there = image.legacy(static_cast<std::uint16_t>(id)) != nullptr;
            if (there && ended)
                return {Errc::invalid, fmt::format("LEGACY.{}: hole in the table", range.name)};
            ended = ended || !there;
        }
    }
    return {};
}

Status read_table(const Section& section, const Json& entries, Image& image) {
    std::set<std::uint16_t> subs;
    for (const auto& [key, value] : entries.items()) {
        const auto where = fmt::format("{}.{}", section.name, key);
        const auto sub = table_key(key);
        if (!sub) return {Errc::invalid, where + ": is not a key like 0x0001"};
        auto bytes = unhex(value);
        if (!bytes) return within(where, bytes.error());
        if (!subs.insert(*sub).second) return {Errc::invalid, where + ": is there twice"};
        image.items.emplace(ItemKey{section.item, *sub}, std::move(*bytes));
    }
    if (!subs.empty() && *subs.rbegin() != subs.size() - 1)
        return {Errc::invalid, fmt::format("{}: hole in the table", section.name)};
    return {};
}

const Section* find_table(const std::string& name) {
    for (const auto& table : kTables)
        if (table.name == name) return &table;
    return nullptr;
}

}  // namespace

std::string to_json(const Image& image) {
    Json out = Json::object(), legacy = Json::object();
    for (const auto& [name, id] : osal_names()) {
        if (const auto* range = osal_range_from(id)) {
            for (auto at = range->start; at < range->end && image.legacy(at); ++at)
                legacy[osal_key(at)] = hex(*image.legacy(at));
        } else if (const auto* bytes = image.legacy(id)) {
            legacy[std::string(name)] = hex(*bytes);
        }
    }
    out["LEGACY"] = std::move(legacy);
    for (const auto& [name, item] : kTables) {
        Json entries = Json::object();
        for (auto it = image.items.lower_bound({item, 0});
             it != image.items.end() && it->first.item == item; ++it)
            entries[fmt::format("0x{:04X}", it->first.sub)] = hex(it->second);
        if (!entries.empty()) out[std::string(name)] = std::move(entries);
    }
    return out.dump(4) + "\n";
}

Result<Image> from_json(const std::string& text) {
    const auto json = parse_unique(text);
    if (!json) return json.error();
    if (!json->contains("LEGACY")) return Error{Errc::invalid, "NVRAM file has no section LEGACY"};
    Image image;
    for (const auto& [name, section] : json->items()) {
        if (!section.is_object()) return Error{Errc::invalid, name + ": is not a section"};
        const auto* table = find_table(name);
        if (!table && name != "LEGACY") return Error{Errc::invalid, name + ": unknown section"};
        const auto read = table ? read_table(*table, section, image) : read_legacy(section, image);
        if (!read) return read.error();
    }
    return image;
}

}  // namespace zha::znp
