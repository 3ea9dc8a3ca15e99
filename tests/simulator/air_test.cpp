// Who is on the air: exclusivity, joining, frames of a coordinator that vanished.
#include <gtest/gtest.h>

#include "tests/simulator/house.hpp"

namespace zha::sim {
namespace {

const zcl::Frame kOn = command(0x01);
constexpr std::uint16_t kOnOff = 0x0006;

TEST(Air, OneCoordinatorAfterTheOtherIsNoOverlap) {
    House house;
    house.air.coordinator_up(house.a, true);
    house.schedule.advance(1s);
    house.air.coordinator_down(house.a, "unplug");
    house.air.coordinator_up(house.b, false);
    house.schedule.advance(1s);
    const AirStatistics statistics = house.air.statistics();
    EXPECT_EQ(statistics.max_on_air_overlap_ms, 0);
    EXPECT_EQ(statistics.overlaps, 0U);
    EXPECT_EQ(statistics.networks_formed, 1U);
    EXPECT_TRUE(house.witness.of("overlap_begin").empty());
}

TEST(Air, TheMeterSeesAnOverlapShorterThanAMillisecond) {
    House house;
    house.air.coordinator_up(house.a, true);
    house.air.coordinator_up(house.b, false);
    house.schedule.advance(Micros{200});
    house.air.coordinator_down(house.b, "reset");
    EXPECT_EQ(house.air.statistics().max_on_air_overlap_ms, 1);
    EXPECT_EQ(house.air.statistics().overlaps, 1U);
    EXPECT_EQ(house.witness.of("overlap_end").size(), 1U);
}

TEST(Air, AnOverlapThatStillRunsCounts) {
    House house;
    house.air.coordinator_up(house.a, true);
    house.air.coordinator_up(house.b, false);
    house.schedule.advance(250ms);
    EXPECT_EQ(house.air.statistics().max_on_air_overlap_ms, 250);
}

TEST(Air, TwoDifferentNetworksDoNotOverlap) {
    House house;
    NetworkParams other = home_network();
    other.extended_pan_id = 1;
    FakeCoordinator neighbour("neighbour", other);
    house.air.coordinator_up(house.a, true);
    house.air.coordinator_up(neighbour, true);
    house.schedule.advance(1s);
    EXPECT_EQ(house.air.statistics().max_on_air_overlap_ms, 0);
    EXPECT_EQ(house.air.statistics().networks_formed, 2U);
}

TEST(Air, ADeviceJoinsOnceAndComesBackAsARejoin) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    EXPECT_EQ(house.air.statistics().devices_joined, 1U);
    EXPECT_EQ(house.air.statistics().devices_rejoined, 0U);
    EXPECT_EQ(house.a.announced.size(), 1U);
    house.a.open = true;
    ASSERT_TRUE(house.fleet.pair("plug").ok());
    house.schedule.advance(1s);
    EXPECT_EQ(house.air.statistics().devices_joined, 1U);
    EXPECT_EQ(house.air.statistics().devices_rejoined, 1U);
}

TEST(Air, ADeviceWaitsUntilTheNetworkIsOpened) {
    House house;
    ASSERT_TRUE(house.fleet.add("plug", "plug").ok());
    house.air.coordinator_up(house.a, true);
    ASSERT_TRUE(house.fleet.pair("plug").ok());
    house.schedule.advance(10s);
    EXPECT_TRUE(house.a.joined.empty());
    house.a.open = true;
    house.air.permit_joining(house.a, 60);
    house.schedule.advance(1s);
    EXPECT_EQ(house.a.joined.size(), 1U);
}

TEST(Air, ATakeoverIsNoJoin) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.air.coordinator_down(house.a, "unplug");
    house.b.counter = house.a.counter + 1000;
    house.air.coordinator_up(house.b, false);
    house.send(house.b, house.nwk("plug"), kOnOff, kOn);
    house.schedule.advance(100ms);
    EXPECT_EQ(house.state("plug").on, true);
    EXPECT_EQ(house.b.frames.size(), 1U);
    EXPECT_EQ(house.air.statistics().devices_joined, 1U);
    EXPECT_EQ(house.air.statistics().devices_rejoined, 0U);
}

TEST(Air, TheFramesOfAnUnpluggedCoordinatorAreLost) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.send(house.a, house.nwk("plug"), kOnOff, kOn);
    house.air.coordinator_down(house.a, "unplug");
    house.schedule.advance(10s);
    EXPECT_EQ(house.state("plug").on, false);
    EXPECT_FALSE(house.result.has_value()) << "a dongle without power confirms nothing";
    EXPECT_TRUE(house.a.frames.empty());
}

TEST(Air, AnAnswerToAnUnpluggedCoordinatorIsLost) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.send(house.a, house.nwk("plug"), kOnOff, kOn);
    ASSERT_TRUE(house.schedule.advance_until([&] { return house.state("plug").on == true; }, 1s));
    house.air.coordinator_down(house.a, "unplug");
    house.schedule.advance(10s);
    EXPECT_TRUE(house.a.frames.empty());
}

TEST(Air, NobodyAcknowledgesAFrameToAnUnknownAddress) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.send(house.a, 0x7777, kOnOff, kOn);
    house.schedule.advance(1s);
    EXPECT_EQ(house.result, SendResult::no_ack);
}

TEST(Air, ALeavingDeviceIsHeardAndForgotten) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    ASSERT_TRUE(house.fleet.leave("plug").ok());
    house.schedule.advance(100ms);
    EXPECT_EQ(house.a.left.size(), 1U);
    EXPECT_FALSE(house.state("plug").radio.membership.has_value());
}

}  // namespace
}  // namespace zha::sim
