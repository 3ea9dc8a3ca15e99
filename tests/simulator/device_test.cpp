// What devices answer and report.
#include <gtest/gtest.h>

#include "tests/simulator/house.hpp"

namespace zha::sim {
namespace {

using zcl::General;

constexpr std::uint16_t kBasic = 0x0000, kGroups = 0x0004, kOnOff = 0x0006, kLevel = 0x0008,
                        kTemperature = 0x0402;
constexpr std::uint8_t kMoveToLevelWithOnOff = 0x04;

zcl::Frame level_command(std::uint8_t level) {
    return command(kMoveToLevelWithOnOff, {level, 0, 0, 0, 0});
}
Bytes bind_request(Ieee device, std::uint16_t cluster) {
    Bytes request;
    zcl::put64(request, device);
    request.push_back(1);
    zcl::put16(request, cluster);
    request.push_back(3);
    zcl::put64(request, 0x0012'4B00'0000'0001);
    request.push_back(1);
    return request;
}

TEST(Bulb, EveryLevelEndsAsCommandedAndIsAnswered) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    for (int level = 1; level <= 254; ++level) {
        const auto reply =
            house.ask("bulb", kLevel, level_command(static_cast<std::uint8_t>(level)));
        ASSERT_TRUE(reply.has_value()) << level;
        EXPECT_EQ(reply->command, static_cast<std::uint8_t>(General::default_response));
        EXPECT_EQ(reply->payload, (Bytes{kMoveToLevelWithOnOff, 0}));
        ASSERT_EQ(house.state("bulb").brightness, level);
        EXPECT_EQ(house.state("bulb").on, true);
    }
}

TEST(Bulb, AnswersWithinTenMilliseconds) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    house.send(house.a, house.nwk("bulb"), kLevel, level_command(99));
    EXPECT_TRUE(house.schedule.advance_until([&] { return !house.a.frames.empty(); }, 10ms));
}

TEST(Bulb, ASuccessIsSilentWhenTheSenderWantsNoDefaultResponse) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    zcl::Frame quiet = level_command(42);
    quiet.disable_default_response = true;
    EXPECT_FALSE(house.ask("bulb", kLevel, quiet).has_value());
    EXPECT_EQ(house.state("bulb").brightness, 42);
}

TEST(Bulb, LevelZeroSwitchesOffAndOnComesBackToTheLevel) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    house.ask("bulb", kLevel, level_command(77));
    house.ask("bulb", kLevel, level_command(0));
    EXPECT_EQ(house.state("bulb").on, false);
    house.ask("bulb", kOnOff, command(0x01));
    EXPECT_EQ(house.state("bulb").on, true);
    EXPECT_EQ(house.state("bulb").brightness, 77);
}

TEST(Bulb, ReportsWhatChangedOnceItIsBoundAndConfigured) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    // Attribute 0, uint8, minimum 1 s, maximum 300 s, change 1.
    const zcl::Frame configure =
        general(General::configure_reporting, {0, 0x00, 0x00, 0x20, 0x01, 0x00, 0x2C, 0x01, 0x01});
    ASSERT_EQ(house.ask("bulb", kLevel, configure)->payload, Bytes{0});
    house.ask("bulb", kLevel, level_command(10));
    EXPECT_TRUE(house.reports(kLevel).empty()) << "nobody is bound yet";
    const ZdoAnswer bound =
        house.zdo("bulb", 0x0021, bind_request(house.state("bulb").ieee, kLevel));
    ASSERT_EQ(bound.payload, Bytes{0});
    house.ask("bulb", kLevel, level_command(20));
    ASSERT_EQ(house.reports(kLevel).size(), 1U);
    EXPECT_EQ(house.reports(kLevel)[0], (Bytes{0x00, 0x00, 0x20, 20}));
    house.schedule.advance(301s);
    EXPECT_EQ(house.reports(kLevel).size(), 2U) << "the maximum interval passed";
}

