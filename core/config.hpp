// What: the configuration of the whole system as plain values; read by platform/config/.
// Why: one file, the same on every machine; a daemon finds its own part by node name.
// Contract: values were validated by platform/config (ranges, references, the lease inequality).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/schedule/blackout.hpp"
#include "core/types.hpp"

namespace zha {

using Path = std::filesystem::path;

/// All durations that the lease proof speaks of (docs/state-machine.md, "Timing").
struct Timing {
    Millis heartbeat{1000};      ///< agents report this often
    unsigned fall = 5;           ///< heartbeats missed before a node counts as unreachable
    unsigned window = 10;        ///< ... in a row, or this many of the last `window` (at most 64)
    unsigned rise = 2;           ///< good ones in a row before it is trusted again
    Millis lease{15000};         ///< T
    Millis fence{6000};          ///< F: own expiry to verified silence
    double drift = 0.01;         ///< rho: clock rates are within 1 +- rho
    Millis hold_down{22000};     ///< W >= (1+rho)(T/(1-rho)+F) + 1 ms
    Millis stop_timeout{90000};  ///< graceful stop of zigbee2mqtt
    Millis promote_timeout{120000};
    Millis start_timeout{60000};  ///< zigbee2mqtt start to "online"
    Millis rpo_max{24 * 3600 * 1000};
    Millis rpo_warn{3600 * 1000};  ///< a standby's snapshot older than this is told
    unsigned local_restarts = 1;   ///< restarts in place within the window before failing over
    Millis restart_window{600000};
    Millis ping{30000};      ///< the dongle is asked this often whether it answers
    unsigned ping_fall = 3;  ///< failures in a row until it counts as lost; 0 = it is not asked
};

struct MqttConfig {
    std::string host = "127.0.0.1";
    std::uint16_t port = 1883;
    std::string user;
    Path password_file;  ///< mode 0600; never the password itself
    std::string base_topic = "zha";
    std::string z2m_base_topic = "zigbee2mqtt";
    std::string discovery_prefix = "homeassistant";  ///< empty = no Home Assistant discovery
};

/// How zigbee2mqtt is started and stopped on a node.
struct ServiceConfig {
    std::string driver = "openrc";     ///< openrc | systemd | command | child
    std::string unit = "zigbee2mqtt";  ///< openrc, systemd
    std::vector<std::string> start;    ///< command: argv; child: argv of the foreground process
    std::vector<std::string> stop;     ///< command
    std::vector<std::string> status;   ///< command: exit 0 running, 3 or 7 stopped
    Path working_directory;            ///< child
    Path log_file;                     ///< child: its output
};

/// Where the other nodes fetch this node's snapshots.
struct SftpConfig {
    std::string host;
    std::uint16_t port = 22;
    std::string user;
    Path private_key;  ///< used by this node when it fetches from others
    Path known_hosts;  ///< strict: an unknown or changed host key is refused
};

/// A device that takes a node's power away, driven by the controller.
struct FenceConfig {
    std::string driver;     ///< snmp | mqtt | uhubctl | exec; empty = there is none
    std::string cuts;       ///< host | dongle
    bool restore = true;    ///< power back once the role is elsewhere
    Millis timeout{15000};  ///< for off or on and its confirmation
    std::string address;    ///< snmp: "host:port"
    Path community_file;    ///< snmp: mode 0600
    std::string oid;        ///< snmp: set, and read back
    std::string state_oid;  ///< snmp: read back instead of `oid`
    int on_value = 1;       ///< snmp
    int off_value = 2;      ///< snmp
    int state_on = 1;       ///< snmp: of state_oid
    int state_off = 2;      ///< snmp: of state_oid
    std::string command_topic, state_topic;  ///< mqtt
    std::string query_topic, query_payload;  ///< mqtt: makes it say its state
    std::string state_key;                   ///< mqtt: in a JSON object; empty = bare payload
    std::string on_payload = "ON", off_payload = "OFF";  ///< mqtt
    std::vector<std::string> command;                    ///< uhubctl, exec: argv
    std::string location;                                ///< uhubctl: of the hub, "1-1.4"
    unsigned hub_port = 1;                               ///< uhubctl
};

/// A second path to a node's host.
struct ProbeConfig {
    std::string type;  ///< icmp | tcp | ssh; empty = there is none
    std::string address;
    std::uint16_t port = 22;
};

struct NodeConfig {
    std::string name;
    std::string port;  ///< "/dev/serial/by-id/..." or "tcp://host:port"
    Path data;         ///< zigbee2mqtt's data directory
    Path state;        ///< the agent's own directory (snapshots, journal)
    ServiceConfig service;
    SftpConfig sftp;
    FenceConfig fence;
    ProbeConfig probe;
    int priority = 0;
    bool nofailover = false;
    std::string watchdog = "off";            ///< off | automatic | required
    Path watchdog_device = "/dev/watchdog";  ///< reset of a host that cannot silence its dongle
};

struct SnmpTarget {
    std::string address;  ///< "host:port"
    Path community_file;  ///< mode 0600; empty = "public"
};

/// A second controller, on another host, that takes over when the first one is gone.
struct SpareConfig {
    Path state;                ///< its own journal and history
    Millis takeover_after{0};  ///< the other one has to be gone for so long; 0 = core/rto.hpp
};

struct ControllerConfig {
    Path state;  ///< journal and history
    std::optional<SpareConfig> spare;
    std::vector<SnmpTarget> traps;
    bool automatic_failover = true;
    unsigned max_moves = 3;  ///< automatic role changes within `flap_window`; 0 = no limit
    Millis flap_window{3600 * 1000};
    std::string failback = "none";  ///< none | preempt | manual
    Millis preempt_delay{600 * 1000};
};

/// A planned switchover and back, to know that both would work.
struct DrillConfig {
    std::optional<schedule::Cron> schedule;    ///< by the local clock of the controller's host
    std::vector<schedule::Blackout> blackout;  ///< no scheduled drill begins then
    Millis dwell{60000};                       ///< so long the other node is active
};

struct Config {
    std::string cluster = "home";
    MqttConfig mqtt;
    Timing timing;
    ControllerConfig controller;
    DrillConfig drill;
    std::vector<NodeConfig> nodes;
    std::string on_controller_loss = "hold";  ///< hold | fence
    std::string fencing = "automatic";        ///< off | automatic | required
    std::string air_check = "automatic";      ///< off | automatic | required

    const NodeConfig* node(const std::string& name) const {
        for (const auto& n : nodes)
            if (n.name == name) return &n;
        return nullptr;
    }
};

}  // namespace zha
