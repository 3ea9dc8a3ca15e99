// zha-sim: emulated dongles, devices and air (run), and the remote control for them (ctl).
#include <CLI/CLI.hpp>
#include <asio/signal_set.hpp>
#include <cstdio>
#include <iostream>

#include "simulator/program/simulation.hpp"

namespace {

using nlohmann::ordered_json;
using zha::sim::CtlArguments;

int fail(const std::string& message) {
    std::cerr << "zha-sim: " << message << "\n";
    return 1;
}

int run(zha::sim::SimulationOptions options, const std::vector<std::string>& dongles) {
    for (const std::string& text : dongles) {
        auto spec = zha::sim::parse_dongle(text);
        if (!spec) return fail(spec.error().message);
        options.dongles.push_back(std::move(*spec));
    }
    asio::io_context io;
    zha::sim::Simulation simulation(io, std::move(options));
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const asio::error_code& error, int) {
        if (!error) io.stop();
    });
    if (zha::Status status = simulation.open(); !status) return fail(status.error().message);
    io.run();
    if (zha::Status status = simulation.close(); !status) return fail(status.error().message);
    return 0;
}

void print_air(const ordered_json& air) {
    for (const auto& [name, value] : air.items()) {
        if (name != "coordinators") std::cout << name << " " << value.dump() << "\n";
    }
    for (const auto& coordinator : air["coordinators"]) {
        std::cout << "on the air: " << coordinator.dump() << "\n";
    }
}

int control(const std::string& directory, const CtlArguments& arguments, bool json) {
    auto result = zha::sim::ctl_request(directory + "/ctl.sock", arguments);
    if (!result) return fail(result.error().message);
    if (json) {
        std::cout << result->dump() << "\n";
    } else if (arguments[0] == "air") {
        print_air(*result);
    } else if (result->is_array()) {
        for (const auto& entry : *result) std::cout << entry.dump() << "\n";
    } else {
        std::cout << (result->is_null() ? std::string("ok") : result->dump(2)) << "\n";
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Emulated Zigbee dongles, devices and the air between them"};
    app.require_subcommand(1);
    zha::sim::SimulationOptions options;
    std::vector<std::string> dongles;
    std::uint32_t latency = 3;

    auto* run_command = app.add_subcommand("run", "Run the simulation until SIGTERM");
    run_command->add_option("--dir", options.directory, "Directory for ports and sockets")
        ->required();
    run_command
        ->add_option("--dongle", dongles, "NAME[,ieee=HEX][,nv=FILE][,tcp=PORT], once per dongle")
        ->required();
    run_command->add_option("--latency-ms", latency, "Time a request takes in the firmware")
        ->check(CLI::Range(0, 10'000));
    run_command->add_flag("--instant", options.line.instant, "No latency, no line speed");
    run_command->add_option("--witness", options.witness, "File for the air's own log");
    run_command->add_option("--seed", options.seed, "Seed for keys and addresses");

    std::string directory;
    bool json = false;
    CtlArguments arguments;
    std::string after;
    auto* ctl = app.add_subcommand("ctl", "Control a running simulation");
    ctl->add_option("--dir", directory, "Directory of the simulation")
        ->envname("ZHA_SIM_DIR")
        ->required();
    ctl->add_flag("--json", json, "Print the answer as one line of JSON");
    ctl->add_option("--after-writes", after, "power-cut: after so many more NV writes");
    ctl->add_option("request", arguments,
                    "plug|unplug|hang|resume|reset|power-cut|nv DONGLE, dongles, air, list, "
                    "add KIND NAME, pair|press|report|leave|announce NAME")
        ->required();
    CLI11_PARSE(app, argc, argv);

    if (run_command->parsed()) {
        options.line.latency = zha::sim::Millis(latency);
        return run(std::move(options), dongles);
    }
    if (!after.empty()) arguments.push_back(after);
    return control(directory, arguments, json);
}
