#include "znp/tool/qualify.hpp"

#include <fmt/core.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>

#include "platform/store/store.hpp"
#include "znp/qualify/runner.hpp"

namespace zha::znp {
namespace {

constexpr int kAsAssumed = 0, kViolated = 1, kNotRun = 2;

int complain(const std::string& message) {
    fmt::print(stderr, "zha-nvram: {}\n", message);
    return kNotRun;
}

/// "" or what is wrong with the command.
std::string misuse(const QualifyOptions& options) {
    if (options.port.empty()) return "qualify: name the port of the dongle";
    if (options.start_network && !options.destructive)
        return "qualify: --start-network goes with --destructive only";
    if (options.destructive && options.backup.empty())
        return "qualify: --destructive needs --backup FILE, which keeps what the dongle holds";
    if (options.destructive && RealStore().exists(options.backup))
        return "qualify: " + options.backup + " exists; name a new file for the backup";
    return "";
}

qualify::Rules rules_of(const QualifyOptions& options) {
    qualify::Rules rules;
    rules.allow_reset = options.allow_reset;
    rules.destructive = options.destructive;
    rules.start_network = options.start_network;
    rules.serial = !options.port.starts_with("tcp://");
    rules.keep_backup = [file = options.backup](const Image& image) {
        return RealStore().write(file, to_json(image), 0600);
    };
    return rules;
}

Task<Result<qualify::Report>> session(const QualifyOptions& options, qualify::Rules rules,
                                      asio::any_io_executor executor, Clock& clock) {
    const auto deadline = clock.now() + std::chrono::seconds(options.timeout_s);
    auto transport = co_await open_transport(options.port, executor, clock, deadline);
    if (!transport) co_return transport.error();
    DriverOptions how;
    how.may_reset = false;
    Driver driver(std::move(*transport), executor, clock, how);
    if (const auto connected = co_await driver.connect(deadline); !connected)
        co_return within(options.port, connected.error());
    co_return co_await qualify::examine(driver, clock, deadline, std::move(rules));
}

Result<qualify::Report> run(const QualifyOptions& options) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    bool interrupted = false;
    asio::signal_set signals(context, SIGINT, SIGTERM, SIGHUP);
    signals.async_wait([&](const asio::error_code& error, int) {
        if (error) return;
        interrupted = true;  // further signals change nothing: the dongle must be given back first
        fmt::print(stderr, "zha-nvram: interrupted: ends after giving back what was there\n");
    });
    auto rules = rules_of(options);
    rules.interrupted = [&] { return interrupted; };
    std::optional<Result<qualify::Report>> result;
    const auto whole = [&]() -> Task<void> {
        result.emplace(co_await session(options, std::move(rules), context.get_executor(), clock));
        context.stop();
    };
    asio::co_spawn(context, whole, asio::detached);
    context.run();
    return std::move(result.value());
}

}  // namespace

int run_qualify(const QualifyOptions& options) {
    if (options.list) {
        fmt::print("{}", options.json ? qualify::list_json() : qualify::list_text());
        return kAsAssumed;
    }
    if (const auto wrong = misuse(options); !wrong.empty()) return complain(wrong);
    const auto report = run(options);
    if (!report) return complain(report.error().message);
    fmt::print("{}", options.json ? to_json(*report) : to_text(*report));
    if (!report->restored)
        fmt::print(stderr,
                   "zha-nvram: the dongle was NOT given back what it held. It is in {}: do not "
                   "start this dongle; unplug it, plug it in and run\n"
                   "  zha-nvram write --port {} {}\n",
                   options.backup, options.port, options.backup);
    if (!report->restored || report->count(qualify::Outcome::violated) > 0) return kViolated;
    return report->count(qualify::Outcome::passed) > 0 ? kAsAssumed : kNotRun;
}

}  // namespace zha::znp
