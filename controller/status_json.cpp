#include "controller/status_json.hpp"

#include <algorithm>

#include "platform/wire/wire.hpp"

namespace zha {

namespace {

using nlohmann::ordered_json;

std::string_view to_string(BridgeState state) {
    switch (state) {
        case BridgeState::online:
            return "online";
        case BridgeState::offline:
            return "offline";
        case BridgeState::unknown:
            break;
    }
    return "unknown";
}

ordered_json node_json(const Situation& s, const std::string& name, const NodeView& view) {
    const auto& r = view.report;
    const auto& best = r.staged.id.empty() ? r.snapshot : r.staged;
    ordered_json node{{"name", name},
                      {"state", view.heard ? to_string(r.state) : "unknown"},
                      {"goal", to_string(r.goal)},
                      {"epoch", r.epoch},
                      {"service", to_string(r.service)},
                      {"dongle", to_string(r.dongle)},
                      {"reachable", reachable(s, name)},
                      {"ready", r.ready},
                      {"lease_left_ms", r.lease_left.count()},
                      {"snapshot", r.snapshot.id},
                      {"staged", r.staged.id},
                      {"step", r.step},
                      {"fault", r.fault},
                      {"ieee", r.ieee},
                      {"firmware", r.firmware},
                      {"z2m", r.service_version}};
    if (!best.id.empty()) node["snapshot_age_s"] = s.wall - best.taken_at;
    // Whole seconds: the document changes, and is sent, once a second at most.
    if (view.heard)
        node["report_age_s"] =
            std::chrono::duration_cast<std::chrono::seconds>(s.now - view.heard_at).count();
    return node;
}

/// Of both controllers; the document itself is the word of the one that acts.
ordered_json controllers_json(const Config& config, const ControllerFacts& facts) {
    const auto name = [](bool spare) { return spare ? "spare" : "first"; };
    ordered_json list{
        {{"name", name(facts.spare)}, {"state", "online"}, {"incarnation", facts.incarnation}}};
    if (facts.other)
        list.push_back({{"name", name(!facts.spare)},
                        {"state", wire::to_string(facts.other->state)},
                        {"incarnation", facts.other->incarnation}});
    else if (config.controller.spare)
        list.push_back({{"name", name(!facts.spare)}, {"state", "unknown"}, {"incarnation", 0}});
    return list;
}

ordered_json drill_json(const std::optional<Drill>& drill) {
    if (!drill) return nullptr;
    return {{"phase", to_string(drill->phase)},
            {"first", drill->first},
            {"other", drill->other},
            {"started", drill->started_at}};
}

ordered_json last_drill_json(const DrillReport& report) {
    if (report.result.empty()) return nullptr;
    const auto gap = [](Millis time) { return static_cast<double>(time.count()) / 1000; };
    return {{"started", report.started_at},
            {"result", report.result},
            {"gap_there_s", gap(report.gap_there)},
            {"gap_back_s", gap(report.gap_back)},
            {"text", report.text}};
}

}  // namespace

ordered_json state_json(const Situation& s, const Decision& d, const ControllerFacts& facts) {
    ordered_json nodes = ordered_json::array();
    std::string active;
    for (const auto& n : s.config->nodes) {
        const auto& view = s.nodes.at(n.name);
        nodes.push_back(node_json(s, n.name, view));
        const bool holds = n.name == d.journal.holder && !d.journal.released;
        if (holds && reachable(s, n.name) && view.report.state == NodeState::active)
            active = n.name;
    }
    ordered_json move;
    if (const auto& m = d.journal.move)
        move = {{"kind", to_string(m->kind)},
                {"phase", to_string(m->phase)},
                {"from", m->from},
                {"to", m->to},
                {"cause", m->cause}};
    return {{"cluster", s.config->cluster},
            {"controller",
             {{"state", to_string(d.state)},
              {"incarnation", facts.incarnation},
              {"since", facts.started_at}}},
            {"controllers", controllers_json(*s.config, facts)},
            {"text", d.text},
            {"epoch", d.journal.epoch},
            {"holder", d.journal.holder},
            {"active", active},
            {"nodes", nodes},
            {"bridge", to_string(s.bridge)},
            {"switchover", move},
            {"drill", drill_json(d.journal.drill)},
            {"last_drill", last_drill_json(d.journal.last_drill)},
            {"automatic_failover", s.automatic},
            {"paused", d.journal.pause.has_value()},
            {"paused_until", d.journal.pause ? d.journal.pause->until : 0},
            {"frozen", d.frozen},
            {"maintenance", d.journal.maintenance},
            {"at", s.wall}};
}

std::string discovery_topic(const Config& config, const std::string& node) {
    return config.mqtt.discovery_prefix + "/device/zha_" + config.cluster + "_" + node + "/config";
}

ordered_json discovery_json(const Config& config, const std::string& node) {
    const wire::Topics topics(config.mqtt.base_topic, config.cluster);
    const auto id = "zha_" + config.cluster + "_" + node;
    const auto of_node = [&](const std::string& field) {
        return "{{ (value_json.nodes | selectattr('name', 'eq', '" + node + "') | first)." + field +
               " }}";
    };
    // Entity ids hold no hyphen. Home Assistant before 2025.10 knows object_id only, and later ones
    // ignore it.
    auto object = id;
    std::replace(object.begin(), object.end(), '-', '_');
    const auto component = [&](const std::string& platform, const char* name,
                               const std::string& key) {
        return ordered_json{{"platform", platform},
                            {"name", name},
                            {"unique_id", id + "_" + key},
                            {"object_id", object + "_" + key},
                            {"default_entity_id", platform + "." + object + "_" + key}};
    };
    const auto sensor = [&](const char* name, const std::string& field) {
        auto c = component("sensor", name, field);
        c["state_topic"] = topics.state();
        c["value_template"] = of_node(field);
        c["entity_category"] = "diagnostic";
        return c;
    };
    auto active = component("switch", "Active", "active");
    active["state_topic"] = topics.active_state(node);
    active["command_topic"] = topics.active_set(node);
    active["icon"] = "mdi:zigbee";
    auto problem = component("binary_sensor", "Problem", "problem");
    problem["device_class"] = "problem";
    problem["state_topic"] = topics.state();
    problem["value_template"] = "{% set n = value_json.nodes | selectattr('name', 'eq', '" + node +
                                "') | first %}{{ 'ON' if n.fault or not n.reachable else 'OFF' }}";
    auto ready = component("binary_sensor", "Ready to take over", "ready");
    ready["state_topic"] = topics.state();
    ready["value_template"] = "{% set n = value_json.nodes | selectattr('name', 'eq', '" + node +
                              "') | first %}{{ 'ON' if n.ready else 'OFF' }}";
    // One that waits does nothing for Home Assistant: either of them has to act.
    ordered_json availability = ordered_json::array();
    for (const bool spare : {false, true})
        if (!spare || config.controller.spare)
            availability.push_back(
                {{"topic", topics.controller_status(spare)},
                 {"value_template",
                  "{{ 'online' if value_json.state == 'online' else 'offline' }}"},
                 {"payload_available", "online"},
                 {"payload_not_available", "offline"}});
    return {{"device",
             {{"identifiers", {id}},
              {"name", "Zigbee HA " + node},
              {"manufacturer", "Zigbee HA"},
              {"model", "zigbee2mqtt node"}}},
            {"origin", {{"name", "zigbee-ha"}, {"sw_version", ZHA_VERSION}}},
            {"availability_mode", "any"},
            {"availability", availability},
            {"components",
             {{"active", active},
              {"problem", problem},
              {"ready", ready},
              {"state", sensor("State", "state")},
              {"step", sensor("Doing", "step")},
              {"fault", sensor("Fault", "fault")}}}};
}

}  // namespace zha
