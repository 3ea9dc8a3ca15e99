// What a host that is not zigbee2mqtt asks for: the coordinator's own ZDO through endpoint 0,
// scans, and what a start tells.
#include "simulator/dongle/zdo_self.hpp"

#include "tests/firmware/bench.hpp"

namespace zha::sim {
namespace {

constexpr std::uint32_t kAllChannels = 0x07FFF800;

struct ZdoSelf : Bench {
    /// AF_DATA_REQUEST from endpoint 0 to endpoint 0 of the coordinator.
    std::optional<Bytes> ask_zdo(std::uint16_t cluster, const Bytes& request) {
        Writer data;
        data.u16(0).u8(0).u8(0).u16(cluster).u8(1).u8(0).u8(30);
        return a.ask(Subsystem::af, 0x01, data.u8(request.size()).bytes(request));
    }
    void hear(std::uint16_t cluster) {
        EXPECT_EQ(a.ask(Subsystem::zdo, 0x3E, Writer().u16(cluster)), Bytes{0});
    }
    std::vector<Bytes> areqs(Subsystem subsystem, std::uint8_t id) const {
        std::vector<Bytes> found;
        for (const auto& frame : a.frames)
            if (frame.type == Type::areq && frame.subsystem == subsystem && frame.id == id)
                found.push_back(frame.data);
        return found;
    }
    /// MSG_CB_INCOMING up to the payload, from the coordinator itself.
    static Bytes incoming(std::uint16_t cluster, std::uint8_t transaction) {
        return Writer().u16(0).u8(0).u16(cluster).u8(0).u8(transaction).u16(0);
    }
};

TEST_F(ZdoSelf, ANewNetworkIsToldAsOneFormation) {
    a.form();
    EXPECT_EQ(areqs(Subsystem::app_cnf, 0x80), (std::vector<Bytes>{{0, 4, 0}}));
}

TEST_F(ZdoSelf, AnOldNetworkIsToldAsRestoredAndThenNotFormed) {
    a.form();
    a.reset();
    a.frames.clear();
    a.ask(Subsystem::app_cnf, 0x05, {4});
    schedule.advance(2s);
    EXPECT_EQ(areqs(Subsystem::app_cnf, 0x80), (std::vector<Bytes>{{0x0D, 0, 4}, {8, 4, 0}}));
    EXPECT_EQ(a.state(), 9);
}

TEST_F(ZdoSelf, EndpointZeroAnswersWithoutBeingRegisteredButOnlyInANetwork) {
    EXPECT_EQ(ask_zdo(0x0005, {1, 0, 0}), Bytes{0xC2});
    a.form();
    EXPECT_EQ(ask_zdo(0x0005, {1, 0, 0}), Bytes{0});
}

TEST_F(ZdoSelf, ItsAnswersComeAsMessagesOfTheClusterThatTheHostRegistered) {
    a.form();
    a.ask(Subsystem::af, 0x00, Writer().u8(1).u16(0x0104).u16(5).u8(0).u8(0).u8(0).u8(0));
    hear(0x8005);
    ask_zdo(0x0005, {7, 0, 0});
    ask_zdo(0x0002, {8, 0, 0});  // nobody registered for 0x8002
    schedule.advance(10ms);
    const Bytes expected = Writer().bytes(incoming(0x8005, 7)).u8(0).u16(0).u8(1).u8(1);
    EXPECT_EQ(areqs(Subsystem::zdo, 0xFF), std::vector<Bytes>{expected});
}

TEST_F(ZdoSelf, ARegistrationForAllClustersEndsWithItsRemovalAndWithAReset) {
    a.form();
    hear(0xFFFF);
    ask_zdo(0x0002, {1, 0, 0});
    schedule.advance(10ms);
    EXPECT_EQ(areqs(Subsystem::zdo, 0xFF).size(), 1U);
    EXPECT_EQ(a.ask(Subsystem::zdo, 0x3F, Writer().u16(0xFFFF)), Bytes{0});
    ask_zdo(0x0002, {2, 0, 0});
    schedule.advance(10ms);
    EXPECT_EQ(areqs(Subsystem::zdo, 0xFF).size(), 1U);
    hear(0xFFFF);
    a.reset();
    a.start();
    ask_zdo(0x0002, {3, 0, 0});
    schedule.advance(10ms);
    EXPECT_EQ(areqs(Subsystem::zdo, 0xFF).size(), 1U);
}

TEST_F(ZdoSelf, UnknownRequestsAndEmptyOnesAreRefused) {
    a.form();
    hear(0xFFFF);
    EXPECT_EQ(ask_zdo(0x0999, {5}), Bytes{0});
    EXPECT_TRUE(ask_zdo(0x0038, {}));
    schedule.advance(10ms);
    const auto heard = areqs(Subsystem::zdo, 0xFF);
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0], Bytes(Writer().bytes(incoming(0x8999, 5)).u8(0x84)));
    EXPECT_EQ(heard[1].back(), 0x84);
}

