// zha-agent: acts on one Zigbee host. Boot order: parse, load, wire, run.
#include <fcntl.h>
#include <sys/file.h>

#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <cstdio>

#include "node-agent/agent.hpp"
#include "node-agent/dongle/real_dongle.hpp"
#include "node-agent/link.hpp"
#include "node-agent/shutdown.hpp"
#include "platform/bus/mqtt_bus.hpp"
#include "platform/config/config.hpp"
#include "platform/log/log.hpp"

namespace {

using namespace zha;

struct Arguments {
    std::string config;
    std::string node;
    std::string log_level = "info";
    bool check = false;
};

int fail(const Error& error) {
    std::fprintf(stderr, "zha-agent: %s\n", error.message.c_str());
    return 1;
}

/// Two agents on one dongle would fence each other. Held until exit.
Status lock_state(const Path& directory) {
    const auto file = directory / "lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return {Errc::io, file.string() + ": cannot open"};
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return {Errc::busy, file.string() + ": another agent runs on this directory"};
    return {};
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

int run(const Config& config, const NodeConfig& self) {
    RealStore store;
    if (auto made = store.make_directory(self.state, 0700); !made) return fail(made.error());
    if (auto locked = lock_state(self.state); !locked) return fail(locked.error());
    auto memory = MemoryFile(store, self.state).load();
    if (!memory) return fail(memory.error());

    asio::io_context io(1);
    RealClock clock(io.get_executor());
    auto service = make_service(self.service, self, io.get_executor(), clock);
    if (!service) return fail(service.error());
    RealDongle dongle(self.port, io.get_executor(), clock);
    auto bus = make_mqtt_bus(mqtt_options(config, self), io.get_executor(), clock);
    if (!bus) return fail(bus.error());

    Node node({config, self, clock, **bus, store, **service, dongle}, *memory);
    if (const auto damaged = node.snapshots.scan(); !damaged.empty())
        spdlog::warn("snapshots: {}", damaged);
    Agent agent(node);
    Link link(node);
    agent.begin();
    link.begin();
    (*bus)->start();
    asio::co_spawn(io, agent.run(), asio::detached);
    asio::co_spawn(io, agent.watch(), asio::detached);
    asio::co_spawn(io, link.run(), asio::detached);

    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const asio::error_code& error, int) {
        if (!error)
            asio::co_spawn(io, shut_down(node), [&io](const std::exception_ptr&) { io.stop(); });
    });
    io.run();
    spdlog::info("stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Zigbee HA agent: owns the dongle and zigbee2mqtt of one host");
    app.add_option("--config", arguments.config, "the system's configuration")->required();
    app.add_option("--node", arguments.node, "this node's name in it")->required();
    app.add_option("--log-level", arguments.log_level, "trace, debug, info, warn or error");
    app.add_flag("--check-config", arguments.check, "check the configuration and end");
    CLI11_PARSE(app, argc, argv);
    auto config = load_config(arguments.config);
    if (!config) return fail(config.error());
    const auto* self = config->node(arguments.node);
    if (self == nullptr)
        return fail({Errc::invalid, arguments.config + ": nodes: there is no " + arguments.node});
    if (arguments.check) {
        if (const auto secret = check_password(config->mqtt); !secret) return fail(secret.error());
        std::printf("%s: ok, node %s\n", arguments.config.c_str(), self->name.c_str());
        return 0;
    }
    init_log("zha-agent", arguments.log_level);
    return run(*config, *self);
}
