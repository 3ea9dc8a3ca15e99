// zha-controller: decides which node is active. Boot order: parse, load, wire, run.
#include <fcntl.h>
#include <sys/file.h>

#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <cstdio>

#include "controller/controller.hpp"
#include "controller/journal_file.hpp"
#include "platform/bus/mqtt_bus.hpp"
#include "platform/config/config.hpp"
#include "platform/log/log.hpp"

namespace {

using namespace zha;

struct Arguments {
    std::string config;
    std::string log_level = "info";
    bool check = false;
};

int fail(const Error& error) {
    std::fprintf(stderr, "zha-controller: %s\n", error.message.c_str());
    return 1;
}

/// Two controllers on one state directory would answer each other's nodes. Held until exit.
Status lock_state(const Path& directory) {
    const auto file = directory / "lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return {Errc::io, file.string() + ": cannot open"};
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return {Errc::busy, file.string() + ": another controller runs on this directory"};
    return {};
}

int run(const Config& config) {
    RealStore store;
    const auto& directory = config.controller.state;
    if (auto made = store.make_directory(directory, 0700); !made) return fail(made.error());
    if (auto locked = lock_state(directory); !locked) return fail(locked.error());
    auto journal = load_journal(store, directory);
    if (!journal) return fail(journal.error());
    ++journal->incarnation;
    if (auto saved = save_journal(store, directory, *journal); !saved) return fail(saved.error());
    auto history = open_history(directory / "history.sqlite");
    if (!history) return fail(history.error());
    auto traps = make_trap_sender(config.controller.traps);
    if (!traps) return fail(traps.error());

    asio::io_context io(1);
    RealClock clock(io.get_executor());
    const wire::Topics topics(config.mqtt.base_topic, config.cluster);
    MqttOptions options;
    options.broker = config.mqtt;
    options.client_id = "zha-" + config.cluster + "-controller";
    options.will_topic = topics.controller_status();
    options.will_payload = controller_offline();
    // The will has to come within half a lease (design, "Losing the controller").
    options.keepalive = config.timing.lease / 4;
    auto bus = make_mqtt_bus(options, io.get_executor(), clock);
    if (!bus) return fail(bus.error());

    Controller controller(config, {clock, **bus, store, **history, **traps}, *journal);
    controller.begin();
    (*bus)->start();
    asio::co_spawn(io, controller.run(), asio::detached);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const asio::error_code& error, int) {
        if (error) return;
        asio::co_spawn(io, (*bus)->stop(clock.now() + Millis{2000}),
                       [&io](const std::exception_ptr&) { io.stop(); });
    });
    io.run();
    spdlog::info("stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Zigbee HA controller: watches the nodes and decides which one is active");
    app.add_option("--config", arguments.config, "the system's configuration")->required();
    app.add_option("--log-level", arguments.log_level, "trace, debug, info, warn or error");
    app.add_flag("--check-config", arguments.check, "check the configuration and end");
    CLI11_PARSE(app, argc, argv);
    auto config = load_config(arguments.config);
    if (!config) return fail(config.error());
    if (arguments.check) {
        if (const auto secret = check_password(config->mqtt); !secret) return fail(secret.error());
        if (const auto secret = check_communities(config->controller); !secret)
            return fail(secret.error());
        std::printf("%s: ok, %zu nodes\n", arguments.config.c_str(), config->nodes.size());
        return 0;
    }
    init_log("zha-controller", arguments.log_level);
    return run(*config);
}
