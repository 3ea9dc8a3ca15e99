// The text of an Open Coordinator Backup.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "znp/nvram/coordinator_backup.hpp"

namespace zha::znp {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "zigpy/open-coordinator-backup";
constexpr std::size_t kMaxText = 4 << 20, kMaxDevices = 4096, kMaxDepth = 16;
constexpr std::uint32_t kChannels = 0x07FFF800;  // 11 to 26

Error bad(std::string_view field, std::string_view why) {
    return {Errc::invalid, fmt::format("backup: {}: {}", field, why)};
}

/// A text that is nested without end must not exhaust the stack of a reader.
std::optional<Json> parsed(const std::string& text) {
    if (text.size() > kMaxText) return std::nullopt;
    bool too_deep = false;
    auto json = Json::parse(
        text,
        [&](int depth, Json::parse_event_t, Json&) {
            too_deep = too_deep || depth > static_cast<int>(kMaxDepth);
            return !too_deep;
        },
        false);
    if (too_deep || json.is_discarded() || !json.is_object()) return std::nullopt;
    return json;
}

const Json* at(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Most significant digit first, as people write addresses.
Result<std::uint64_t> hex_number(const Json& from, const char* field, std::size_t least,
                                 std::size_t most) {
    const auto* value = at(from, field);
    if (!value || !value->is_string()) return bad(field, "is not a string of hex digits");
    const auto& text = value->get_ref<const std::string&>();
    if (text.size() < least || text.size() > most)
        return bad(field, fmt::format("does not have {} hex digits", most));
    std::uint64_t number = 0;
    for (const char c : text) {
        if (digit(c) < 0) return bad(field, "has a character that is not hex");
        number = number << 4 | static_cast<std::uint64_t>(digit(c));
    }
    return number;
}

Result<Key128> key_of(const Json& from, const char* field) {
    const auto* value = at(from, field);
    if (!value || !value->is_string()) return bad(field, "is not a string of hex digits");
    const auto& text = value->get_ref<const std::string&>();
    if (text.size() != 32) return bad(field, "does not have 32 hex digits");
    Key128 key{};
    for (std::size_t i = 0; i < key.size(); ++i) {
        const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return bad(field, "has a character that is not hex");
        key[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return key;
}

Result<std::uint32_t> number(const Json& from, const char* field, std::uint64_t least,
                             std::uint64_t most) {
    const auto* value = at(from, field);
    if (!value || !value->is_number_unsigned() || value->get<std::uint64_t>() < least ||
        value->get<std::uint64_t>() > most)
        return bad(field, fmt::format("is not a number from {} to {}", least, most));
    return static_cast<std::uint32_t>(value->get<std::uint64_t>());
}

Status read_device(const Json& from, BackupDevice& device) {
    const auto ieee = hex_number(from, "ieee_address", 16, 16);
    if (!ieee) return ieee.error();
    device.ieee = *ieee;
    if (at(from, "nwk_address")) {
        const auto nwk = hex_number(from, "nwk_address", 1, 4);
        if (!nwk) return nwk.error();
        if (*nwk < 0xFFFE) device.nwk = static_cast<std::uint16_t>(*nwk);
    }
    if (const auto* child = at(from, "is_child")) {
        if (!child->is_boolean()) return bad("is_child", "is neither true nor false");
        device.is_child = child->get<bool>();
    }
    const auto* link = at(from, "link_key");
    if (!link) return {};
    const auto key = key_of(*link, "key");
    if (!key) return key.error();
    const auto tx = number(*link, "tx_counter", 0, 0xFFFFFFFF);
    if (!tx) return tx.error();
    const auto rx = number(*link, "rx_counter", 0, 0xFFFFFFFF);
    if (!rx) return rx.error();
    device.link_key = LinkKey{*key, *tx, *rx};
    return {};
}

Status read_devices(const Json& from, CoordinatorBackup& backup) {
    const auto* devices = at(from, "devices");
    if (!devices || !devices->is_array() || devices->size() > kMaxDevices)
        return bad("devices", "is not a list of at most 4096");
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; i < devices->size(); ++i) {
        BackupDevice device;
        if (const auto read = read_device((*devices)[i], device); !read)
            return within(fmt::format("devices[{}]", i), read.error());
        if (!seen.insert(device.ieee).second)
            return bad(fmt::format("devices[{}]", i), "the same device is there twice");
        backup.devices.push_back(device);
    }
    return {};
}

Status read_channels(const Json& from, CoordinatorBackup& backup) {
    const auto channel = number(from, "channel", 11, 26);
    if (!channel) return channel.error();
    backup.channel = static_cast<std::uint8_t>(*channel);
    const auto* mask = at(from, "channel_mask");
    if (!mask || !mask->is_array()) return bad("channel_mask", "is not a list of channels");
    for (const auto& entry : *mask) {
        if (!entry.is_number_unsigned() || entry.get<std::uint64_t>() < 11 ||
            entry.get<std::uint64_t>() > 26)
            return bad("channel_mask", "has an entry that is no channel");
        backup.channel_mask |= 1u << entry.get<std::uint32_t>();
    }
    if (backup.channel_mask == 0) backup.channel_mask = 1u << backup.channel;
    return {};
}

Status read_network(const Json& from, CoordinatorBackup& backup) {
    const auto ieee = hex_number(from, "coordinator_ieee", 16, 16);
    if (!ieee) return ieee.error();
    const auto pan = hex_number(from, "pan_id", 1, 4);
    if (!pan) return pan.error();
    const auto epid = hex_number(from, "extended_pan_id", 16, 16);
    if (!epid) return epid.error();
    const auto update = number(from, "nwk_update_id", 0, 255);
    if (!update) return update.error();
    const auto level = number(from, "security_level", 0, 7);
    if (!level) return level.error();
    if (*pan >= 0xFFFE) return bad("pan_id", "is not the PAN id of a network");
    if (*epid == 0 || *epid == ~std::uint64_t{0} || *ieee == 0 || *ieee == ~std::uint64_t{0})
        return bad("extended_pan_id or coordinator_ieee", "is all zeros or all ones");
    backup.ieee = *ieee, backup.extended_pan_id = *epid;
    backup.pan_id = static_cast<std::uint16_t>(*pan);
    backup.update_id = static_cast<std::uint8_t>(*update);
    backup.security_level = static_cast<std::uint8_t>(*level);
    const auto* network_key = at(from, "network_key");
    if (!network_key) return bad("network_key", "is not there");
    const auto key = key_of(*network_key, "key");
    if (!key) return within("network_key", key.error());
    const auto sequence = number(*network_key, "sequence_number", 0, 255);
    if (!sequence) return sequence.error();
    const auto counter = number(*network_key, "frame_counter", 0, 0xFFFFFFFF);
    if (!counter) return counter.error();
    backup.network_key = *key, backup.frame_counter = *counter;
    backup.key_sequence = static_cast<std::uint8_t>(*sequence);
    return read_channels(from, backup);
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
    std::string out;
    for (const auto byte : bytes) out += fmt::format("{:02x}", byte);
    return out;
}

Json device_json(const BackupDevice& device) {
    Json out = {{"nwk_address", nullptr},
                {"ieee_address", fmt::format("{:016x}", device.ieee)},
                {"is_child", device.is_child}};
    if (device.nwk) out["nwk_address"] = fmt::format("{:04x}", *device.nwk);
    if (device.link_key)
        out["link_key"] = {{"key", hex(device.link_key->key)},
                           {"tx_counter", device.link_key->tx_counter},
                           {"rx_counter", device.link_key->rx_counter}};
    return out;
}

}  // namespace

bool looks_like_backup(const std::string& text) {
    const auto json = parsed(text);
    if (!json) return false;
    const auto* metadata = at(*json, "metadata");
    return (metadata && at(*metadata, "format")) || json->contains("coordinator_ieee");
}

Result<CoordinatorBackup> parse_backup(const std::string& text) {
    const auto json = parsed(text);
    if (!json) return bad("file", "is not a JSON object, or too large");
    const auto* metadata = at(*json, "metadata");
    const auto* format = metadata ? at(*metadata, "format") : nullptr;
    if (!format || *format != kFormat)
        return bad("metadata.format", fmt::format("is not {}", kFormat));
    const auto* version = at(*metadata, "version");
    if (!version || *version != 1) return bad("metadata.version", "only version 1 is known");
    CoordinatorBackup backup;
    if (const auto* source = at(*metadata, "source"); source && source->is_string())
        backup.source = source->get<std::string>();
    if (const auto* internal = at(*metadata, "internal"))
        for (const auto* name : {"creation_time", "date"})
            if (const auto* time = at(*internal, name);
                time && time->is_string() && backup.creation_time.empty())
                backup.creation_time = time->get<std::string>();
    if (const auto read = read_network(*json, backup); !read) return read.error();
    const auto* specific = at(*json, "stack_specific");
    const auto* zstack = specific ? at(*specific, "zstack") : nullptr;
    if (zstack && at(*zstack, "tclk_seed")) {
        const auto seed = key_of(*zstack, "tclk_seed");
        if (!seed) return seed.error();
        backup.tclk_seed = *seed;
    }
    if (const auto read = read_devices(*json, backup); !read) return read.error();
    return backup;
}

std::string backup_text(const CoordinatorBackup& backup) {
    Json channels = Json::array(), devices = Json::array(), specific = Json::object();
    for (unsigned channel = 11; channel <= 26; ++channel)
        if ((backup.channel_mask & kChannels & 1u << channel) != 0) channels.push_back(channel);
    auto sorted = backup.devices;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.ieee < b.ieee; });
    for (const auto& device : sorted) devices.push_back(device_json(device));
    if (backup.tclk_seed) specific["zstack"] = {{"tclk_seed", hex(*backup.tclk_seed)}};
    Json internal = Json::object();
    if (!backup.creation_time.empty()) internal["creation_time"] = backup.creation_time;
    const Json out = {
        {"metadata",
         {{"format", kFormat}, {"version", 1}, {"source", backup.source}, {"internal", internal}}},
        {"stack_specific", specific},
        {"coordinator_ieee", fmt::format("{:016x}", backup.ieee)},
        {"pan_id", fmt::format("{:04x}", backup.pan_id)},
        {"extended_pan_id", fmt::format("{:016x}", backup.extended_pan_id)},
        {"nwk_update_id", backup.update_id},
        {"security_level", backup.security_level},
        {"channel", backup.channel},
        {"channel_mask", channels},
        {"network_key",
         {{"key", hex(backup.network_key)},
          {"sequence_number", backup.key_sequence},
          {"frame_counter", backup.frame_counter}}},
        {"devices", devices}};
    // A file may carry any text as its source; what is not UTF-8 is replaced, never thrown at us.
    return out.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace zha::znp
