// The fleet: names, and a memory that survives the simulator.
#include <gtest/gtest.h>

#include "tests/simulator/house.hpp"

namespace zha::sim {
namespace {

nlohmann::ordered_json through_text(const nlohmann::ordered_json& saved) {
    return nlohmann::ordered_json::parse(saved.dump());
}

TEST(Fleet, NamesAndAddressesAreUnique) {
    House house;
    ASSERT_TRUE(house.fleet.add("plug", "plug", 7).ok());
    EXPECT_EQ(house.fleet.add("bulb", "plug").error().code, Errc::refused);
    EXPECT_EQ(house.fleet.add("bulb", "bulb", 7).error().code, Errc::refused);
    EXPECT_EQ(house.fleet.list().size(), 1U);
}

TEST(Fleet, WhatIsNoNameOrKindIsRefused) {
    House house;
    EXPECT_EQ(house.fleet.add("plug", "").error().code, Errc::invalid);
    EXPECT_EQ(house.fleet.add("plug", "A plug").error().code, Errc::invalid);
    EXPECT_EQ(house.fleet.add("plug", std::string(33, 'a')).error().code, Errc::invalid);
    EXPECT_EQ(house.fleet.add("kettle", "kettle").error().code, Errc::invalid);
    EXPECT_EQ(house.fleet.press("kettle").error().code, Errc::not_found);
}

TEST(Fleet, ADeviceWithoutNetworkCannotReport) {
    House house;
    ASSERT_TRUE(house.fleet.add("plug", "plug").ok());
    EXPECT_EQ(house.fleet.report("plug").error().code, Errc::refused);
    EXPECT_EQ(house.fleet.announce("plug").error().code, Errc::refused);
}

TEST(Fleet, TheSameNameHasTheSameAddressEveryTime) {
    House first, second;
    ASSERT_TRUE(first.fleet.add("plug", "hall").ok());
    ASSERT_TRUE(second.fleet.add("plug", "hall").ok());
    EXPECT_EQ(first.state("hall").ieee, second.state("hall").ieee);
}

TEST(Fleet, RestoredDevicesStandWhereTheyStood) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    house.ask("bulb", 0x0008, command(0x04, {123, 0, 0}));
    House later;
    ASSERT_TRUE(later.fleet.restore(through_text(house.fleet.save())).ok());
    EXPECT_EQ(later.state("bulb").brightness, 123);
    EXPECT_EQ(later.nwk("bulb"), house.nwk("bulb"));
    EXPECT_EQ(later.fleet.save(), house.fleet.save());
    later.air.coordinator_up(later.a, false);
    later.a.counter = 1000;
    EXPECT_TRUE(later.ask("bulb", 0x0008, command(0x04, {50, 0, 0})).has_value());
    EXPECT_EQ(later.air.statistics().devices_joined, 0U);
}

TEST(Fleet, RestoredDevicesStillReport) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    Bytes bind;
    zcl::put64(bind, house.state("plug").ieee);
    zcl::put(bind, Bytes{1, 0x06, 0x00, 3, 1, 0, 0, 0, 0, 0x4B, 0x12, 0x00, 1});
    ASSERT_TRUE(house.zdo("plug", 0x0021, bind).answered);
    house.ask("plug", 0x0006,
              general(zcl::General::configure_reporting, {0, 0, 0, 0x10, 0, 0, 0x2C, 1}));
    House later;
    ASSERT_TRUE(later.fleet.restore(through_text(house.fleet.save())).ok());
    later.air.coordinator_up(later.a, false);
    later.a.counter = 1000;
    later.ask("plug", 0x0006, command(0x01));
    EXPECT_EQ(later.reports(0x0006).size(), 1U);
}

TEST(Fleet, ADamagedMemoryIsRefusedAsAWholeAndNamesNoKey) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    auto saved = house.fleet.save();
    saved["devices"][1]["station"]["network"]["key"] = "5a5a5a5a";
    House later;
    const Status status = later.fleet.restore(saved);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Errc::corrupt);
    EXPECT_EQ(status.error().message.find("5a5a"), std::string::npos);
    EXPECT_TRUE(later.fleet.list().empty());
    EXPECT_FALSE(later.fleet.restore(nlohmann::ordered_json(42)).ok());
    EXPECT_FALSE(later.fleet.restore({{"version", 1}, {"devices", {1, 2}}}).ok());
}

TEST(Fleet, WhatIsShownNeverHoldsTheKey) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    const std::string shown = to_json(house.state("plug")).dump();
    EXPECT_EQ(shown.find("5a5a"), std::string::npos);
    EXPECT_NE(shown.find("\"joined\":true"), std::string::npos);
}

}  // namespace
}  // namespace zha::sim