TEST_F(ZdoSelf, BothWaysToAskForADescriptorGiveTheSame) {
    a.form();
    hear(0xFFFF);
    a.ask(Subsystem::zdo, 0x02, Writer().u16(0).u16(0));
    ask_zdo(0x0002, {1, 0, 0});
    schedule.advance(10ms);
    const auto dedicated = a.areq(Subsystem::zdo, 0x82), raw = a.areq(Subsystem::zdo, 0xFF);
    ASSERT_TRUE(dedicated && raw);
    ASSERT_GT(raw->size(), 9U);
    EXPECT_EQ(Bytes(dedicated->begin() + 2, dedicated->end()), Bytes(raw->begin() + 9, raw->end()));
}

TEST_F(ZdoSelf, AnEnergyScanMeasuresEachChannelAsOftenAsAskedAndTakesItsTime) {
    a.form();
    hear(0x8038);
    const Bytes request = Writer().u8(9).u32(kAllChannels).u8(2).u8(2).u16(0);
    ask_zdo(0x0038, request);
    const auto each = scan_time(kAllChannels, 2);
    schedule.advance(each - 5ms);
    EXPECT_TRUE(areqs(Subsystem::zdo, 0xFF).empty());
    schedule.advance(10ms + each);
    const auto heard = areqs(Subsystem::zdo, 0xFF);
    ASSERT_EQ(heard.size(), 2U);
    // status, mask, transmissions, failures, number of values, values
    EXPECT_EQ(heard[0].size(), 9U + 1 + 4 + 2 + 2 + 1 + 16);
    EXPECT_EQ(heard[0].at(9 + 9), 16);
}

TEST_F(ZdoSelf, TheChannelOfAnotherNetworkIsTheLoudestOne) {
    a.form();  // on channel 15
    Host b{schedule, air, "b", kHardwareIeee + 1};
    b.plug();
    hear(0x8038);
    b.frames.clear();
    EXPECT_EQ(a.state(), 9);
    b.dongle.nv().put(nv::kExtendedPanId, Writer().u64(kEpid + 1));
    b.dongle.nv().put(nv::kPanId, {0x34, 0x12});
    b.dongle.nv().put(nv::kChanList, Writer().u32(1U << 22));
    b.dongle.nv().put(nv::kPrecfgKey, Bytes(16, 0x11));
    b.ask(Subsystem::app_cnf, 0x05, {4});
    schedule.advance(2s);
    ask_zdo(0x0038, Writer().u8(9).u32(kAllChannels).u8(1).u8(1).u16(0));
    schedule.advance(scan_time(kAllChannels, 1) + 5ms);
    const auto heard = a.areq(Subsystem::zdo, 0xFF);
    ASSERT_TRUE(heard);
    const auto loudest = std::max_element(heard->begin() + 19, heard->end());
    EXPECT_EQ(loudest - heard->begin(), 19 + 22 - 11);
}

TEST_F(ZdoSelf, ADiscoveryTellsEachNetworkAndItsEndAndIsForThoseWithoutOne) {
    a.form();
    const Bytes request = Writer().u32(kAllChannels).u8(1);
    EXPECT_EQ(a.ask(Subsystem::zdo, 0x26, request), Bytes{1});
    Host b{schedule, air, "b", kHardwareIeee + 1};
    b.plug();
    EXPECT_EQ(b.ask(Subsystem::zdo, 0x26, request), Bytes{0});
    schedule.advance(scan_time(kAllChannels, 1) + 5ms);
    const auto beacon = b.areq(Subsystem::zdo, 0xC5);
    ASSERT_TRUE(beacon);
    EXPECT_EQ(beacon->at(0), 1);
    EXPECT_EQ(Reader(Bytes(beacon->begin() + 3, beacon->end())).u16(), 0x1A62);
    EXPECT_EQ(beacon->at(5), 15);
    EXPECT_EQ(Reader(Bytes(beacon->end() - 8, beacon->end())).u64(), kEpid);
    EXPECT_EQ(b.areq(Subsystem::zdo, 0xC7), Bytes{0});
}

}  // namespace
}  // namespace zha::sim
