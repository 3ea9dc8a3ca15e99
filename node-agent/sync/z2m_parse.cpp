#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node-agent/sync/z2m_files.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

namespace {

using nlohmann::json;

Error wrong(const std::string& what) {
    return {Errc::invalid, "configuration.yaml: " + what};
}

/// Numbers as zigbee2mqtt writes them: decimal or 0x...
Result<std::uint64_t> number(const YAML::Node& node, const std::string& name, std::uint64_t max) {
    if (!node || !node.IsScalar()) return wrong(name + " is missing");
    const auto& text = node.Scalar();
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    std::size_t used = 0;
    std::uint64_t value = 0;
    try {
        value = std::stoull(text, &used, hex ? 16 : 10);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || value > max)
        return wrong(name + " must be a number up to " + std::to_string(max) +
                     "; values left to chance cannot be shared");
    return value;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> bytes(const YAML::Node& node, const std::string& name) {
    if (!node || !node.IsSequence() || node.size() != N)
        return wrong(name + " must be a list of " + std::to_string(N) + " numbers");
    std::array<std::uint8_t, N> out{};
    for (std::size_t i = 0; i < N; ++i) {
        auto value = number(node[i], name, 255);
        if (!value) return value.error();
        out[i] = static_cast<std::uint8_t>(*value);
    }
    return out;
}

std::uint64_t msb_first(const std::array<std::uint8_t, 8>& bytes) {
    std::uint64_t value = 0;
    for (const auto b : bytes) value = value << 8 | b;
    return value;
}

Result<Z2mConfig> read_configuration(const YAML::Node& root) {
    const auto advanced = root["advanced"];
    if (!advanced || !advanced.IsMap()) return wrong("advanced is missing");
    auto pan = number(advanced["pan_id"], "advanced.pan_id", 0xFFFE);
    if (!pan) return pan.error();
    auto epid = bytes<8>(advanced["ext_pan_id"], "advanced.ext_pan_id");
    if (!epid) return epid.error();
    auto key = bytes<16>(advanced["network_key"], "advanced.network_key");
    if (!key) return key.error();
    auto channel = number(advanced["channel"], "advanced.channel", 26);
    if (!channel) return channel.error();
    if (*channel < 11) return wrong("advanced.channel must be 11..26");
    const auto serial = root["serial"];
    if (!serial || !serial["port"] || !serial["port"].IsScalar())
        return wrong("serial.port is missing");
    Z2mConfig config;
    config.network.pan_id = static_cast<std::uint16_t>(*pan);
    config.network.extended_pan_id = msb_first(*epid);
    config.network.network_key = *key;
    config.network.channel = static_cast<std::uint8_t>(*channel);
    config.port = serial["port"].Scalar();
    return config;
}

std::uint64_t hex_number(const json& value, std::size_t digits) {
    const auto text = value.get<std::string>();
    std::size_t used = 0;
    const auto number = std::stoull(text, &used, 16);
    if (used != text.size() || text.size() > digits) throw std::invalid_argument("bad hex");
    return number;
}

}  // namespace

Result<Z2mConfig> parse_configuration(const std::string& yaml) {
    try {
        return read_configuration(YAML::Load(yaml));
    } catch (const YAML::Exception& e) {
        return wrong("line " + std::to_string(e.mark.line + 1) + ": not readable as YAML");
    }
}

Result<BackupParameters> parse_backup(const std::string& text) {
    // The parser's own messages could quote the file, which holds keys: they are not passed on.
    try {
        const auto value = json::parse(text);
        BackupParameters backup;
        backup.network.pan_id = static_cast<std::uint16_t>(hex_number(value.at("pan_id"), 4));
        backup.network.extended_pan_id = hex_number(value.at("extended_pan_id"), 16);
        backup.network.channel = value.at("channel");
        for (const auto& channel : value.at("channel_mask"))
            backup.channel_mask.push_back(channel.get<std::uint8_t>());
        const auto key = value.at("network_key").at("key").get<std::string>();
        if (key.size() != 32) throw std::invalid_argument("key");
        for (std::size_t i = 0; i < 16; ++i)
            backup.network.network_key[i] =
                static_cast<std::uint8_t>(std::stoul(key.substr(2 * i, 2), nullptr, 16));
        backup.ieee = value.at("coordinator_ieee");
        backup.frame_counter = value.at("network_key").at("frame_counter");
        return backup;
    } catch (const std::exception&) {
        return {Errc::corrupt, "coordinator_backup.json: not a complete coordinator backup"};
    }
}

Result<std::uint32_t> count_devices(const std::string& database) {
    std::uint32_t devices = 0;
    std::size_t line_number = 0;
    for (std::size_t at = 0; at < database.size();) {
        ++line_number;
        const auto end = std::min(database.find('\n', at), database.size());
        const auto line = database.substr(at, end - at);
        at = end + 1;
        if (line.empty()) continue;
        const auto value = json::parse(line, nullptr, false);
        const auto type = value.is_object() ? wire::text_of(value, "type") : std::string();
        if (type.empty())
            return {Errc::corrupt,
                    "database.db: line " + std::to_string(line_number) + " is damaged"};
        if (type != "Coordinator" && type != "Group") ++devices;
    }
    return devices;
}

}  // namespace zha
