// Power cuts after every single NV write of a restore.
#include <set>

#include "tests/znp/workbench.hpp"
#include "znp/nvram/startable.hpp"

namespace zha::znp {
namespace {

using test::contents_of;
using test::Home;
using test::Workbench;

constexpr Home kOld{0x1A62, 0xA0A1A2A3A4A5A6A7, 0x11, 0x00124B00000000A1, 30};
constexpr Home kNew{0x2B73, 0xB0B1B2B3B4B5B6B7, 0x22, 0x00124B00000000B2, 45};

struct OnAir {
    std::uint16_t pan_id;
    std::uint64_t extended_pan_id, ieee;
    std::uint8_t key_byte;
    bool operator==(const OnAir&) const = default;
};

OnAir of(const Home& home) {
    return {home.pan_id, home.extended_pan_id, home.ieee, home.key_byte};
}

/// One part of a home's identity is enough: with another part that is not its own it is half one.
bool takes_part(const OnAir& air, const Home& home) {
    return air.pan_id == home.pan_id || air.extended_pan_id == home.extended_pan_id ||
           air.key_byte == home.key_byte || air.ieee == home.ieee;
}

struct Sweep {
    std::string name;
    Image before, after;
    std::vector<Home> homes;  ///< whose identity may be seen whole, or not at all

    /// Number of NV writes of a restore that nothing interrupts.
    std::uint64_t writes() const;
    /// What an image must hold after the restore and the reset that ends it.
    void expect_restored(const Image& found, const std::string& where) const;
    void cut_after(std::uint64_t k);
    void restore_again(Workbench& bench, const std::string& where);

    std::set<Image, bool (*)(const Image&, const Image&)> tried{
        [](const Image& a, const Image& b) { return a.items < b.items; }};
};

std::uint64_t Sweep::writes() const {
    Workbench bench(contents_of(before));
    const auto begin = bench.dongle.nv().writes();
    const auto done = bench.run(bench.plug_driver().write_all(after, bench.soon()));
    EXPECT_TRUE(done) << done.error().message;
    return bench.dongle.nv().writes() - begin;
}

void Sweep::expect_restored(const Image& found, const std::string& where) const {
    ASSERT_TRUE(startable(found)) << where << ": " << startable(found).error().message;
    for (const auto& [key, value] : after.items) {
        // Each boot advances the counters of link keys; that they only go up is enough.
        if (key.item == ExItem::tclk_table) continue;
        const auto* now = found.find(key);
        ASSERT_TRUE(now) << where << ": " << mt::describe(key) << " is missing";
        if (key.sub == osal::POLL_RATE_OLD16 && key.item == ExItem::legacy) continue;
        EXPECT_EQ(*now, value) << where << ": " << mt::describe(key);
    }
    for (const auto& [key, value] : found.items)
        EXPECT_TRUE(after.find(key) || key.sub == osal::POLL_RATE_OLD16)
            << where << ": " << mt::describe(key) << " is left over";
}

void Sweep::cut_after(std::uint64_t k) {
    const auto where = name + ", cut after write " + std::to_string(k);
    Workbench bench(contents_of(before));
    const auto last = bench.dongle.nv().writes() + k;
    bench.dongle.cut_power_after(k);
    const auto begun = bench.clock.now();
    const auto cut = bench.run(bench.plug_driver().write_all(after, bench.soon()));
    EXPECT_EQ(bench.dongle.nv().writes(), last) << where;
    EXPECT_LE(bench.clock.now() - begun, Millis{60000}) << where;
    EXPECT_FALSE(cut && !bench.dongle.plugged()) << where << ": reported as done";
    bench.power_cycle();
    if (!tried.insert(bench.content()).second) return;  // the same memory was tried before
    const auto found = bench.run(bench.plug_driver().read_all(bench.soon()));
    ASSERT_TRUE(found) << where << ": " << found.error().message;
    const auto may_start = startable(*found);

    Workbench started(bench.dongle.nv().contents());
    const auto network = started.start_network();
    ASSERT_TRUE(network) << where;
    const OnAir air{network->pan_id, network->extended_pan_id, started.dongle.firmware().ieee(),
                    network->key[5]};
    bool whole = false;
    for (const auto& home : homes) {
        if (air == of(home)) whole = true;
        EXPECT_TRUE(air == of(home) || !takes_part(air, home))
            << where << ": half of PAN " << home.pan_id;
    }
    EXPECT_TRUE(whole || !may_start) << where << ": the check lets a stranger start";
    restore_again(bench, where);
}

void Sweep::restore_again(Workbench& bench, const std::string& where) {
    const auto again = bench.run(bench.plug_driver().write_all(after, bench.soon()));
    ASSERT_TRUE(again) << where << ": " << again.error().message;
    const auto found = bench.run(bench.driver->read_all(bench.soon()));
    ASSERT_TRUE(found) << where << ": " << found.error().message;
    expect_restored(*found, where);
}

void run_all(Sweep sweep) {
    const auto writes = sweep.writes();
    ASSERT_GT(writes, 3u);
    for (std::uint64_t k = 1; k <= writes && !testing::Test::HasFailure(); k += test::kEvery)
        sweep.cut_after(k);
    testing::Test::RecordProperty("writes", static_cast<int>(writes));
    testing::Test::RecordProperty("memories", static_cast<int>(sweep.tried.size()));
}

TEST(PowerCutSweep, AFormedNetworkOntoAFactoryNewDongle) {
    run_all({"onto factory-new", test::factory_new_image(), test::formed_image(kNew), {kNew}});
}

TEST(PowerCutSweep, OneNetworkOntoAnother) {
    run_all({"A onto B", test::formed_image(kOld), test::formed_image(kNew), {kOld, kNew}});
}

TEST(PowerCutSweep, NetworksWhoseConfigurationItemsAreDefaults) {
    auto left = kOld, right = kNew;
    left.configured = right.configured = false;
    run_all({"unconfigured", test::formed_image(left), test::formed_image(right), {kOld, kNew}});
}

TEST(PowerCutSweep, ADeltaOntoAMirroredStandby) {
    auto grown = kNew;
    grown.devices += 2;
    auto after = test::formed_image(grown);
    ASSERT_TRUE(raise_counters(after, 5000, 1000));
    run_all({"delta", test::formed_image(kNew), after, {kNew}});
}

TEST(PowerCutSweep, TheBootThatClearsHalfARestoreMayBeCutAnywhereToo) {
    const auto before = test::formed_image(kOld), after = test::formed_image(kNew);
    Workbench half(contents_of(before));
    half.dongle.cut_power_after(60);
    ASSERT_FALSE(half.run(half.plug_driver().write_all(after, half.soon())));
    const auto poisoned = half.content();
    for (std::uint64_t k = 1;; ++k) {
        Workbench bench(contents_of(poisoned), {sim::Micros(0), 0, true}, k);
        if (bench.dongle.plugged()) break;
        bench.power_cycle();
        ASSERT_FALSE(startable(bench.content())) << k;
        const auto network = bench.start_network();
        ASSERT_TRUE(network) << k;
        const OnAir air{network->pan_id, network->extended_pan_id, bench.dongle.firmware().ieee(),
                        network->key[5]};
        EXPECT_FALSE(takes_part(air, kOld) || takes_part(air, kNew)) << k;
    }
}

}  // namespace
}  // namespace zha::znp
