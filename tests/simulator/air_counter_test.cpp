// Frame counters: what every receiver refuses, and what the witness says about it.
#include <gtest/gtest.h>

#include "simulator/air/replay.hpp"
#include "tests/simulator/house.hpp"

namespace zha::sim {
namespace {

const zcl::Frame kOn = command(0x01);
constexpr std::uint16_t kOnOff = 0x0006;

TEST(Replay, OnlyRisingCountersAreAccepted) {
    ReplayGuard guard;
    EXPECT_TRUE(guard.accept(1, 0, 10));
    EXPECT_FALSE(guard.accept(1, 0, 10));
    EXPECT_FALSE(guard.accept(1, 0, 9));
    EXPECT_TRUE(guard.accept(1, 0, 11));
    EXPECT_EQ(guard.last(1, 0), 11U);
}

TEST(Replay, SendersAndKeysCountForThemselves) {
    ReplayGuard guard;
    EXPECT_TRUE(guard.accept(1, 0, 10));
    EXPECT_TRUE(guard.accept(2, 0, 5));
    EXPECT_TRUE(guard.accept(1, 1, 5));
}

TEST(AirCounter, AStandbyWithAnOldCounterIsAcknowledgedAndIgnored) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.a.counter = 5000;
    ASSERT_TRUE(house.ask("plug", kOnOff, kOn).has_value());
    house.air.coordinator_down(house.a, "unplug");
    house.b.counter = 100;
    house.air.coordinator_up(house.b, false);
    house.send(house.b, house.nwk("plug"), kOnOff, command(0x00));
    house.schedule.advance(1s);
    EXPECT_EQ(house.result, SendResult::delivered);
    EXPECT_EQ(house.state("plug").on, true);
    EXPECT_TRUE(house.b.frames.empty());
    EXPECT_EQ(house.air.statistics().drops_replay, 1U);
    EXPECT_EQ(house.witness.of("drop_replay").size(), 1U);
    EXPECT_EQ(house.witness.of("counter_regression").size(), 1U);
}

TEST(AirCounter, ADeviceRemembersTheCounterAcrossARestartOfItsOwn) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.a.counter = 5000;
    ASSERT_TRUE(house.ask("plug", kOnOff, kOn).has_value());
    const auto saved = house.fleet.save();
    House later;
    ASSERT_TRUE(later.fleet.restore(saved).ok());
    later.air.coordinator_up(later.a, false);
    later.a.counter = 5000;
    EXPECT_FALSE(later.ask("plug", kOnOff, command(0x00)).has_value()) << "5001 was heard before";
    EXPECT_TRUE(later.ask("plug", kOnOff, command(0x00)).has_value());
}

TEST(AirCounter, AnotherKeyIsNotUnderstood) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.air.coordinator_down(house.a, "unplug");
    NetworkParams rekeyed = home_network();
    rekeyed.key.fill(0x11);
    FakeCoordinator stranger("stranger", rekeyed);
    house.air.coordinator_up(stranger, true);
    stranger.counter = 9000;
    house.send(stranger, house.nwk("plug"), kOnOff, kOn);
    house.schedule.advance(1s);
    EXPECT_EQ(house.state("plug").on, false);
    EXPECT_EQ(house.air.statistics().drops_undecryptable, 1U);
}

TEST(AirCounter, TheWitnessNeverShowsTheKey) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    for (const std::string& line : house.witness.lines()) {
        EXPECT_EQ(line.find("5a5a"), std::string::npos);
        EXPECT_EQ(line.find("key\""), std::string::npos);
    }
}

TEST(AirCounter, ACoordinatorHearsADeviceAgainAfterItsOwnRestart) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.air.coordinator_down(house.a, "reset");
    house.air.coordinator_up(house.a, false);
    house.a.frames.clear();
    ASSERT_TRUE(house.fleet.press("plug").ok());
    house.schedule.advance(100ms);
    EXPECT_EQ(house.a.frames.size(), 1U);
}

}  // namespace
}  // namespace zha::sim