TEST(Bulb, TheMinimumIntervalHoldsReportsBackAndTheLastValueWins) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    house.zdo("bulb", 0x0021, bind_request(house.state("bulb").ieee, kLevel));
    house.ask("bulb", kLevel,
              general(General::configure_reporting, {0, 0, 0, 0x20, 5, 0, 0x2C, 0x01, 1}));
    for (std::uint8_t level = 1; level <= 20; ++level) {
        house.ask("bulb", kLevel, level_command(level));
    }
    EXPECT_EQ(house.reports(kLevel).size(), 1U);
    house.schedule.advance(5s);
    ASSERT_EQ(house.reports(kLevel).size(), 2U);
    EXPECT_EQ(house.reports(kLevel)[1].back(), 20);
}

TEST(Bulb, ListensToItsGroupsAndKeepsSilent) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    ASSERT_TRUE(house.ask("bulb", kGroups, command(0x00, {0x34, 0x12, 0})).has_value());
    ApsFrame cast;
    cast.destination = 0xFFFD;
    cast.profile = 0x0104;
    cast.cluster = kLevel;
    cast.payload = zcl::encode(level_command(55));
    cast.group = 0x9999;
    house.air.send(house.a, cast, {});
    house.schedule.advance(100ms);
    EXPECT_NE(house.state("bulb").brightness, 55);
    cast.group = 0x1234;
    const std::size_t before = house.a.frames.size();
    house.air.send(house.a, cast, {});
    house.schedule.advance(100ms);
    EXPECT_EQ(house.state("bulb").brightness, 55);
    EXPECT_EQ(house.a.frames.size(), before);
}

TEST(Plug, TellsModelAndManufacturer) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    const auto reply = house.ask("plug", kBasic, general(General::read, {0x05, 0x00, 0x04, 0x00}));
    ASSERT_TRUE(reply.has_value());
    const std::string text(reply->payload.begin(), reply->payload.end());
    EXPECT_NE(text.find("\x07S26R2ZB"), std::string::npos);
    EXPECT_NE(text.find("\x06SONOFF"), std::string::npos);
}

TEST(Plug, AClusterItDoesNotHaveIsRefused) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    const auto reply = house.ask("plug", kLevel, level_command(9));
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->payload, (Bytes{kMoveToLevelWithOnOff, 0xC3}));
}

TEST(Plug, ItsButtonTogglesAndReportsOnce) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    ASSERT_TRUE(house.fleet.press("plug").ok());
    house.schedule.advance(100ms);
    EXPECT_EQ(house.state("plug").on, true);
    EXPECT_EQ(house.reports(kOnOff), (std::vector<Bytes>{{0x00, 0x00, 0x10, 0x01}}));
}

TEST(Plug, BrokenPayloadsAreAnsweredAsMalformed) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    const auto reply = house.ask("bulb", kLevel, command(kMoveToLevelWithOnOff, {9}));
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->payload, (Bytes{kMoveToLevelWithOnOff, 0x80}));
}

TEST(Sensor, ReportsAtItsOwnPaceWhileItIsJoined) {
    House house(FleetOptions{.sensor_report = 10s});
    ASSERT_TRUE(house.add_and_pair("sensor").ok());
    house.schedule.advance(31s);
    EXPECT_EQ(house.reports(kTemperature).size(), 3U);
    ASSERT_TRUE(house.fleet.leave("sensor").ok());
    house.schedule.advance(60s);
    EXPECT_EQ(house.reports(kTemperature).size(), 3U);
}

TEST(Sensor, SleepsAndIsReachedWhenItPolls) {
    House house(FleetOptions{.sensor_report = 1h});
    ASSERT_TRUE(house.add_and_pair("sensor").ok());
    house.schedule.advance(121s);
    house.send(house.a, house.nwk("sensor"), kTemperature, general(General::read, {0, 0}));
    house.schedule.advance(100ms);
    EXPECT_TRUE(house.a.frames.empty());
    house.schedule.advance(6s);
    EXPECT_EQ(house.a.frames.size(), 1U);
}

}  // namespace
}  // namespace zha::sim
