// What: zha-nvram: reads, writes, resets, compares and examines the NVRAM of a ZNP dongle by hand.
// Why: the same code the agents use, for the person who sets up or repairs a dongle.
// Contract: exit codes 0 done or equal, 1 failed or different, 2 wrong usage. Files it writes have
//      mode 0600. Never prints key material; never starts the radio.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "platform/store/store.hpp"
#include "znp/nvram/compare.hpp"
#include "znp/nvram/startable.hpp"
#include "znp/tool/convert.hpp"
#include "znp/tool/files.hpp"
#include "znp/tool/hold.hpp"
#include "znp/tool/progress.hpp"
#include "znp/tool/qualify.hpp"
#include "znp/tool/session.hpp"

namespace zha::znp {
namespace {

constexpr int kDone = 0, kFailed = 1, kUsage = 2;

int fail(const Error& error) {
    fmt::print(stderr, "zha-nvram: {}\n", error.message);
    return kFailed;
}

void warn(const std::string& message) {
    if (!message.empty()) fmt::print(stderr, "zha-nvram: warning: {}\n", message);
}

void print_image(Image image) {
    const bool unstarted = settle_key(image);
    fmt::print("items          {}\n", image.items.size());
    const auto identity = identity_of(image);
    if (!identity) return fmt::print("network        none ({})\n", identity.error().message);
    fmt::print("network        PAN 0x{:04x}, extended PAN {:016x}, channel {}\n", identity->pan_id,
               identity->extended_pan_id, identity->channel);
    fmt::print("coordinator    {:016x}\n", identity->ieee);
    fmt::print("fingerprint    {}\n", fingerprint(*identity));
    fmt::print("frame counter  {}\n", frame_counter(image));
    if (unstarted)
        fmt::print("note           restored and not started yet: NWKKEY is of a former network\n");
    const auto may_start = whole(image);
    fmt::print("may start      {}\n", may_start ? "yes" : "no: " + may_start.error().message);
}

struct Options {
    PortOptions port;
    std::string file, other;
    ConvertOptions convert;
    std::string known, since, mirrored, backup, stats;
    bool yes = false, hold = false, force_incompatible = false, lower = false;
};

Status keep(const std::string& file, const std::string& text) {
    RealStore store;
    return store.write(file, text, 0600);
}

/// One operation on the port with its bar, and its figures in a file when they are wanted.
template <class Operation>
auto on_port(const Options& options, const Operation& operation) {
    ProgressBar bar;
    RunStats stats;
    auto port = options.port;
    port.progress = [&](Progress progress) { bar.show(progress); };
    if (!options.backup.empty())
        port.keep_backup = [&](const Image& image) { return keep(options.backup, to_json(image)); };
    port.finished = [&](const RunStats& run) { stats = run; };
    auto result = operation(port);
    if (result && !options.stats.empty())
        if (const auto kept = keep(options.stats, stats_json(stats)); !kept) result = kept.error();
    return result;
}

int info(const Options& options) {
    if (options.port.port.empty()) {
        const auto image = load(options.file);
        if (!image) return fail(image.error());
        print_image(*image);
        return kDone;
    }
    const auto dump = dump_port(options.port);
    if (!dump) return fail(dump.error());
    const auto& device = dump->device;
    fmt::print("dongle         {:016x}, product {}, revision {}\n", device->ieee,
               device->version.product, device->version.revision);
    fmt::print(
        "device state   {}{}\n", device->info.state,
        device->info.state == mt::kDeviceStateCoordinator ? " (coordinator on the air)" : "");
    print_image(dump->image);
    return kDone;
}

int read(const Options& options) {
    const auto& former = options.known.empty() ? options.since : options.known;
    DumpFile known;
    if (!former.empty()) {
        auto loaded = load_dump(former);
        if (!loaded) return fail(loaded.error());
        known = std::move(*loaded);
    }
    const auto dump = on_port(options, [&](const PortOptions& port) {
        if (former.empty()) return dump_port(port);
        return options.since.empty() ? dump_port_known(port, known.image)
                                     : dump_port_since(port, known.image);
    });
    if (!dump) return fail(dump.error());
    const auto saved = save_dump(*dump, known.side, options.file);
    if (!saved) return fail(saved.error());
    fmt::print("{} items read into {}\n{}\n", dump->image.items.size(), options.file,
               found(dump->image));
    warn(counter_alarm(frame_counter(dump->image)));
    return kDone;
}

int write(const Options& options) {
    const auto file = load_dump(options.file);
    if (!file) return fail(file.error());
    WriteRules rules{options.force_incompatible,
                     options.lower ? LowerCounters::allow : LowerCounters::refuse, std::nullopt};
    if (file->side) rules.revision = file->side->revision;
    Image mirrored;
    if (!options.mirrored.empty()) {
        auto loaded = load(options.mirrored);
        if (!loaded) return fail(loaded.error());
        mirrored = std::move(*loaded);
    }
    const auto summary = on_port(options, [&](const PortOptions& port) {
        return options.mirrored.empty() ? write_port(port, file->image, rules)
                                        : write_port_delta(port, file->image, mirrored, rules);
    });
    if (!summary) return fail(summary.error());
    if (!options.mirrored.empty() && summary->before)
        fmt::print("the dongle did not hold {}: written as one of unknown content\n",
                   options.mirrored);
    fmt::print("{} items written, {} read back, frame counter {}\n", summary->items_written,
               summary->items_verified, summary->frame_counter);
    warn(counter_alarm(summary->frame_counter));
    return kDone;
}

int hold(const Options& options) {
    const auto done = hold_port(options.port, [] {
        fmt::print("the dongle is held in reset; SIGINT or SIGTERM lets it go\n");
        std::fflush(stdout);
    });
    if (!done) return fail(done.error());
    fmt::print("the dongle is let go; its network is off\n");
    return kDone;
}

int reset(const Options& options) {
    if (options.hold) return hold(options);
    if (!options.yes) {
        fmt::print(stderr, "zha-nvram: this deletes the network in the dongle; add --yes\n");
        return kUsage;
    }
    const auto done = reset_port(options.port);
    if (!done) return fail(done.error());
    fmt::print("the dongle is factory-new\n");
    return kDone;
}

int diff(const Options& options) {
    const auto left = load(options.file);
    if (!left) return fail(left.error());
    const auto right = options.other.empty() ? read_port(options.port) : load(options.other);
    if (!right) return fail(right.error());
    const auto lines = differences(*left, *right);
    for (const auto& line : lines) fmt::print("{}\n", line);
    fmt::print("{} items differ\n", lines.size());
    return lines.empty() ? kDone : kFailed;
}

int run_convert(const Options& options) {
    const auto done = convert(options.file, options.other, options.convert);
    if (!done) return fail(done.error());
    fmt::print("{}\n", *done);
    return kDone;
}

/// Not among the others: its port is not an option, and its time another one.
void add_qualify(CLI::App& app, QualifyOptions& options, int& result) {
    auto* sub = app.add_subcommand("qualify", "Check what this system assumes of a dongle");
    sub->add_option("port", options.port, "device path, or tcp://host:port");
    sub->add_flag("--list", options.list, "what would be checked, without a dongle");
    sub->add_flag("--json", options.json, "the report as JSON");
    sub->add_flag("--allow-reset", options.allow_reset,
                  "may reset the dongle: a running network goes off the air");
    sub->add_flag("--destructive", options.destructive,
                  "may also write to it; what it holds is kept and given back");
    sub->add_option("--backup", options.backup, "new NVRAM file for what the dongle holds");
    sub->add_flag("--start-network", options.start_network,
                  "may also form a network of its own on the air for some seconds");
    sub->add_option("--timeout", options.timeout_s, "seconds in all, the restore not included")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    sub->callback([&] { result = run_qualify(options); });
}

void add_convert_options(CLI::App& sub, Options& options) {
    sub.add_option("in", options.file, "the one")->required();
    sub.add_option("out", options.other, "the other, to write")->required();
    sub.add_option("--base", options.convert.base, "NVRAM file of the dongle that takes a backup");
    sub.add_option("--raise-counters", options.convert.margin,
                   "for the frames sent since the backup")
        ->capture_default_str();
}

int run(int argc, char** argv) {
    CLI::App app("Reads, writes, resets and compares the NVRAM of a ZNP dongle.", "zha-nvram");
    app.require_subcommand(1);
    Options options;
    int result = kUsage;
    const auto command = [&](const char* name, const char* about, int (*run)(const Options&)) {
        auto* sub = app.add_subcommand(name, about);
        sub->add_option("--timeout", options.port.timeout_s, "seconds in all")
            ->check(CLI::Range(1, 3600))
            ->capture_default_str();
        sub->callback([&, run] { result = run(options); });
        return sub;
    };
    const auto port = [&](CLI::App* sub) {
        return sub->add_option("--port", options.port.port, "device path, or tcp://host:port");
    };
    auto* about = command("info", "What a dongle or a file holds", info);
    auto* where = about->add_option_group("where");
    where->add_option("file", options.file, "NVRAM file");
    port(where);
    where->require_option(1);
    auto* from = command("read", "Read a dongle into a file", read);
    from->add_option("file", options.file, "NVRAM file to write")->required();
    port(from)->required();
    auto* known = from->add_option("--known", options.known,
                                   "former NVRAM file of this dongle: reads its items only");
    from->add_option("--since", options.since,
                     "last NVRAM file of this dongle: reads what a running network changes")
        ->excludes(known);
    auto* to = command("write", "Make a dongle hold a file", write);
    to->add_option("file", options.file, "NVRAM file")->required();
    to->add_flag("--force-incompatible", options.force_incompatible,
                 "even if it is of another firmware: the dongle may not start its network");
    to->add_flag("--allow-lower-counters", options.lower,
                 "even if devices then drop what the dongle sends, until it has caught up");
    port(to)->required();
    to->add_option("--mirrored", options.mirrored,
                   "NVRAM file that the dongle is known to hold: writes the differences only");
    to->add_option("--backup", options.backup,
                   "NVRAM file for what the dongle held, kept before it is changed");
    for (auto* sub : {from, to})
        sub->add_option("--stats", options.stats, "file for the requests, bytes and seconds");
    auto* wipe = command("reset", "Make a dongle factory-new", reset);
    auto* really = wipe->add_flag("--yes", options.yes, "really");
    wipe->add_flag(
            "--hold", options.hold,
            "deletes nothing: holds the chip in reset by DTR and RTS until SIGINT or SIGTERM")
        ->excludes(really);
    port(wipe)->required();
    auto* compare = command("diff", "Compare a file with another one or with a dongle", diff);
    compare->add_option("file", options.file, "NVRAM file")->required();
    auto* with = compare->add_option_group("with");
    with->add_option("other", options.other, "second NVRAM file");
    port(with);
    with->require_option(1);
    auto* change = command("convert", "NVRAM file to coordinator backup, or back", run_convert);
    add_convert_options(*change, options);
    QualifyOptions examination;
    add_qualify(app, examination, result);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kUsage;
    }
    return result;
}

}  // namespace
}  // namespace zha::znp

int main(int argc, char** argv) {
    return zha::znp::run(argc, argv);
}
