#include "znp/qualify/runner.hpp"

namespace zha::znp::qualify {
namespace {

std::string mode_of(const Rules& rules) {
    if (rules.start_network) return "destructive, with a network of its own";
    if (rules.destructive) return "destructive";
    return rules.allow_reset ? "read-only, with resets" : "read-only, without a reset";
}

bool may_reset(const Rules& rules) {
    return rules.allow_reset || rules.destructive;
}

/// "" or what to add to the command.
std::string missing(const Rules& rules, Needs needs) {
    if (needs == Needs::reset && !may_reset(rules)) return "needs --allow-reset";
    if (needs == Needs::writing && !rules.destructive) return "needs --destructive";
    if (needs == Needs::restore && !rules.destructive) return "needs --destructive";
    if (needs == Needs::radio && !rules.start_network) return "needs --destructive --start-network";
    return "";
}

/// Before the first write: "" or why there must be none.
std::string unsafe(const Bench& bench) {
    if (!bench.image) return "there is no backup: the NVRAM could not be read";
    if (bench.image->items.empty()) return "there is no backup: the NVRAM is empty";
    if (!bench.reset_works || !bench.silent) return "it is not certain that a reset silences it";
    // What a write would refuse could not be given back.
    if (bench.keys_hidden) return "a backup would lack the keys";
    const auto& version = bench.device.version;
    if (const auto fine = check_firmware(version.product, version.revision, {}); !fine)
        return fine.error().message;
    const auto identity = identity_of(*bench.image);
    if (!identity && (identity.error().code == Errc::corrupt ||
                      bench.image->legacy(osal::HAS_CONFIGURED_ZSTACK3)))
        return "a backup could not be written back: " + identity.error().message;
    for (const auto& [key, value] : bench.image->items)
        if (value.size() > mt::kMaxItem) return "a backup could not be written back: long items";
    for (const auto& [key, value] : bench.extra.items)
        if (key.item != ExItem::legacy) return "it holds a table that a backup does not cover";
    return "";
}

class Examination {
  public:
    Examination(Driver& driver, Clock& clock, Time deadline, Rules rules)
        : bench_{driver, clock, deadline, std::move(rules)} {}

    Task<Result<Report>> run() {
        const auto device = co_await bench_.driver.identify(bench_.deadline);
        if (!device) co_return device.error();
        bench_.device = report_.device = *device;
        report_.mode = mode_of(bench_.rules);
        report_.on_the_air = device->info.state == mt::kDeviceStateCoordinator;
        if (report_.on_the_air && bench_.rules.destructive && !bench_.rules.allow_reset)
            co_return Error{Errc::refused,
                            "dongle is on the air: nothing was done; add --allow-reset to take it "
                            "off the air first"};
        if (report_.on_the_air)
            report_.notes.emplace_back(
                may_reset(bench_.rules)
                    ? "it was on the air and was taken off by a reset: its network is down until "
                      "a host starts it"
                    : "it is on the air and was left there: checks that reset were not run");
        for (const auto& check : checks()) co_await look(check);
        report_.writing = bench_.touched;
        report_.restored = bench_.restored || !bench_.touched;
        if (bench_.rules.interrupted()) report_.notes.emplace_back("interrupted before its end");
        co_return std::move(report_);
    }

  private:
    Task<void> look(const Check& check) {
        if (check.needs == Needs::person) co_return report_.add(check, not_run(check.why_not));
        if (auto more = missing(bench_.rules, check.needs); !more.empty())
            co_return report_.add(check, not_run(std::move(more)));
        if (check.needs != Needs::restore && bench_.rules.interrupted())
            co_return report_.add(check, not_run("interrupted"));
        if (check.needs == Needs::reading && !bench_.image && !bench_.no_image) co_await read();
        const bool writes = check.needs == Needs::writing || check.needs == Needs::radio;
        if (writes && !bench_.touched && !decided_) co_await decide();
        if (writes && !why_unsafe_.empty()) co_return report_.add(check, not_run(why_unsafe_));
        auto verdict = co_await check.run(bench_);
        report_.add(check, std::move(verdict));
    }

    /// After the first reset, so that a network that ran has stopped changing what is read.
    Task<void> read() {
        auto image = co_await bench_.driver.read_all(bench_.deadline);
        if (image)
            bench_.image = std::move(*image);
        else
            bench_.no_image = image.error();
        auto extra = co_await bench_.driver.read_extra(bench_.deadline);
        if (extra) bench_.extra = std::move(*extra);
        if (!extra && !bench_.no_image) bench_.no_image = extra.error(), bench_.image.reset();
    }

    /// May anything be written? Then what is there is kept first.
    Task<void> decide() {
        decided_ = true;
        why_unsafe_ = unsafe(bench_);
        if (!why_unsafe_.empty()) co_return;
        const auto state = co_await bench_.state();
        if (!state)
            why_unsafe_ = state.error().message;
        else if (*state == mt::kDeviceStateCoordinator)
            why_unsafe_ = "it is on the air";
        else if (const auto kept = bench_.rules.keep_backup(*bench_.image); !kept)
            why_unsafe_ = "the backup cannot be kept: " + kept.error().message;
    }

    Bench bench_;
    Report report_;
    bool decided_ = false;
    std::string why_unsafe_;
};

}  // namespace

Task<Result<Report>> examine(Driver& driver, Clock& clock, Time deadline, Rules rules) {
    Examination examination(driver, clock, deadline, std::move(rules));
    co_return co_await examination.run();
}

}  // namespace zha::znp::qualify
