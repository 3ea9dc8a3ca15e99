// What the requests of an operation number, and that fewer of them find the same.
#include <gtest/gtest.h>

#include "tests/znp/driver_fixture.hpp"

namespace zha::znp {
namespace {

using test::Fate;

constexpr unsigned kDevices = 5;
constexpr std::uint16_t kGroups = 0x0042;

ItemKey legacy(std::uint16_t id) {
    return {ExItem::legacy, id};
}

/// network_image() as large as that of a real dongle.
Image large_image(std::uint8_t seed) {
    auto image = test::network_image(seed, kDevices);
    for (std::uint16_t i = kDevices; i < 257; ++i)
        image.items[{ExItem::addrmgr, i}] = Bytes(12, 0xFF);
    for (std::uint16_t i = 8; i < 200; ++i) image.items[{ExItem::tclk_table, i}] = Bytes(20);
    for (std::uint16_t i = 0; i < 51; ++i) image.items[{ExItem::device_list, i}] = Bytes(16, 0xFF);
    return image;
}

Image raised(Image image) {
    EXPECT_TRUE(raise_counters(image, 0, 2500));
    return image;
}

struct SpeedTest : test::DriverFixture {
    /// What the dongle holds as read, with the proxy of the poll rate.
    Image read_former() {
        plug_in();
        auto image = run(driver->read_all(soon()));
        EXPECT_TRUE(image);
        dongle.requests = dongle.writes = dongle.boots = 0;
        return *image;
    }
};

TEST_F(SpeedTest, AKnownDongleIsReadWithOneRequestPerItemAndTableEnd) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv.items[{ExItem::tclk_table, 2}][0] = 77;
    const auto image = run(driver->read_known(former, soon()));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(compared(*image), dongle.nv);
    EXPECT_LE(dongle.requests, former.items.size() + 7 + 4);
}

TEST_F(SpeedTest, AKnownReadOfAnotherNetworkReadsAll) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv = test::network_image(4, 2);
    const auto image = run(driver->read_known(former, soon()));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(compared(*image), dongle.nv);
}

TEST_F(SpeedTest, AKnownReadFollowsATableThatGrewOrShrank) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv.items[{ExItem::device_list, 51}] = Bytes(16, 0xFF);
    EXPECT_EQ(compared(*run(driver->read_known(former, soon()))), dongle.nv);
    dongle.nv.items.erase({ExItem::device_list, 51});
    dongle.nv.items.erase({ExItem::device_list, 50});
    EXPECT_EQ(compared(*run(driver->read_known(former, soon()))), dongle.nv);
}

TEST_F(SpeedTest, AKnownReadFindsItemsThatANetworkAdds) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv.items[legacy(kGroups)] = Bytes(22, 1);
    dongle.nv.items[legacy(osal::APS_LINK_KEY_TABLE)] = Bytes(20, 1);
    EXPECT_EQ(compared(*run(driver->read_known(former, soon()))), dongle.nv);
}

TEST_F(SpeedTest, AnErrorInAKnownTableMakesNoImage) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.fate = [](const Frame& f) {
        return f.id == mt::id::SYS_NV_READ && f.data[1] == 4 && f.data[3] == 9 ? Fate::refuse
                                                                               : Fate::answer;
    };
    EXPECT_EQ(run(driver->read_known(former, soon())).error().code, Errc::io);
}

TEST_F(SpeedTest, AnIncrementalReadTakesThirtyRequestsAndFindsCountersAndJoins) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv = raised(dongle.nv);
    dongle.nv.items[{ExItem::addrmgr, kDevices}] = Bytes(12, 2);
    dongle.nv.items[{ExItem::tclk_table, kDevices}] = Bytes(20, 2);
    const auto image = run(driver->read_incremental(former, soon()));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(compared(*image), dongle.nv);
    EXPECT_LE(dongle.requests, 30u);
}

TEST_F(SpeedTest, AnIncrementalReadAfterAChangeOfKeyReadsAllThatIsKnown) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv.items[legacy(osal::NWK_ACTIVE_KEY_INFO)][3] ^= 1;
    dongle.nv.items[legacy(osal::NWKKEY)][3] ^= 1;
    dongle.nv.items[{ExItem::addrmgr, 200}] = Bytes(12, 2);
    EXPECT_EQ(compared(*run(driver->read_incremental(former, soon()))), dongle.nv);
    EXPECT_LE(dongle.requests, 40u + former.items.size());
}

TEST_F(SpeedTest, AnIncrementalReadOfAnotherNetworkReadsAll) {
    dongle.nv = large_image(3);
    const auto former = read_former();
    dongle.nv = test::factory_image(7);
    EXPECT_EQ(compared(*run(driver->read_incremental(former, soon()))), dongle.nv);
}

