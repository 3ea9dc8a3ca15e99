#include "platform/config/layout.hpp"

#include <set>

#include "core/lease.hpp"
#include "core/rto.hpp"
#include "platform/config/values.hpp"

namespace zha::config {

namespace {

constexpr std::size_t kMaxNodes = 16;
constexpr std::size_t kMaxTraps = 16;
constexpr std::size_t kMaxBlackout = 16;
constexpr auto kName = "a name: 1 to 32 of a-z, 0-9 and -";
constexpr auto kHost = "a host name or address";
constexpr auto kTopic = "a topic: no wildcards, no empty level";
constexpr auto kWord = "1 to 128 printable characters";
constexpr auto kOid = "an OID in numbers: 1.3.6.1...";
constexpr auto kUser = "a user name: 1 to 128 printable characters";

bool is_user(std::string_view text) {
    return !text.empty() && text.size() <= 128 && !has_control_characters(text);
}
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 128 && !has_control_characters(text);
}
bool is_word_or_empty(std::string_view text) {
    return text.empty() || is_word(text);
}
bool is_oid(std::string_view text) {
    return text.size() > 4 && text.size() <= 255 && text.front() != '.' && text.back() != '.' &&
           text.find_first_not_of("0123456789.") == std::string_view::npos;
}
bool is_hub(std::string_view text) {
    return !text.empty() && text.size() <= 32 && text.front() != '-' &&
           text.find_first_not_of("0123456789-.") == std::string_view::npos;
}
bool is_topic_or_empty(std::string_view text) {
    return text.empty() || is_topic(text);
}

void read_mqtt(Section& s, MqttConfig& mqtt) {
    s.text("host", mqtt.host, is_host, kHost);
    s.integer("port", mqtt.port, 1, 65535);
    s.text("user", mqtt.user, is_user, kUser);
    s.path("password_file", mqtt.password_file);
    s.text("base_topic", mqtt.base_topic, is_topic, kTopic);
    s.text("z2m_base_topic", mqtt.z2m_base_topic, is_topic, kTopic);
    s.text("discovery_prefix", mqtt.discovery_prefix, is_topic_or_empty, kTopic);
    if (mqtt.user.empty() && !mqtt.password_file.empty())
        s.problem("password_file", "needs a user");
    if (mqtt.base_topic == mqtt.z2m_base_topic)
        s.problem("base_topic", "is that of zigbee2mqtt; each needs its own");
}

void read_timing(Section& s, Timing& t) {
    s.duration("heartbeat", t.heartbeat);
    s.integer("fall", t.fall, 1, 1000);
    s.integer("window", t.window, 1, 64);
    s.integer("rise", t.rise, 1, 64);
    // A window that was not asked for just does not matter with a larger `fall`.
    if (s.has("window") && t.window < t.fall) s.problem("window", "is smaller than fall");
    s.duration("lease", t.lease);
    s.duration("fence", t.fence);
    s.decimal("drift", t.drift);
    s.duration("hold_down", t.hold_down);
    s.duration("stop_timeout", t.stop_timeout);
    s.duration("promote_timeout", t.promote_timeout);
    s.duration("start_timeout", t.start_timeout);
    s.duration("rpo_max", t.rpo_max);
    s.duration("rpo_warn", t.rpo_warn);
    if (s.has("rpo_warn") && t.rpo_warn > t.rpo_max) s.problem("rpo_warn", "is above rpo_max");
    s.integer("local_restarts", t.local_restarts, 0, 100);
    s.duration("restart_window", t.restart_window);
    s.duration("ping", t.ping);
    s.integer("ping_fall", t.ping_fall, 0, 100);
}

/// check_timing() names the key in front of its message.
void check_lease(Section& s, const Timing& timing) {
    // Daemons notice within F that the broker gave them up; its keepalive counts in whole seconds.
    if (timing.fence > Millis{0} && timing.fence < Millis{1000}) s.problem("fence", "is under 1s");
    const Status status = check_timing(timing);
    if (status) return;
    const std::string& message = status.error().message;
    const auto colon = message.find(": ");
    s.problem(message.substr(0, colon), message.substr(colon + 2));
}

void read_spare(Section& s, ControllerConfig& controller) {
    auto& spare = controller.spare.emplace();
    s.path("state", spare.state, Need::required);
    s.duration("takeover_after", spare.takeover_after);
    if (s.has("takeover_after") && spare.takeover_after < Millis{1000})
        s.problem("takeover_after", "is under 1s");
}

void read_controller(Section& s, ControllerConfig& controller) {
    s.path("state", controller.state, Need::required);
    s.boolean("automatic_failover", controller.automatic_failover);
    s.integer("max_moves", controller.max_moves, 0, 16);
    s.duration("flap_window", controller.flap_window);
    s.choice("failback", controller.failback, {"none", "preempt", "manual"});
    s.duration("preempt_delay", controller.preempt_delay);
    s.section("spare", [&](Section& spare) { read_spare(spare, controller); });
    s.each("traps", kMaxTraps, [&](Section& trap, std::size_t) {
        SnmpTarget& target = controller.traps.emplace_back();
        trap.text("address", target.address, is_host_port, "host:port", Need::required);
        trap.path("community_file", target.community_file);
    });
}

/// Texts in a notation of their own: the error is that of their parser.
void read_blackout(Section& s, DrillConfig& drill) {
    const auto any = [](std::string_view) { return true; };
    std::string hours;
    std::string weekdays = "*";
    s.text("hours", hours, any, "", Need::required);
    s.text("weekdays", weekdays, any, "");
    const auto parsed = schedule::parse_hours(hours);
    if (!parsed && s.has("hours")) s.problem("hours", parsed.error().message);
    const auto days = schedule::parse_weekdays(weekdays);
    if (!days) s.problem("weekdays", days.error().message);
    if (!parsed || !days) return;
    drill.blackout.push_back(*parsed);
    drill.blackout.back().weekdays = *days;
}

void read_drill(Section& s, DrillConfig& drill) {
    std::string when;
    s.text("schedule", when, [](std::string_view) { return true; }, "");
    if (s.has("schedule")) {
        const auto parsed = schedule::parse_cron(when);
        if (parsed)
            drill.schedule = *parsed;
        else
            s.problem("schedule", parsed.error().message);
    }
    s.each("blackout", kMaxBlackout,
           [&](Section& hours, std::size_t) { read_blackout(hours, drill); });
    s.duration("dwell", drill.dwell);
    if (drill.dwell < Millis{1000} || drill.dwell > Millis{3600000})
        s.problem("dwell", "is not between 1s and 1h");
}

/// Which of the keys below `service` each driver reads. One that it ignores would mislead.
void read_service(Section& s, ServiceConfig& service) {
    s.choice("driver", service.driver, {"openrc", "systemd", "command", "child"}, Need::required);
    const bool command = service.driver == "command";
    const bool child = service.driver == "child";
    const auto need = [](bool required) { return required ? Need::required : Need::optional; };
    s.text("unit", service.unit, is_unit, "a unit: letters, digits and _ . @ -");
    s.argv("start", service.start, need(command || child));
    s.argv("stop", service.stop, need(command));
    s.argv("status", service.status, need(command));
    s.path("working_directory", service.working_directory, need(child));
    s.path("log_file", service.log_file, need(child));
    const auto only_for = [&](const std::string& key, bool used) {
        if (!used && s.has(key)) s.problem(key, "is not used by driver " + service.driver);
    };
    only_for("unit", !command && !child);
    only_for("start", command || child);
    only_for("stop", command);
    only_for("status", command);
    only_for("working_directory", child);
    only_for("log_file", child);
}

void read_sftp(Section& s, SftpConfig& sftp) {
    s.text("host", sftp.host, is_host, kHost, Need::required);
    s.integer("port", sftp.port, 1, 65535);
    s.text("user", sftp.user, is_user, kUser, Need::required);
    s.path("private_key", sftp.private_key, Need::required);
    s.path("known_hosts", sftp.known_hosts, Need::required);
}

/// A plug that zigbee2mqtt itself switches: it needs the coordinator that is gone.
void check_plug(Section& s, const FenceConfig& fence, const std::string& z2m) {
    const auto is_theirs = [&](const char* key, const std::string& topic) {
        if (topic == z2m || topic.rfind(z2m + "/", 0) == 0)
            s.problem(key, "is below " + z2m +
                               ", zigbee2mqtt's base topic: a device of this network cannot be "
                               "switched while the network is down");
    };
    is_theirs("command_topic", fence.command_topic);
    is_theirs("state_topic", fence.state_topic);
    is_theirs("query_topic", fence.query_topic);
}

/// As for services: a key that the driver does not read would mislead.
void read_fence(Section& s, FenceConfig& fence) {
    s.choice("driver", fence.driver, {"snmp", "mqtt", "uhubctl", "exec"}, Need::required);
    fence.cuts = fence.driver == "uhubctl" ? "dongle" : "host";
    s.choice("cuts", fence.cuts, {"host", "dongle"});
    s.boolean("restore", fence.restore);
    s.duration("timeout", fence.timeout);
    const auto is = [&](const char* driver) { return fence.driver == driver; };
    const auto need = [](bool required) { return required ? Need::required : Need::optional; };
    s.text("address", fence.address, is_host_port, "host:port", need(is("snmp")));
    s.path("community_file", fence.community_file, need(is("snmp")));
    s.text("oid", fence.oid, is_oid, kOid, need(is("snmp")));
    s.text("state_oid", fence.state_oid, is_oid, kOid);
    s.integer("on_value", fence.on_value, -1000, 1000);
    s.integer("off_value", fence.off_value, -1000, 1000);
    s.integer("state_on", fence.state_on, -1000, 1000);
    s.integer("state_off", fence.state_off, -1000, 1000);
    s.text("command_topic", fence.command_topic, is_topic, kTopic, need(is("mqtt")));
    s.text("state_topic", fence.state_topic, is_topic, kTopic, need(is("mqtt")));
    s.text("query_topic", fence.query_topic, is_topic, kTopic);
    s.text("query_payload", fence.query_payload, is_word_or_empty, kWord);
    s.text("state_key", fence.state_key, is_word_or_empty, kWord);
    s.text("on_payload", fence.on_payload, is_word, kWord);
    s.text("off_payload", fence.off_payload, is_word, kWord);
    s.argv("command", fence.command, need(is("uhubctl") || is("exec")));
    s.text("location", fence.location, is_hub, "where the hub is, as uhubctl says: 1-1.4",
           need(is("uhubctl")));
    s.integer("hub_port", fence.hub_port, 1, 64);
    const auto only_for = [&](bool used, std::initializer_list<const char*> keys) {
        for (const char* key : keys)
            if (!used && s.has(key)) s.problem(key, "is not used by driver " + fence.driver);
    };
    only_for(is("snmp"), {"address", "community_file", "oid", "state_oid", "on_value", "off_value",
                          "state_on", "state_off"});
    only_for(is("mqtt"), {"command_topic", "state_topic", "query_topic", "query_payload",
                          "state_key", "on_payload", "off_payload"});
    only_for(is("uhubctl") || is("exec"), {"command"});
    only_for(is("uhubctl"), {"location", "hub_port"});
    if (fence.on_value == fence.off_value) s.problem("off_value", "is that of on");
    if (fence.state_on == fence.state_off) s.problem("state_off", "is that of on");
    if (fence.on_payload == fence.off_payload) s.problem("off_payload", "is that of on");
    if (is("mqtt") && fence.command_topic == fence.state_topic)
        s.problem("state_topic", "is the command topic: our own word proves nothing");
}

void read_probe(Section& s, ProbeConfig& probe) {
    s.choice("type", probe.type, {"icmp", "tcp", "ssh"}, Need::required);
    s.text("address", probe.address, is_host, kHost, Need::required);
    s.integer("port", probe.port, 1, 65535);
    if (probe.type == "icmp" && s.has("port")) s.problem("port", "is not used by type icmp");
    if (probe.type == "tcp" && !s.has("port")) s.problem("port", "is needed by type tcp");
}

/// A dongle in the network, not one that a program of the host itself serves.
bool powered_apart(const std::string& port) {
    for (const char* own : {"tcp://127.", "tcp://localhost:", "tcp://[::1]:"})
        if (port.rfind(own, 0) == 0) return false;
    return port.rfind("tcp://", 0) == 0;
}

void read_node(Section& s, NodeConfig& node, const MqttConfig& mqtt, bool alone) {
    s.text("name", node.name, is_name, kName, Need::required);
    s.text("port", node.port, is_dongle_port, "tcp://host:port or an absolute path",
           Need::required);
    s.path("data", node.data, Need::required);
    s.path("state", node.state, Need::required);
    s.integer("priority", node.priority, -1000, 1000);
    s.boolean("nofailover", node.nofailover);
    s.choice("watchdog", node.watchdog, {"off", "automatic", "required"});
    s.path("watchdog_device", node.watchdog_device);
    if (node.watchdog == "off" && s.has("watchdog_device"))
        s.problem("watchdog_device", "is not used with watchdog off");
    s.section(
        "service", [&](Section& inner) { read_service(inner, node.service); }, Need::required);
    // The other nodes fetch from here.
    s.section(
        "sftp", [&](Section& inner) { read_sftp(inner, node.sftp); },
        alone ? Need::optional : Need::required);
    s.section("fence", [&](Section& inner) {
        read_fence(inner, node.fence);
        check_plug(inner, node.fence, mqtt.z2m_base_topic);
        // Off the host, on the air: a confirmed "off" of the host would prove nothing.
        if (powered_apart(node.port) && !inner.has("cuts") && node.fence.cuts == "host")
            inner.problem("cuts", "is needed: the dongle at " + node.port +
                                      " may have power of its own; host only when the same outlet "
                                      "feeds both");
    });
    s.section("probe", [&](Section& inner) { read_probe(inner, node.probe); });
    if (!node.data.empty() && node.data.lexically_normal() == node.state.lexically_normal())
        s.problem("state", "must not be zigbee2mqtt's data directory");
}

/// Of `node` and those before it.
void check_against(Section& s, const NodeConfig& node, std::set<std::string>& names,
                   std::set<std::string>& tcp_ports) {
    if (!node.name.empty() && !names.insert(node.name).second)
        s.problem("name", "\"" + node.name + "\" is the name of another node");
    // A path means another dongle on another host; an address means the same one everywhere.
    if (node.port.rfind("tcp://", 0) == 0 && !tcp_ports.insert(node.port).second)
        s.problem("port", "is the port of another node: two nodes cannot share a dongle");
}

}  // namespace

