// zha-switchover: the command line. Boot order: parse, load, run one verb.
#include <CLI/CLI.hpp>

#include "cli/verbs.hpp"
#include "platform/config/config.hpp"
#include "platform/config/values.hpp"
#include "platform/log/log.hpp"

namespace {

using namespace zha;

struct Arguments {
    std::string config = "/etc/zha/zha.yaml";
    std::string node;
    std::string what = "show";  ///< of fsm
    std::string pause;          ///< its length, as text
    bool allow_failover = false;
    bool stop = false;
    bool off = false;
    bool allow_stale = false;
    bool allow_version = false;
    unsigned limit = 20;
    bool dry_run = false;
    unsigned timeout_s = 240;
    unsigned drill_timeout_s = 1800;
    cli::Options options;
};

void add_drill(CLI::App& app, Arguments& a) {
    auto* drill = app.add_subcommand("drill", "planned move to a standby and back, with a report");
    drill->add_option("--to", a.node, "node that is active meanwhile (default: the best one)");
    drill->add_flag("--dry-run", a.dry_run, "only say whether it would begin");
    drill->add_flag("--yes,-y", a.options.yes, "do not ask");
    drill->add_option("--timeout", a.drill_timeout_s, "seconds to wait for the end")
        ->check(CLI::Range(1, 7200))
        ->capture_default_str();
}

/// What the controller shall leave alone; returns the verb that may move the role.
CLI::App* add_policies(CLI::App& app, Arguments& a) {
    auto* pause = app.add_subcommand("pause", "nothing moves; the active node stays active");
    pause->add_option("--for", a.pause, "how long, like 30m or 2h (default: until resume)");
    app.add_subcommand("resume", "ends a pause, and allows automatic moves after too many");
    auto* maintenance = app.add_subcommand("maintenance", "leaves a node alone");
    maintenance->add_option("node", a.node, "the node")->required();
    auto* away = maintenance->add_flag("--allow-failover", a.allow_failover,
                                       "if it is active: move the role away first");
    auto* stop =
        maintenance->add_flag("--stop", a.stop, "if it is active: nobody is, until this ends");
    auto* off = maintenance->add_flag("--off", a.off, "the maintenance is over");
    away->excludes(stop)->excludes(off);
    stop->excludes(off);
    return maintenance;
}

void add_verbs(CLI::App& app, Arguments& a) {
    app.require_subcommand(1);
    app.fallthrough();
    app.add_subcommand("status", "the state of the cluster");
    app.add_subcommand("watch", "the state, drawn again at every change");
    auto* switchover = app.add_subcommand("switchover", "planned move of the role");
    switchover->add_option("--to", a.node, "node that becomes active")->required();
    auto* failover = app.add_subcommand("failover", "move the role without the old node's help");
    failover->add_option("--to", a.node, "node that becomes active (default: the best one)");
    auto* form = app.add_subcommand("form", "form a NEW network, once in the life of a system");
    form->add_option("--on", a.node, "node that forms it; its dongle must be blank")->required();
    auto* clear = app.add_subcommand("clear-fault", "let a node in fault try again");
    clear->add_option("node", a.node, "the node")->required();
    app.add_subcommand("check-config", "check the configuration and what follows from its timings");
    auto* fsm = app.add_subcommand("fsm", "the state table that is compiled in");
    fsm->add_option("what", a.what, "show, check or mermaid")
        ->check(CLI::IsMember({"show", "check", "mermaid"}))
        ->capture_default_str();
    auto* history = app.add_subcommand("history", "role changes and events");
    history->add_option("--limit", a.limit, "newest lines to show")->check(CLI::Range(1, 200));
    app.add_subcommand("explain", "why things are as they are, in sentences");
    failover->add_flag("--allow-stale-snapshot", a.allow_stale, "even one older than rpo_max");
    for (auto* verb : {switchover, failover})
        verb->add_flag("--allow-version", a.allow_version, "even to an older zigbee2mqtt");
    add_drill(app, a);
    auto* maintenance = add_policies(app, a);
    for (auto* verb : {switchover, failover, form, maintenance}) {
        if (verb != maintenance) verb->add_flag("--yes,-y", a.options.yes, "do not ask");
        verb->add_option("--timeout", a.timeout_s, "seconds to wait for the end")
            ->check(CLI::Range(1, 3600));
    }
}

/// Not whether there is such a node, which is for the controller to say: what could not be one.
std::string wrong_name(const std::string& node) {
    constexpr auto kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (node.size() <= 32 && node.find_first_not_of(kLetters) == std::string::npos) return {};
    return "the name of a node has 1 to 32 of a-z, 0-9 and -";
}

int pause(const Arguments& a) {
    Millis length{0};
    if (!a.pause.empty()) {
        const auto parsed = config::parse_duration(a.pause);
        if (!parsed || *parsed < Millis{1000} || *parsed > Millis{30LL * 24 * 3600 * 1000})
            return cli::complain("--for takes 1s to 30d, like 30m or 2h", cli::kUsage);
        length = *parsed;
    }
    return cli::policy(a.options,
                       {"pause", "", "", static_cast<std::uint64_t>(length.count() / 1000)});
}

int run(const CLI::App& app, const Arguments& a) {
    const auto verb = app.get_subcommands().front()->get_name();
    if (verb == "check-config") return cli::check_config(a.options, a.config);
    if (verb == "status") return cli::status(a.options);
    if (verb == "watch") return cli::watch(a.options);
    if (verb == "history") return cli::history(a.options, a.limit);
    if (verb == "explain") return cli::explain(a.options);
    if (verb == "pause") return pause(a);
    if (verb == "drill") {
        auto options = a.options;
        options.timeout = Millis{1000 * static_cast<std::int64_t>(a.drill_timeout_s)};
        return cli::drill(options, {a.node, a.dry_run});
    }
    if (verb == "resume") return cli::policy(a.options, {verb, "", "", 0});
    if (verb == "maintenance") {
        const auto* option = a.allow_failover ? "allow_failover"
                             : a.stop         ? "stop"
                             : a.off          ? "off"
                                              : "";
        return cli::policy(a.options, {verb, a.node, option, 0});
    }
    return cli::move(a.options, {verb, a.node, a.allow_stale, a.allow_version});
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Zigbee HA: shows and moves the active Zigbee coordinator");
    app.add_option("--config", arguments.config, "the system's configuration")
        ->envname("ZHA_CONFIG")
        ->capture_default_str();
    app.add_flag("--json", arguments.options.json, "output for programs");
    add_verbs(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? cli::kOk : cli::kUsage;
    }
    if (app.got_subcommand("fsm")) return cli::fsm(arguments.options, arguments.what);
    arguments.options.timeout = Millis{1000 * static_cast<std::int64_t>(arguments.timeout_s)};
    auto config = load_config(arguments.config);
    if (!config) return cli::complain(config.error().message, cli::kUsage);
    arguments.options.config = *config;
    if (const auto wrong = wrong_name(arguments.node); !wrong.empty())
        return cli::complain(wrong, cli::kUsage);
    init_log("zha-switchover", "error");
    return run(app, arguments);
}
