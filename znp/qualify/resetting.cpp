// Checks that need a reset: the radio is off afterwards, unless the assumption is wrong.
#include <fmt/core.h>

#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {

Task<Verdict> reset_is_told(Bench& bench) {
    constexpr double kMost = 3.0;
    const auto began = bench.clock.now();
    const auto done = co_await bench.reset();
    const auto took = bench.seconds_since(began);
    if (!done && done.error().code == Errc::timeout)
        co_return violated(fmt::format("no SYS_RESET_IND within {:.0f} s", took));
    if (!done) co_return not_run(done.error());
    bench.reset_works = true;
    const auto text = fmt::format("SYS_RESET_IND after {:.2f} s", took);
    co_return took > kMost ? violated(text) : passed(text);
}

Task<Verdict> silent_after_reset(Bench& bench) {
    if (!bench.reset_works) co_return not_run("the reset was not confirmed");
    constexpr int kLooks = 12;
    constexpr Millis kBetween{250};
    for (int look = 0; look < kLooks; ++look) {
        const auto state = co_await bench.state();
        if (!state) co_return not_run(state.error());
        if (*state == mt::kDeviceStateCoordinator)
            co_return violated(fmt::format(
                "device state 9 {} ms after a reset, and nobody had started it: IT IS ON THE AIR",
                look * kBetween.count()));
        co_await bench.clock.sleep_for(kBetween);
    }
    bench.silent = true;
    co_return passed(
        "device state is not 9 for 3 s after a reset (that nothing is heard of it, "
        "only another radio can tell)");
}

Task<Verdict> reset_line_works(Bench& bench) {
    if (!bench.rules.serial) co_return not_run("no modem lines over TCP");
    if (!bench.reset_works) co_return not_run("the reset was not confirmed");
    ++bench.resets;
    const auto held = co_await bench.driver.hold_in_reset(bench.deadline);
    if (!held && held.error().code != Errc::refused) co_return not_run(held.error());
    if (!held) {
        // Whatever the lines do there: they are put back.
        (void)co_await bench.driver.reset(bench.deadline, true);
        co_return violated(held.error().message);
    }
    const auto released = co_await bench.driver.reset(bench.deadline, true);
    if (!released)
        co_return violated("does not boot when RTS goes off: " + released.error().message);
    co_return passed("held by RTS it does not answer, released it boots");
}

}  // namespace zha::znp::qualify
