// Per-host values of configuration.yaml: typed, by key, never by text.
#include <yaml-cpp/yaml.h>

#include <array>

#include "node-agent/sync/z2m_files.hpp"

namespace zha {

namespace {

struct PerHost {
    const char* section;
    const char* key;  ///< nullptr: the whole section
};

constexpr std::array<PerHost, 11> kPerHost{{{"serial", nullptr},
                                            {"frontend", "host"},
                                            {"frontend", "port"},
                                            {"frontend", "ssl_cert"},
                                            {"frontend", "ssl_key"},
                                            {"mqtt", "client_id"},
                                            {"mqtt", "ca"},
                                            {"mqtt", "key"},
                                            {"mqtt", "cert"},
                                            {"advanced", "log_directory"},
                                            {"advanced", "transmit_power"}}};

/// yaml-cpp forgets quotes when it writes; zigbee2mqtt needs them ('0x00124b...' is a name).
void emit(YAML::Emitter& out, const YAML::Node& node) {
    switch (node.Type()) {
        case YAML::NodeType::Map:
            out << YAML::BeginMap;
            for (const auto& entry : node) {
                out << YAML::Key;
                emit(out, entry.first);
                out << YAML::Value;
                emit(out, entry.second);
            }
            out << YAML::EndMap;
            return;
        case YAML::NodeType::Sequence:
            out << YAML::BeginSeq;
            for (const auto& entry : node) emit(out, entry);
            out << YAML::EndSeq;
            return;
        case YAML::NodeType::Scalar:
            if (node.Tag() == "!") out << YAML::DoubleQuoted;
            out << node.Scalar();
            return;
        default:
            out << YAML::Null;
    }
}

void take_over(YAML::Node root, const YAML::Node& own, const PerHost& value) {
    const auto mine = own[value.section];
    if (value.key == nullptr) {
        if (mine)
            root[value.section] = mine;
        else
            root.remove(value.section);
        return;
    }
    const bool have = mine && mine.IsMap() && mine[value.key];
    if (have) {
        root[value.section][value.key] = mine[value.key];
        return;
    }
    auto section = root[value.section];
    if (section && section.IsMap()) section.remove(value.key);
}

}  // namespace

Result<std::string> overlay(const std::string& incoming, const std::string& own) {
    try {
        auto root = YAML::Load(incoming);
        const auto mine = YAML::Load(own);
        if (!root.IsMap() || !mine.IsMap())
            return {Errc::corrupt, "configuration.yaml: not a mapping"};
        for (const auto& value : kPerHost) take_over(root, mine, value);
        YAML::Emitter out;
        emit(out, root);
        if (!out.good()) return {Errc::corrupt, "configuration.yaml: cannot be written as YAML"};
        return std::string(out.c_str()) + "\n";
    } catch (const YAML::Exception& e) {
        return {Errc::corrupt, "configuration.yaml: line " + std::to_string(e.mark.line + 1) +
                                   ": not readable as YAML"};
    }
}

}  // namespace zha