Config read_layout(Problems& problems, const YAML::Node& root) {
    Config config;
    Section top(problems, root, "");
    std::set<std::string> names;
    std::set<std::string> tcp_ports;
    top.text("cluster", config.cluster, is_name, kName);
    top.section("mqtt", [&](Section& s) { read_mqtt(s, config.mqtt); }, Need::required);
    top.section("timing", [&](Section& s) {
        read_timing(s, config.timing);
        check_lease(s, config.timing);
    });
    top.section(
        "controller", [&](Section& s) { read_controller(s, config.controller); }, Need::required);
    top.section("drill", [&](Section& s) { read_drill(s, config.drill); });
    top.choice("on_controller_loss", config.on_controller_loss, {"hold", "fence"});
    top.choice("fencing", config.fencing, {"off", "automatic", "required"});
    top.choice("air_check", config.air_check, {"off", "automatic", "required"});
    top.each(
        "nodes", kMaxNodes,
        [&](Section& s, std::size_t count) {
            NodeConfig& node = config.nodes.emplace_back();
            read_node(s, node, config.mqtt, count == 1);
            check_against(s, node, names, tcp_ports);
        },
        Need::required);
    // Only of values that are right by themselves.
    if (check_timing(config.timing))
        if (const auto takeover = check_takeover(config); !takeover)
            top.problem("controller.spare.takeover_after", takeover.error().message);
    top.finish();
    return config;
}

}  // namespace zha::config
