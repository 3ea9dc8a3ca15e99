// Broken lines: what a driver takes for an answer, and how long it tries.
#include "tests/znp/faulty_line.hpp"
#include "znp/nvram/startable.hpp"

namespace zha::znp {
namespace {

using test::FaultRates;
using test::FaultyLine;
using test::Home;
using test::Workbench;

constexpr unsigned kSeeds = 500 / test::kEvery;
constexpr Home kOld{0x1A62, 0xA0A1A2A3A4A5A6A7, 0x11, 0x00124B00000000A1, 3};
constexpr Home kNew{0x2B73, 0xB0B1B2B3B4B5B6B7, 0x22, 0x00124B00000000B2, 5};
constexpr Millis kLimit{60000};
/// After its deadline an operation may still end the exchange and the pulse it is in.
constexpr Millis kGrace{1000};

FaultRates rates_of(unsigned seed) {
    std::mt19937 random(seed);
    const auto rate = [&] { return random() % 3 == 0 ? random() % 12 : 0U; };
    FaultRates rates;
    rates.lost_request = rate();
    rates.lost = rate();
    rates.late = rate();
    rates.damaged = rate();
    rates.split = rate() * 8;
    rates.noise = rate() * 4;
    rates.reset = rate() / 4;
    rates.vanish = rate() / 8;
    // Not both: an answer that came twice and one that vanished without a trace cancel out, and
    // then nothing can tell. A line does one or the other.
    const bool whole = rates.lost_request + rates.lost + rates.damaged + rates.reset == 0;
    rates.repeated = whole ? rate() * 4 + 2 : 0;
    return rates;
}

/// Does every item that was read hold what the dongle holds? (A restart ages link keys.)
void expect_true_content(const Image& found, const Image& there, unsigned seed) {
    for (const auto& [key, value] : found.items) {
        if (key.item == ExItem::tclk_table) continue;
        if (key == ItemKey{ExItem::legacy, osal::POLL_RATE_OLD16}) continue;
        const auto* real = there.find(key);
        ASSERT_TRUE(real) << "seed " << seed << ": " << mt::describe(key) << " does not exist";
        ASSERT_EQ(value, *real) << "seed " << seed << ": " << mt::describe(key);
    }
}

TEST(FaultyLines, NoReadEverTakesAnotherAnswerForItsOwn) {
    const auto image = test::formed_image(kNew);
    unsigned whole = 0, faults = 0;
    for (unsigned seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
        Workbench bench(test::contents_of(image));
        FaultyLine line(bench, rates_of(seed), seed);
        auto& driver = bench.plug_driver();
        const auto begun = bench.clock.now();
        (void)bench.run(driver.connect(bench.soon(kLimit)));
        EXPECT_LE(bench.clock.now() - begun, kLimit + kGrace) << seed;
        const auto reading = bench.clock.now();
        const auto found = bench.run(driver.read_all(bench.soon(kLimit)));
        EXPECT_LE(bench.clock.now() - reading, kLimit + kGrace) << seed;
        faults += line.faults();
        if (!found) continue;
        ++whole;
        expect_true_content(*found, bench.content(), seed);
        for (const auto& [key, value] : bench.content().items)
            EXPECT_TRUE(found->find(key)) << seed << ": not read: " << mt::describe(key);
    }
    EXPECT_GT(whole, kSeeds / 4);
    EXPECT_GT(faults, kSeeds * 4);
}

TEST(FaultyLines, ARestoreIsWholeOrRefusedAndCanBeRepeated) {
    const auto before = test::formed_image(kOld), after = test::formed_image(kNew);
    unsigned whole = 0;
    for (unsigned seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
        Workbench bench(test::contents_of(before));
        FaultyLine line(bench, rates_of(seed), seed);
        const auto begun = bench.clock.now();
        const auto done = bench.run(bench.plug_driver().write_all(after, bench.soon(kLimit)));
        EXPECT_LE(bench.clock.now() - begun, kLimit + kGrace) << seed;
        line.stop();
        bench.time.advance(Millis{20000});
        bench.power_cycle();
        const auto content = bench.content();
        const auto identity = identity_of(content);
        if (done) ++whole;
        if (done || startable(content)) {
            ASSERT_TRUE(startable(content)) << seed << ": " << startable(content).error().message;
            if (done) expect_true_content(after, content, seed);
            ASSERT_TRUE(identity) << seed;
            const auto epid = identity->extended_pan_id;
            EXPECT_TRUE(epid == kNew.extended_pan_id || (!done && epid == kOld.extended_pan_id));
        }
        const auto again = bench.run(bench.plug_driver().write_all(after, bench.soon(kLimit)));
        ASSERT_TRUE(again) << seed << ": " << again.error().message;
        EXPECT_TRUE(startable(bench.content())) << seed;
    }
    EXPECT_GT(whole, kSeeds / 4);
}

TEST(FaultyLines, ADeadDongleEndsEveryOperationInTime) {
    Workbench bench(test::contents_of(test::formed_image(kNew)));
    bench.dongle.hang();
    auto& driver = bench.plug_driver();
    const auto span = [&](auto task) {
        const auto begun = bench.clock.now();
        EXPECT_FALSE(bench.run(std::move(task)));
        return bench.clock.now() - begun;
    };
    constexpr Millis kShort{3000};
    EXPECT_LE(span(driver.identify(bench.soon(kShort))), kShort + kGrace);
    EXPECT_LE(span(driver.read_all(bench.soon(kShort))), kShort + kGrace);
    EXPECT_LE(span(driver.write_all(bench.content(), bench.soon(kShort))), kShort + kGrace);
    EXPECT_LE(span(driver.reset(bench.soon(kShort))), kShort + kGrace);
    EXPECT_LE(span(driver.reset_all(bench.soon(kShort))), kShort + kGrace);
}

TEST(FaultyLines, ADongleThatComesBackElsewhereIsReadByANewDriver) {
    Workbench bench(test::contents_of(test::formed_image(kNew)));
    auto& driver = bench.plug_driver();
    bench.time.after(Millis{0}, [&] {
        bench.line->vanish();
        bench.dongle.unplug();
    });
    const auto gone = bench.run(driver.read_all(bench.soon()));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::unavailable);
    EXPECT_FALSE(driver.alive());
    bench.dongle.plug();
    auto& other = bench.plug_driver();
    ASSERT_TRUE(bench.run(other.connect(bench.soon())));
    EXPECT_TRUE(bench.run(other.read_all(bench.soon())));
}

}  // namespace
}  // namespace zha::znp
