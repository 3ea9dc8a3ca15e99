// Unplugging, hanging, power cuts, the reset line and the speed of the serial line.
#include <sys/stat.h>

#include <filesystem>

#include "tests/firmware/bench.hpp"

namespace zha::sim {
namespace {

using DongleBench = Bench;

TEST_F(DongleBench, UnpluggingSilencesTheRadioAtOnceAndKeepsNv) {
    a.form();
    a.dongle.unplug();
    EXPECT_EQ(on_air(), Names{});
    EXPECT_EQ(witness.of("down").back()["why"], "unplug");
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), std::nullopt);
    a.plug();
    EXPECT_EQ(on_air(), Names{}) << "plugged in is not started";
    a.start();
    EXPECT_EQ(on_air(), Names{"a"});
    EXPECT_EQ(witness.of("form").size(), 1U);
}

TEST_F(DongleBench, AHungOneStaysOnTheAirAndSaysNothing) {
    a.form();
    a.dongle.hang();
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), std::nullopt);
    EXPECT_EQ(on_air(), Names{"a"});
    a.dongle.resume();
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), (Bytes{0x59, 0x06}));
}

TEST_F(DongleBench, APowerCutAfterTwoWritesKeepsTwoAndAnswersNoMore) {
    a.form();
    a.dongle.cut_power_after(2);
    const auto write = [&](std::uint16_t id) {
        return a.ask(Subsystem::sys, 0x1D, Writer().u16(id).u16(0).u16(1).u8(0x77));
    };
    EXPECT_EQ(write(0x28), Bytes{0});
    EXPECT_EQ(write(0x29), std::nullopt) << "done, but nobody is told";
    EXPECT_EQ(write(0x2A), std::nullopt);
    EXPECT_FALSE(a.dongle.plugged());
    EXPECT_EQ(on_air(), Names{});
    EXPECT_EQ(*a.dongle.nv().find(0x29), Bytes{0x77});
    EXPECT_EQ(*a.dongle.nv().find(0x2A), Bytes{0x02});
    a.plug();
    EXPECT_TRUE(a.ask(Subsystem::sys, 0x01).has_value());
}

TEST_F(DongleBench, TheResetLineHoldsItSilentUntilReleased) {
    a.form();
    a.dongle.set_lines(false, true);
    EXPECT_EQ(on_air(), Names{});
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), std::nullopt);
    a.dongle.set_lines(false, false);
    schedule.advance(1s);
    EXPECT_EQ(a.state(), 0);
}

TEST_F(DongleBench, LeavingResetWithTheBootPinLowEndsInTheBootloader) {
    a.dongle.set_lines(false, true);
    a.dongle.set_lines(true, false);
    schedule.advance(1s);
    EXPECT_TRUE(a.dongle.in_bootloader());
    EXPECT_EQ(a.ask(Subsystem::sys, 0x01), std::nullopt);
    a.dongle.set_lines(true, true);
    EXPECT_TRUE(a.dongle.in_bootloader()) << "only a reset ends it";
    a.dongle.set_lines(false, true);
    a.dongle.set_lines(false, false);
    schedule.advance(1s);
    EXPECT_TRUE(a.ask(Subsystem::sys, 0x01).has_value());
}

TEST_F(DongleBench, BothLinesEqualChangeNothing) {
    a.form();
    a.dongle.set_lines(true, true);
    a.dongle.set_lines(false, false);
    EXPECT_EQ(on_air(), Names{"a"});
}

TEST_F(DongleBench, APacedAnswerTakesLatencyAndLineTime) {
    LineOptions line;
    line.latency = 10ms;
    Host b(schedule, air, "b", kHardwareIeee + 1, line);
    b.plug();
    b.frames.clear();
    b.dongle.from_host(znp::encode({Type::sreq, Subsystem::sys, 0x01, {}}));
    schedule.advance(11ms);  // 12 bytes on the wire are 1.04 ms
    EXPECT_TRUE(b.frames.empty());
    schedule.advance(1ms);
    EXPECT_EQ(b.frames.size(), 1U);
}

TEST_F(DongleBench, NvSurvivesInAFileOnlyItsOwnerCanRead) {
    const std::string path = ::testing::TempDir() + "zha_dongle_nv.json";
    std::filesystem::remove(path);
    {
        Host b(schedule, air, "b", kHardwareIeee + 1, instant_line(), path);
        ASSERT_TRUE(b.dongle.load().ok());
        b.plug();
        b.form();
        ASSERT_TRUE(b.dongle.save().ok());
    }
    struct ::stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    Host again(schedule, air, "b", kHardwareIeee + 1, instant_line(), path);
    ASSERT_TRUE(again.dongle.load().ok());
    again.plug();
    again.start();
    EXPECT_EQ(witness.of("form").size(), 1U);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace zha::sim