TEST_F(SpeedTest, AMirroredDongleIsBroughtUpToDateWithFortyRequests) {
    dongle.nv = large_image(3);
    const auto mirrored = read_former();
    auto image = raised(mirrored);
    image.items[legacy(osal::NIB)][0] = 9;
    const auto summary = run(driver->write_delta(image, mirrored, soon()));
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(dongle.nv, compared(image));
    EXPECT_EQ(summary->frame_counter, 10000u);
    EXPECT_EQ(summary->items_written, summary->items_verified);
    EXPECT_EQ(dongle.boots, 1u);
    EXPECT_LE(dongle.requests, 40u);
}

TEST_F(SpeedTest, ADongleThatIsNoMirrorIsWrittenWhole) {
    const auto before = large_image(3), image = raised(before);
    for (const auto id : {osal::HAS_CONFIGURED_ZSTACK3, osal::EXTADDR, osal::NIB, osal::NWKKEY}) {
        dongle.nv = before;
        const auto mirrored = read_former();
        dongle.nv.items[legacy(id)][0] ^= 1;
        dongle.nv.items[{ExItem::addrmgr, 1}] = Bytes(12, 6);
        ASSERT_TRUE(run(driver->write_delta(image, mirrored, soon()))) << id;
        EXPECT_EQ(dongle.nv, image) << id;
    }
}

TEST_F(SpeedTest, ARunningMirrorIsStoppedAndWrittenWhole) {
    dongle.nv = large_image(3);
    const auto mirrored = read_former();
    dongle.state = mt::kDeviceStateCoordinator;
    const auto image = raised(mirrored);
    ASSERT_TRUE(run(driver->write_delta(image, mirrored, soon())));
    EXPECT_EQ(dongle.boots, 2u);
    EXPECT_EQ(dongle.nv, compared(image));
}

TEST_F(SpeedTest, AnInterruptedDeltaIsNeverStartableWithHalfAnIdentity) {
    const auto before = test::network_image(1, 3), after = test::network_image(2, 2);
    for (unsigned k = 1;; ++k) {
        dongle.nv = before;
        unsigned changes = 0;
        dongle.fate = [&](const Frame& f) {
            const bool change = f.id == mt::id::SYS_NV_WRITE || f.id == mt::id::SYS_NV_DELETE;
            return change && ++changes == k ? Fate::cut : Fate::answer;
        };
        plug_in();
        if (run(driver->write_delta(after, before, soon()))) break;
        dongle.boot();
        const bool configured = dongle.item(osal::HAS_CONFIGURED_ZSTACK3) != nullptr;
        const bool joined = *dongle.item(osal::BDBNODEISONANETWORK) == Bytes{1};
        auto now = dongle.nv;
        now.items[legacy(osal::HAS_CONFIGURED_ZSTACK3)] = {0x55};
        EXPECT_TRUE(!configured || now == before) << k;
        EXPECT_TRUE(!joined || now == before || now == after) << k;
        ASSERT_LT(k, 100u);
    }
    EXPECT_EQ(dongle.nv, after);
}

TEST_F(SpeedTest, AWriteThatDoesNotTakeIsFoundByTheDelta) {
    dongle.nv = large_image(3);
    const auto mirrored = read_former();
    const auto image = raised(mirrored);
    dongle.fate = [&](const Frame& f) {  // the status says that it was written
        if (f.id == mt::id::SYS_NV_WRITE && f.data[1] == 4) return Fate::pretend;
        return Fate::answer;
    };
    EXPECT_EQ(run(driver->write_delta(image, mirrored, soon())).error().code, Errc::mismatch);
    EXPECT_EQ(dongle.item(osal::HAS_CONFIGURED_ZSTACK3), nullptr);
}

TEST_F(SpeedTest, AWholeWriteKeepsWhatWasThere) {
    dongle.nv = test::network_image(1, 2);
    const auto before = dongle.nv;
    plug_in();
    const auto summary = run(driver->write_all(test::network_image(2, 2), soon()));
    ASSERT_TRUE(summary && summary->before);
    EXPECT_EQ(compared(*summary->before), before);
}

TEST_F(SpeedTest, NothingIsWrittenWhenTheBackupCannotBeKept) {
    dongle.nv = test::network_image(1, 2);
    const auto before = dongle.nv;
    hooks.keep_backup = [](const Image&) { return Status{Errc::io, "disk full"}; };
    plug_in();
    EXPECT_EQ(run(driver->write_all(test::network_image(2, 2), soon())).error().code, Errc::io);
    EXPECT_EQ(dongle.nv, before);
}

TEST_F(SpeedTest, TrafficAndProgressAreCounted) {
    dongle.nv = large_image(3);
    Progress last;
    hooks.progress = [&](Progress now) { last = now; };
    plug_in();
    ASSERT_TRUE(run(driver->read_all(soon())));
    EXPECT_EQ(driver->traffic().requests, dongle.requests);
    EXPECT_EQ(last.done, dongle.requests);
    EXPECT_GT(last.expected, last.done / 2);
    EXPECT_GT(driver->traffic().bytes_in, driver->traffic().requests * 6);
}

}  // namespace
}  // namespace zha::znp
