// The data directory: what is read into a snapshot, and how a snapshot is put back.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "node-agent/sync/z2m_files.hpp"

namespace zha {

namespace {

constexpr std::size_t kFileMax = 16U << 20;
constexpr std::array<const char*, 2> kFolders{"external_converters", "external_extensions"};

/// zigbee2mqtt's own files of the top folder. Logs, copies and per-host files stay where they are.
bool belongs(const std::string& name) {
    if (name == "database.db" || name == "state.json" || name == "coordinator_backup.json")
        return true;
    return name.ends_with(".yaml") && !name.starts_with("configuration_backup");
}

Result<std::vector<std::string>> data_paths(Store& store, const Path& directory) {
    std::vector<std::string> paths;
    auto top = store.list(directory);
    if (!top) return top.error();
    for (const auto& name : *top)
        if (belongs(name)) paths.push_back(name);
    for (const std::string folder : kFolders) {
        auto inside = store.list(directory / folder);
        if (!inside) continue;
        for (const auto& name : *inside)
            if (name.ends_with(".js") || name.ends_with(".mjs") || name.ends_with(".cjs"))
                paths.push_back((Path(folder) / name).string());
    }
    return paths;
}

Status parses(const std::string& name, const std::string& content) {
    if (name == "database.db") {
        auto devices = count_devices(content);
        if (!devices) return devices.error();
    } else if (name == "coordinator_backup.json") {
        auto backup = parse_backup(content);
        if (!backup) return backup.error();
    } else if (name.ends_with(".json") && !nlohmann::json::accept(content)) {
        return {Errc::corrupt, name + ": does not parse"};
    } else if (content.empty() && name == "configuration.yaml") {
        return {Errc::corrupt, name + ": is empty"};
    }
    return {};
}

}  // namespace

Result<Files> read_data(Store& store, const Path& directory) {
    auto paths = data_paths(store, directory);
    if (!paths) return paths.error();
    Files files;
    for (const auto& path : *paths) {
        auto content = store.read(directory / path, kFileMax);
        if (!content) return content.error();
        // state.json is only a memory of values: better left out than a reason to have nothing.
        if (auto good = parses(path, *content); !good) {
            if (path == "state.json") continue;
            return good.error();
        }
        files["data/" + path] = std::move(*content);
    }
    for (const auto& [path, content] : files) {
        auto again = store.read(directory / path.substr(5), kFileMax);
        if (!again || *again != content)
            return {Errc::busy, path.substr(5) + " changed while it was read"};
    }
    if (!files.contains("data/configuration.yaml"))
        return {Errc::not_found, (directory / "configuration.yaml").string() + ": is missing"};
    return files;
}

Status install_data(Store& store, const Path& directory, const Files& files) {
    const auto configuration = files.find("data/configuration.yaml");
    if (configuration == files.end()) return {Errc::corrupt, "snapshot has no configuration.yaml"};
    auto own = store.read(directory / "configuration.yaml", kFileMax);
    if (!own)
        return {own.error().code,
                own.error().message + " (this node's own one says which serial port is its)"};
    auto mixed = overlay(configuration->second, *own);
    if (!mixed) return mixed.error();
    auto present = data_paths(store, directory);
    if (!present) return present.error();
    for (const auto& [path, content] : files) {
        if (!path.starts_with("data/")) continue;
        const auto target = directory / path.substr(5);
        const auto& text = path == configuration->first ? *mixed : content;
        if (auto same = store.read(target, kFileMax); same && *same == text) continue;
        if (auto made = store.make_directory(target.parent_path(), 0700); !made) return made;
        if (auto written = store.write(target, text, 0600); !written) return written;
    }
    for (const auto& path : *present)
        if (!files.contains("data/" + path))
            if (auto removed = store.remove_all(directory / path); !removed) return removed;
    return {};
}

}  // namespace zha
