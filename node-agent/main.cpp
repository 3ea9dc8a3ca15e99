// zha-agent: acts on one Zigbee host. Boot order: parse, load, guard, and in the guarded worker:
// wire, run.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <utility>

#include "node-agent/agent.hpp"
#include "node-agent/dongle/real_dongle.hpp"
#include "node-agent/guard/guard.hpp"
#include "node-agent/guard/watch_rules.hpp"
#include "node-agent/link.hpp"
#include "node-agent/pulse.hpp"
#include "node-agent/shutdown.hpp"
#include "platform/bus/mqtt_bus.hpp"
#include "platform/config/config.hpp"
#include "platform/daemon/daemon.hpp"
#include "platform/log/log.hpp"

namespace {

using namespace zha;

struct Arguments {
    std::string config;
    std::string node;
    std::string log_level = "info";
    bool check = false;
    bool no_guard = false;
};

int fail(const Error& error) {
    std::fprintf(stderr, "zha-agent: %s\n", error.message.c_str());
    return 1;
}

MqttOptions mqtt_options(const Config& config, const NodeConfig& self) {
    const wire::Topics topics(config.mqtt.base_topic, config.cluster);
    MqttOptions options;
    options.broker = config.mqtt;
    options.client_id = "zha-" + config.cluster + "-agent-" + self.name;
    options.will_topic = topics.agent_status(self.name);
    options.will_payload = agent_offline();
    options.keepalive = config.timing.lease / 4;
    return options;
}

/// Of the running kernel (random(4)); empty where it cannot be read.
std::string host_boot() {
    constexpr std::size_t kMost = 64;
    std::string id;
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    if (!std::getline(file, id) || id.size() > kMost) return {};
    return id;
}

/// The worker: `pipe` goes to the guard; -1 without one.
int work(const Config& config, const NodeConfig& self, int pipe) {
    RealStore store;
    auto memory = MemoryFile(store, self.state).load();
    if (!memory) return fail(memory.error());

    Daemon daemon;
    RealClock clock(daemon.executor());
    auto service = make_service(self.service, self, daemon.executor(), clock);
    if (!service) return fail(service.error());
    RealDongle dongle(self.port, daemon.executor(), clock);
    auto bus = make_mqtt_bus(mqtt_options(config, self), daemon.executor(), clock);
    if (!bus) return fail(bus.error());

    Node node({config, self, clock, **bus, store, **service, dongle, sftp_fetch, host_boot()},
              *memory);
    if (const auto damaged = node.snapshots.scan(); !damaged.empty())
        spdlog::warn("snapshots: {}", damaged);
    Agent agent(node);
    Link link(node);
    agent.begin();
    link.begin();
    (*bus)->start();
    WorkerPulse pulse(node, pipe);
    if (pipe >= 0) daemon.spawn("pulse", pulse.run());
    daemon.spawn("agent", agent.run());
    daemon.spawn("watchman", agent.watch());
    daemon.spawn("link", link.run());
    return daemon.run([&] { return shut_down(node); });
}

int run(const Config& config, const NodeConfig& self, bool guarded) {
    RealStore store;
    if (auto made = store.make_directory(self.state, 0700); !made) return fail(made.error());
    // Held by guard and worker together: forked processes share it. A worker whose guard was killed
    // silences its dongle and ends, within the time that the guard would have given it.
    const auto patience = guard::Limits(config.timing).stop;
    if (auto locked = lock_directory(self.state, patience); !locked) return fail(locked.error());
    if (!guarded) return work(config, self, -1);
    // Half of F: a host that was frozen for less has the other half to fence when it goes on.
    auto watchdog =
        guard::choose_watchdog(self.watchdog, self.watchdog_device, config.timing.fence / 2);
    if (!watchdog) return fail(watchdog.error());
    return guard::watch_over(
        config, self, [&](int pipe) { return work(config, self, pipe); }, std::move(*watchdog));
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Zigbee HA agent: owns the dongle and zigbee2mqtt of one host");
    app.add_option("--config", arguments.config, "the system's configuration")->required();
    app.add_option("--node", arguments.node, "this node's name in it")->required();
    app.add_option("--log-level", arguments.log_level, "trace, debug, info, warn or error");
    app.add_flag("--check-config", arguments.check, "check the configuration and end");
    app.add_flag("--no-guard", arguments.no_guard,
                 "without the process that silences the dongle when this one cannot (for tests)");
    CLI11_PARSE(app, argc, argv);
    auto config = load_config(arguments.config);
    if (!config) return fail(config.error());
    const auto* self = config->node(arguments.node);
    if (self == nullptr)
        return fail({Errc::invalid, arguments.config + ": nodes: there is no " + arguments.node});
    if (arguments.no_guard && self->watchdog == "required")
        return fail({Errc::invalid, arguments.config + ": nodes: watchdog of " + self->name +
                                        " is required, and the guard feeds it: not with "
                                        "--no-guard"});
    if (arguments.check) {
        if (const auto secret = check_password(config->mqtt); !secret) return fail(secret.error());
        std::printf("%s: ok, node %s\n", arguments.config.c_str(), self->name.c_str());
        return 0;
    }
    init_log("zha-agent", arguments.log_level);
    return run(*config, *self, !arguments.no_guard);
}
