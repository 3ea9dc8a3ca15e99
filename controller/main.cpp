// zha-controller: decides which node is active. Boot order: parse, load, wire, run.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "controller/controller.hpp"
#include "controller/journal_file.hpp"
#include "platform/bus/mqtt_bus.hpp"
#include "platform/config/config.hpp"
#include "platform/daemon/daemon.hpp"
#include "platform/log/log.hpp"

namespace {

using namespace zha;

struct Arguments {
    std::string config;
    std::string log_level = "info";
    bool check = false;
    bool spare = false;
};

int fail(const Error& error) {
    std::fprintf(stderr, "zha-controller: %s\n", error.message.c_str());
    return 1;
}

MqttOptions mqtt_options(const Config& config, bool spare) {
    const wire::Topics topics(config.mqtt.base_topic, config.cluster);
    MqttOptions options;
    options.broker = config.mqtt;
    // Always the same: the broker itself keeps only one of each connected.
    options.client_id = "zha-" + config.cluster + (spare ? "-controller-spare" : "-controller");
    options.will_topic = topics.controller_status(spare);
    options.will_payload = controller_offline();
    // The will has to come within half a lease (docs/state-machine.md). And who is given up by the
    // broker has to notice within F of that: it would count W on, while the holder holds on.
    options.keepalive = std::min(config.timing.lease / 4, config.timing.fence);
    return options;
}

Result<Devices> make_devices(const Config& config, const asio::any_io_executor& executor,
                             Clock& clock, Bus& bus) {
    Devices devices;
    for (const auto& node : config.nodes) {
        if (!node.probe.type.empty())
            devices.probes[node.name] = make_host_probe(node.probe, executor, clock);
        if (node.fence.driver.empty() || config.fencing == "off") continue;
        auto device = make_fence_device(node.fence, executor, clock, bus);
        if (!device) return within("node " + node.name, device.error());
        devices.fences[node.name] = std::move(*device);
    }
    return devices;
}

int run(const Config& config, bool spare) {
    RealStore store;
    const auto directory = state_of(config, spare);
    if (auto made = store.make_directory(directory, 0700); !made) return fail(made.error());
    if (auto locked = lock_directory(directory); !locked) return fail(locked.error());
    auto journal = load_journal(store, directory);
    if (!journal) return fail(journal.error());
    // One that can write nothing must not begin. Its own number goes in once it leads.
    if (auto saved = save_journal(store, directory, *journal); !saved) return fail(saved.error());
    const auto incarnation =
        std::max(journal->incarnation + 1, static_cast<std::uint64_t>(std::time(nullptr)));
    auto history = open_history(directory / "history.sqlite");
    if (!history) return fail(history.error());
    auto traps = make_trap_sender(config.controller.traps);
    if (!traps) return fail(traps.error());

    Daemon daemon;
    RealClock clock(daemon.executor());
    auto bus = make_mqtt_bus(mqtt_options(config, spare), daemon.executor(), clock);
    if (!bus) return fail(bus.error());
    auto devices = make_devices(config, daemon.executor(), clock, **bus);
    if (!devices) return fail(devices.error());
    Controller controller(config, {clock, **bus, store, **history, **traps, &*devices}, *journal,
                          {spare, incarnation});
    controller.begin();
    (*bus)->start();
    daemon.spawn("controller", controller.run());
    return daemon.run([&] { return (*bus)->stop(clock.now() + Millis{2000}); });
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Zigbee HA controller: watches the nodes and decides which one is active");
    app.add_option("--config", arguments.config, "the system's configuration")->required();
    app.add_option("--log-level", arguments.log_level, "trace, debug, info, warn or error");
    app.add_flag("--check-config", arguments.check, "check the configuration and end");
    app.add_flag("--spare", arguments.spare, "be the spare one: wait until the first one is gone");
    CLI11_PARSE(app, argc, argv);
    auto config = load_config(arguments.config);
    if (!config) return fail(config.error());
    if (arguments.spare && !config->controller.spare)
        return fail({Errc::invalid, arguments.config + ": controller.spare is not configured"});
    if (arguments.check) {
        if (const auto secret = check_password(config->mqtt); !secret) return fail(secret.error());
        if (const auto secret = check_communities(config->controller); !secret)
            return fail(secret.error());
        if (const auto secret = check_fence_secrets(*config); !secret) return fail(secret.error());
        std::printf("%s: ok, %zu nodes\n", arguments.config.c_str(), config->nodes.size());
        return 0;
    }
    init_log("zha-controller", arguments.log_level);
    return run(*config, arguments.spare);
}
