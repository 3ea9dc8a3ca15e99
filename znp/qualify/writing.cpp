// Checks that write. The first makes the dongle factory-new, so that nothing of a network is there
// while the others play with addresses and keys.
#include <fmt/core.h>

#include "znp/nvram/layout.hpp"
#include "znp/qualify/checks.hpp"

namespace zha::znp::qualify {
namespace {

/// Locally administered: no chip has it.
constexpr std::uint64_t kStrangeIeee = 0x0212345678ABCDEF;
constexpr std::uint32_t kStrangeCounter = 54321;
constexpr ItemKey kCounterEntry{ExItem::nwk_sec_material_table, 0};
constexpr auto kUserDescriptor = legacy(0x0081);
constexpr const char* kNotNew = "the dongle could not be made factory-new";

Bytes little(std::uint64_t value, std::size_t size) {
    Bytes bytes(size);
    layout::put(bytes, 0, value, std::min<std::size_t>(size, 8));
    return bytes;
}

Task<Result<std::uint64_t>> address(Bench& bench) {
    const auto answer = co_await bench.driver.ask(mt::get_extaddr(), bench.deadline);
    if (!answer) co_return answer.error();
    co_return mt::parse_extaddr(*answer);
}

}  // namespace

Task<Verdict> startup_option_clears(Bench& bench) {
    // First of all the order to clear: whatever happens from here on, the network that was there
    // cannot start under a strange address.
    auto done = co_await bench.poison();
    // What has to be gone afterwards, and what has to be there still.
    auto entry = little(kStrangeCounter, layout::kSecMaterial);
    layout::put(entry, layout::kSecMaterialEpid, 0x2222222222222222, 8);
    if (done) done = co_await bench.put(kCounterEntry, entry);
    if (done) done = co_await bench.put(legacy(osal::EXTADDR), little(kStrangeIeee, 8));
    if (done) done = co_await bench.reset();
    if (!done) co_return not_run(done.error());
    const auto now = co_await address(bench);
    const auto nib = co_await bench.get(legacy(osal::NIB));
    const auto option = co_await bench.get(legacy(osal::STARTUP_OPTION));
    const auto network = co_await bench.get(legacy(osal::BDBNODEISONANETWORK));
    const auto counter = co_await bench.get(kCounterEntry);
    for (const auto* item : {&nib, &option, &network, &counter})
        if (!*item) co_return not_run(item->error());
    if (!now) co_return not_run(now.error());
    if (*now == kStrangeIeee) co_return violated("the address written before is still in use");
    if (*nib) co_return violated("NIB is still there");
    if (*network && **network != Bytes{0}) co_return violated("BDBNODEISONANETWORK is still set");
    if (*option && (**option)[0] & 3) co_return violated("STARTUP_OPTION is still set");
    bench.factory_new = true;
    bench.kept_counter = *counter && (*counter)->size() == layout::kSecMaterial
                             ? static_cast<std::uint32_t>(layout::little(**counter, 0, 4))
                             : 0;
    co_return passed("network and address are gone, the order is executed once");
}

Task<Verdict> reset_keeps_frame_counter(Bench& bench) {
    if (!bench.factory_new) co_return not_run(kNotNew);
    if (bench.kept_counter == kStrangeCounter)
        co_return passed("the entry of the counter table outlives it");
    co_return violated(
        fmt::format("wrote {}, found {}", kStrangeCounter, bench.kept_counter.value_or(0)));
}

Task<Verdict> address_is_taken_from_nv(Bench& bench) {
    if (!bench.factory_new) co_return not_run(kNotNew);
    auto done = co_await bench.put(legacy(osal::EXTADDR), little(kStrangeIeee, 8));
    for (int boot = 0; boot < 2; ++boot) {
        if (done) done = co_await bench.reset();
        if (!done) co_return not_run(done.error());
        const auto now = co_await address(bench);
        if (!now) co_return not_run(now.error());
        if (*now != kStrangeIeee)
            co_return violated(fmt::format("after reset {} it uses another address", boot + 1));
    }
    co_return passed("in use after two resets");
}

Task<Verdict> link_keys_age(Bench& bench) {
    constexpr std::uint32_t kBefore = 1000, kStep = 11;
    if (!bench.factory_new) co_return not_run(kNotNew);
    constexpr ItemKey key{ExItem::tclk_table, 0};
    auto entry = little(kBefore, layout::kTclk);
    layout::put(entry, layout::kTclkIeee, kStrangeIeee + 1, 8);
    entry[layout::kTclkAttr] = 2;
    auto done = co_await bench.put(key, entry);
    if (done) done = co_await bench.reset();
    if (!done) co_return not_run(done.error());
    const auto now = co_await bench.get(key);
    if (!now) co_return not_run(now.error());
    if (!*now || (*now)->size() != layout::kTclk) co_return violated("the entry is gone");
    const auto grown = layout::little(**now, 0, 4) - kBefore;
    const auto text = fmt::format("+{} at a boot", grown);
    co_return grown == kStep ? passed(text) : violated(text);
}

Task<Verdict> write_replaces_item(Bench& bench) {
    if (!bench.factory_new) co_return not_run(kNotNew);
    if (const auto done = co_await bench.remove(kUserDescriptor); !done)
        co_return not_run(done.error());
    static constexpr std::size_t kSizes[] = {5, 17, 3};
    for (const auto size : kSizes) {
        const Bytes value(size, static_cast<std::uint8_t>(0x40 + size));
        if (const auto done = co_await bench.put(kUserDescriptor, value); !done)
            co_return violated(done.error().message);
        const auto now = co_await bench.get(kUserDescriptor);
        if (!now) co_return not_run(now.error());
        if (!*now) co_return violated("a write does not create the item");
        if (**now != value)
            co_return violated(fmt::format("wrote {} bytes, found {}", size, (*now)->size()));
    }
    co_return passed("created with 5 bytes, then 17, then 3");
}

Task<Verdict> writes_stay(Bench& bench) {
    if (!bench.factory_new) co_return not_run(kNotNew);
    constexpr auto key = legacy(osal::NWKKEY);
    Bytes value(layout::kNwkKey, 0);
    layout::put(value, layout::kNwkKeyCounter, kStrangeCounter, 4);
    if (const auto done = co_await bench.put(key, value); !done) co_return not_run(done.error());
    co_await bench.clock.sleep_for(Millis(2000));
    const auto now = co_await bench.get(key);
    if (!now) co_return not_run(now.error());
    if (!*now || **now != value)
        co_return violated("NWKKEY is another one 2 s after it was written");
    co_return passed("NWKKEY is as written after 2 s");
}

}  // namespace zha::znp::qualify
