#include "node-agent/sync/manifest_file.hpp"

#include <nlohmann/json.hpp>

#include "platform/wire/wire.hpp"

namespace zha {

std::string encode_manifest(const Manifest& m) {
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const auto& f : m.files)
        files.push_back({{"path", f.path}, {"size", f.size}, {"sha256", f.sha256}});
    const nlohmann::ordered_json value{
        {"version", m.version}, {"node", m.node},         {"snapshot", wire::to_json(m.info)},
        {"ieee", m.ieee},       {"firmware", m.firmware}, {"counter_at", m.counter_at},
        {"devices", m.devices}, {"files", files}};
    return value.dump(2) + "\n";
}

Result<Manifest> decode_manifest(const std::string& text) {
    // nlohmann/json tells by exceptions what is missing or of another type; they end here.
    try {
        const auto value = nlohmann::json::parse(text);
        Manifest m;
        m.version = value.at("version");
        m.node = value.at("node");
        auto info = wire::snapshot_from_json(value.at("snapshot"));
        if (!info) return within("manifest: snapshot", info.error());
        m.info = *info;
        m.ieee = value.at("ieee");
        m.firmware = value.at("firmware");
        m.counter_at = value.at("counter_at");
        m.devices = value.at("devices");
        for (const auto& f : value.at("files"))
            m.files.push_back({f.at("path"), f.at("size"), f.at("sha256")});
        if (auto good = check(m); !good) return good.error();
        return m;
    } catch (const std::exception& e) {
        return {Errc::corrupt, std::string("manifest: ") + e.what()};
    }
}

}  // namespace zha
