// The state of the cluster as a table for people: fits 80 columns.
#include <fmt/format.h>

#include <algorithm>

#include "cli/verbs.hpp"

namespace zha::cli {

namespace {

using nlohmann::ordered_json;

std::string text(const ordered_json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::int64_t number(const ordered_json& object, const char* key, std::int64_t missing) {
    const auto it = object.find(key);
    return it != object.end() && it->is_number_integer() ? it->get<std::int64_t>() : missing;
}

bool flag(const ordered_json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_boolean() && it->get<bool>();
}

std::string age(std::int64_t seconds) {
    if (seconds < 0) return "-";
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 7200) return fmt::format("{} min", seconds / 60);
    if (seconds < 172800) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} d", seconds / 86400);
}

std::string role(const ordered_json& state, const ordered_json& node) {
    if (!flag(node, "reachable")) return "silent";
    if (text(node, "name") == text(state, "active")) return "active";
    return text(node, "state");
}

std::string remark(const ordered_json& node) {
    if (!text(node, "fault").empty()) return text(node, "fault");
    if (!text(node, "step").empty()) return text(node, "step");
    return flag(node, "ready") ? "ready to take over" : "";
}

/// Breaks a text between words; a word that is longer than a line is broken anywhere.
std::string wrapped(std::string rest, std::size_t width) {
    std::string out;
    while (rest.size() > width) {
        const auto space = rest.rfind(' ', width);
        const auto end = space == std::string::npos || space == 0 ? width : space;
        out += rest.substr(0, end) + "\n";
        rest.erase(0, end + (end == space ? 1 : 0));
    }
    return out + rest;
}

/// Empty when there is only one controller.
std::string controllers(const ordered_json& state) {
    const auto list = state.find("controllers");
    if (list == state.end() || !list->is_array() || list->size() < 2) return {};
    std::string out = "controllers:";
    for (const auto& one : *list) {
        if (out.back() != ':') out += ",";
        out += fmt::format(" {} is {}", text(one, "name"), text(one, "state"));
    }
    return out;
}

}  // namespace

std::string state_table(const ordered_json& state, std::size_t width) {
    width = std::max<std::size_t>(width, 1);
    auto out =
        wrapped(fmt::format("cluster {}: {}", text(state, "cluster"), text(state, "text")), width) +
        "\n";
    if (const auto line = controllers(state); !line.empty()) out += wrapped(line, width) + "\n";
    out += "\n";
    out += fmt::format("{:<12} {:<11} {:>5} {:<11} {:<7} {:>8} {}\n", "node", "role", "epoch",
                       "zigbee2mqtt", "dongle", "snapshot", "");
    const auto nodes = state.find("nodes");
    if (nodes == state.end() || !nodes->is_array()) return out;
    for (const auto& node : *nodes) {
        auto line = fmt::format("{:<12.12} {:<11} {:>5} {:<11} {:<7} {:>8} {}", text(node, "name"),
                                role(state, node), number(node, "epoch", 0), text(node, "service"),
                                text(node, "dongle"), age(number(node, "snapshot_age_s", -1)),
                                remark(node));
        out += line.substr(0, width) + "\n";
    }
    return out;
}

}  // namespace zha::cli
