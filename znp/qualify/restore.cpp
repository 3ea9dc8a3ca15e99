// Giving back what the dongle held, and the proof of it.
#include <fmt/core.h>

#include "znp/nvram/compare.hpp"
#include "znp/nvram/layout.hpp"
#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {
namespace {

constexpr std::chrono::seconds kRestoreWithin{300};

/// Without what every boot changes, and what is not copied because it belongs to the chip.
Image settled(Image image) {
    for (const std::uint16_t id : {0x0002, 0x0024, 0x0050, 0x006F, 0x0070, 0x00FE, 0x00FF})
        image.items.erase(legacy(id));
    for (auto& [key, value] : image.items)
        if (key.item == ExItem::tclk_table && value.size() == layout::kTclk)
            layout::put(value, 0, 0, 4);
    image.items[legacy(osal::STARTUP_OPTION)] = Bytes{0};  // a write ends with it disarmed
    if (auto& flag = image.items[legacy(osal::BDBNODEISONANETWORK)]; flag.empty()) flag = Bytes{0};
    return image;
}

Task<Status> give_back(Bench& bench) {
    const auto began = bench.clock.now();
    const WriteRules rules{false, LowerCounters::raise, std::nullopt};
    const auto written = co_await bench.driver.write_all(*bench.image, bench.deadline, rules);
    bench.restore_seconds = bench.seconds_since(began);
    if (!written) co_return written.error();
    const auto now = co_await bench.driver.read_all(bench.deadline);
    if (!now) co_return now.error();
    const auto lines = differences(settled(*bench.image), settled(*now));
    if (lines.empty()) co_return Status();
    co_return Status{Errc::mismatch, fmt::format("{} items differ from the backup", lines.size())};
}

}  // namespace

Task<Verdict> second_write_repairs(Bench& bench) {
    if (!bench.touched) {
        bench.restored = true;
        co_return not_run("nothing was written");
    }
    // Its own time: it must be tried whatever the checks have used up.
    bench.deadline = bench.clock.now() + kRestoreWithin;
    auto done = co_await give_back(bench);
    if (!done && bench.driver.alive()) done = co_await give_back(bench);
    bench.restored = done.ok();
    if (!done) co_return violated("NOT RESTORED: " + done.error().message);
    co_return passed(
        fmt::format("written back and read back, {} items; only counters of link keys "
                    "differ",
                    bench.image->items.size()));
}

Task<Verdict> write_is_fast_enough(Bench& bench) {
    constexpr double kMost = 60;
    if (!bench.touched || !bench.restored) co_return not_run("nothing was written back");
    const auto text =
        fmt::format("written back in {:.1f} s, with its reads", bench.restore_seconds);
    co_return bench.restore_seconds > kMost ? violated(text) : passed(text);
}

}  // namespace zha::znp::qualify
