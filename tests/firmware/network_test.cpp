// Forming, resuming, frame counters, joining.
#include "simulator/device/fleet.hpp"
#include "tests/firmware/bench.hpp"

namespace zha::sim {
namespace {

using Network = Bench;

TEST_F(Network, FormingMakesTheConfiguredNetworkAndItsItems) {
    a.form();
    ASSERT_EQ(witness.of("form").size(), 1U);
    EXPECT_EQ(witness.of("form")[0]["pan"], "0x1a62");
    EXPECT_EQ(witness.of("form")[0]["channel"], 15);
    EXPECT_EQ(a.areq(Subsystem::zdo, 0xC0), Bytes{9});
    EXPECT_EQ(a.state(), 9);
    for (std::uint16_t id : {nv::kNib, nv::kApsLinkKeyTable, nv::kGroupTable}) {
        EXPECT_NE(a.dongle.nv().find(id), nullptr) << id;
    }
    EXPECT_NE(a.dongle.nv().find(nv::kAddrMgr, nv::kAddrMgrEntries - 1), nullptr);
    EXPECT_EQ(get_le(*a.dongle.nv().find(nv::kNib), nv::kNibExtendedPanId, 8), kEpid);
}

TEST_F(Network, ResumingAddsTheMarginOnceAndWritesItBack) {
    a.form();
    EXPECT_EQ(a.saved_counters(), std::make_pair(std::uint64_t{0}, std::uint64_t{0}));
    a.reset();
    a.start();
    EXPECT_EQ(a.saved_counters(), std::make_pair(std::uint64_t{1250}, std::uint64_t{1250}));
    EXPECT_EQ(witness.of("form").size(), 1U) << "the same network";
    EXPECT_EQ(on_air(), Names{"a"});
    a.start();
    EXPECT_EQ(a.saved_counters().first, 1250U) << "already running";
}

TEST_F(Network, ThousandFramesAreSavedFewerAreNot) {
    a.form();
    Firmware firmware(schedule, air, a.dongle.nv(), Host::options("x", 1), [](const Frame&) {});
    firmware.power_on();
    schedule.advance(1s);
    firmware.start_network();
    schedule.advance(1s);
    for (int i = 0; i < 999; ++i) firmware.next_counter();
    EXPECT_EQ(a.saved_counters().first, 1250U);
    EXPECT_EQ(firmware.next_counter(), 2250U);
    EXPECT_EQ(a.saved_counters().first, 2250U);
}

TEST_F(Network, TheGenericEntryCountsWhenTheNetworkHasNone) {
    a.form();
    a.dongle.nv().put(nv::kNwkSecMaterial, 0, Bytes(12, 0));
    a.dongle.nv().put(nv::kNwkSecMaterial, 4, Writer().u32(9000).u64(~std::uint64_t{0}));
    a.reset();
    a.start();
    EXPECT_EQ(a.saved_counters().first, 10250U);
}

TEST_F(Network, ALostNibMakesAStartFormANewNetwork) {
    a.form();
    a.dongle.nv().erase(nv::kLegacy, nv::kNib);
    a.reset();
    a.start();
    EXPECT_EQ(witness.of("form").size(), 2U);
    EXPECT_EQ(a.areq(Subsystem::zdo, 0xC0), Bytes{9});
}

TEST_F(Network, ACoordinatorWithTheSamePanInReachMakesFormingTakeAnotherPan) {
    a.form();
    Host b(schedule, air, "b", kHardwareIeee + 1);
    b.plug();
    b.form();
    EXPECT_EQ(witness.of("form")[1]["pan"], "0x1a63");
}

TEST_F(Network, EndpointsAndGroupsAreGoneAfterAReset) {
    a.form();
    const Bytes endpoint = Writer().u8(1).u16(0x0104).u16(5).u8(0).u8(0).u8(0).u8(0);
    EXPECT_EQ(a.ask(Subsystem::af, 0x00, endpoint), Bytes{0});
    EXPECT_EQ(a.ask(Subsystem::af, 0x00, endpoint), Bytes{0xB8});
    a.ask(Subsystem::zdo, 0x05, {0, 0, 0, 0});
    EXPECT_EQ(a.areq(Subsystem::zdo, 0x85), (Bytes{0, 0, 0, 0, 0, 1, 1}));
    a.reset();
    a.ask(Subsystem::zdo, 0x05, {0, 0, 0, 0});
    EXPECT_EQ(a.areq(Subsystem::zdo, 0x85), (Bytes{0, 0, 0, 0, 0, 0}));
}

TEST_F(Network, AJoiningDeviceIsToldToTheHostAndKeptInNv) {
    DeviceFleet fleet(schedule, air);
    a.form();
    ASSERT_TRUE(fleet.add("plug", "plug", 0xA4C1380000000001).ok());
    ASSERT_TRUE(fleet.pair("plug").ok());
    schedule.advance(1s);
    EXPECT_FALSE(a.areq(Subsystem::zdo, 0xCA).has_value()) << "closed";
    a.ask(Subsystem::zdo, 0x36, {0x0F, 0xFC, 0xFF, 60, 1});
    schedule.advance(1s);
    const auto joined = a.areq(Subsystem::zdo, 0xCA);
    ASSERT_TRUE(joined.has_value());
    EXPECT_EQ(get_le(*joined, 2, 8), 0xA4C1380000000001U);
    EXPECT_TRUE(a.areq(Subsystem::zdo, 0xC1).has_value());
    EXPECT_EQ(get_le(*a.dongle.nv().find(nv::kAddrMgr, 0), 4, 8), 0xA4C1380000000001U);
    EXPECT_EQ(get_le(*a.dongle.nv().find(nv::kTclk, 0), 8, 8), 0xA4C1380000000001U);
}

TEST_F(Network, AnImageOnASecondDongleResumesThereAndItsDeviceAnswers) {
    DeviceFleet fleet(schedule, air);
    a.form();
    ASSERT_TRUE(fleet.add("plug", "plug").ok());
    ASSERT_TRUE(fleet.pair("plug").ok());
    a.ask(Subsystem::zdo, 0x36, {0x0F, 0xFC, 0xFF, 60, 1});
    schedule.advance(1s);
    a.dongle.unplug();
    Host b(schedule, air, "b", kHardwareIeee + 1);
    b.dongle.nv().load(a.dongle.nv().contents());
    b.plug();
    b.start();
    const std::uint16_t nwk = fleet.list()[0].radio.membership->nwk;
    b.ask(Subsystem::zdo, 0x05, Writer().u16(nwk).u16(nwk));
    schedule.advance(1s);
    EXPECT_TRUE(b.areq(Subsystem::zdo, 0x85).has_value());
    EXPECT_EQ(air.statistics().drops_replay, 0U);
    EXPECT_EQ(air.statistics().overlaps, 0U);
}

}  // namespace
}  // namespace zha::sim
