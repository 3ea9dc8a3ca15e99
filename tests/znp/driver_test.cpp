#include "znp/driver/driver.hpp"

#include <gtest/gtest.h>

#include "tests/znp/driver_fixture.hpp"

namespace zha::znp {
namespace {

using test::Fate;

using DriverTest = test::DriverFixture;

bool is_read(const Frame& request) {
    return request.id == mt::id::SYS_OSAL_NV_READ_EXT;
}
bool is_change(const Frame& request) {
    return request.id == mt::id::SYS_NV_WRITE || request.id == mt::id::SYS_NV_DELETE;
}

TEST_F(DriverTest, IdentifiesADongle) {
    dongle.nv = test::network_image(9, 1);
    plug_in();
    ASSERT_TRUE(run(driver->connect(soon())));
    const auto device = run(driver->identify(soon()));
    ASSERT_TRUE(device) << device.error().message;
    EXPECT_EQ(device->ieee, 0x00124B0000000009u);
    EXPECT_EQ(device->version.revision, 20240710u);
    EXPECT_EQ(device->info.state, 0);
}

TEST_F(DriverTest, ReadsEveryItemWithFewRequests) {
    dongle.nv = test::network_image(3, 4);
    plug_in();
    const auto image = run(driver->read_all(soon()));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(compared(*image), dongle.nv);
    EXPECT_EQ(*image->legacy(osal::POLL_RATE_OLD16), (Bytes{7, 7}));
    EXPECT_LE(dongle.requests, 134u + 7 + 3 * 5 + 4);
}

TEST_F(DriverTest, ALateAnswerIsNotTakenForTheNextOne) {
    dongle.nv = test::network_image(3, 4);
    unsigned reads = 0;
    dongle.fate = [&](const Frame& f) {
        return is_read(f) && ++reads == 8 ? Fate::late : Fate::answer;
    };
    plug_in();
    const auto image = run(driver->read_all(soon()));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(compared(*image), dongle.nv);
}

TEST_F(DriverTest, ALostAnswerIsATimeoutAndTheNextRequestWorks) {
    dongle.nv = test::network_image(3, 1);
    unsigned lost = 0;
    dongle.fate = [&](const Frame& f) {
        return f.id == mt::id::SYS_VERSION && ++lost <= 2 ? Fate::lose : Fate::answer;
    };
    plug_in();
    const auto device = run(driver->identify(soon()));
    ASSERT_FALSE(device);
    EXPECT_EQ(device.error().code, Errc::timeout);
    EXPECT_TRUE(run(driver->identify(soon())));
}

TEST_F(DriverTest, AnErrorInATableMakesNoImage) {
    dongle.nv = test::network_image(3, 4);
    unsigned reads = 0;
    dongle.fate = [&](const Frame& f) {
        return f.id == mt::id::SYS_NV_READ && ++reads == 3 ? Fate::refuse : Fate::answer;
    };
    plug_in();
    const auto image = run(driver->read_all(soon()));
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, Errc::io);
}

TEST_F(DriverTest, ASilentPortIsNoDongle) {
    dongle.fate = [](const Frame&) { return Fate::lose; };
    plug_in();
    dongle.boots = 0;
    const auto status = run(driver->connect(soon()));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::timeout);
}

TEST_F(DriverTest, AnUnknownCommandIsAProtocolError) {
    dongle.fate = [](const Frame&) { return Fate::answer; };
    Channel channel(dongle.plug_in(context, clock), context.get_executor(), clock);
    const auto answer = run(channel.request({Type::sreq, Subsystem::sapi, 0x04, {1}}, soon()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::protocol);
    channel.close();
}

TEST_F(DriverTest, AWriteMakesTheDongleEqualAndRemovesTheSurplus) {
    dongle.nv = test::network_image(1, 7);
    const auto image = test::network_image(2, 5);
    plug_in();
    const auto summary = run(driver->write_all(image, soon()));
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(dongle.nv, image);
    EXPECT_EQ(summary->frame_counter, 7500u);
    EXPECT_EQ(summary->items_written, summary->items_verified);
    EXPECT_EQ(dongle.boots, 2u);
}

TEST_F(DriverTest, WritingWhatIsThereWritesNothing) {
    dongle.nv = test::network_image(1, 3);
    plug_in();
    const auto summary = run(driver->write_all(test::network_image(1, 3), soon()));
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->items_written, 0u);
    EXPECT_EQ(dongle.writes, 0u);
}

TEST_F(DriverTest, AFirmwareThatDoesNotCreateOnWritingIsHelped) {
    dongle.nv = test::factory_image(5);
    dongle.extended_write_creates = false;
    plug_in();
    const auto summary = run(driver->write_all(test::network_image(2, 5), soon()));
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(dongle.nv, test::network_image(2, 5));
}

TEST_F(DriverTest, TheMarkersAreGoneBeforeAndComeBackAfterEverythingElse) {
    dongle.nv = test::network_image(1, 2);
    std::vector<std::uint16_t> order;
    dongle.fate = [&](const Frame& f) {
        if (is_change(f) && f.data.at(1) == 0)
            order.push_back(static_cast<std::uint16_t>(f.data[3] | f.data[4] << 8));
        return Fate::answer;
    };
    plug_in();
    ASSERT_TRUE(run(driver->write_all(test::network_image(2, 2), soon())));
    ASSERT_GE(order.size(), 9u);
    EXPECT_EQ((std::vector(order.begin(), order.begin() + 3)),
              (std::vector<std::uint16_t>{osal::HAS_CONFIGURED_ZSTACK3, osal::STARTUP_OPTION,
                                          osal::BDBNODEISONANETWORK}));
    EXPECT_EQ((std::vector(order.end() - 6, order.end())),
              (std::vector<std::uint16_t>{osal::NIB, osal::EXTADDR, osal::BDBNODEISONANETWORK,
                                          osal::STARTUP_OPTION, osal::ZIGPY_ZNP_MIGRATION_ID,
                                          osal::HAS_CONFIGURED_ZSTACK3}));
}

TEST_F(DriverTest, AnInterruptedWriteIsNeverStartableWithHalfAnIdentity) {
    const auto before = test::network_image(1, 3), after = test::network_image(2, 2);
    for (unsigned k = 1;; ++k) {
        dongle.nv = before;
        unsigned changes = 0;
        dongle.fate = [&](const Frame& f) {
            return is_change(f) && ++changes == k ? Fate::cut : Fate::answer;
        };
        plug_in();
        const bool done = run(driver->write_all(after, soon())).ok();
        if (done) break;
        dongle.boot();
        auto now = dongle.nv;
        const bool configured = dongle.item(osal::HAS_CONFIGURED_ZSTACK3) != nullptr;
        const bool joined = *dongle.item(osal::BDBNODEISONANETWORK) == Bytes{1};
        now.items[{ExItem::legacy, osal::HAS_CONFIGURED_ZSTACK3}] = {0x55};
        EXPECT_TRUE(!configured || now == before) << k;
        EXPECT_TRUE(!joined || now == before || now == after) << k;
        ASSERT_LT(k, 100u);
    }
    EXPECT_EQ(dongle.nv, after);
}

TEST_F(DriverTest, ForeignImagesAreRefusedBeforeAnythingIsWritten) {
    dongle.nv = test::network_image(1, 1);
    const auto before = dongle.nv;
    auto image = test::network_image(2, 1);
    image.items[{ExItem::legacy, 0x0022}] = Bytes(241);
    plug_in();
    EXPECT_EQ(run(driver->write_all(image, soon())).error().code, Errc::refused);
    image = test::network_image(2, 1);
    image.items.erase({ExItem::legacy, osal::NIB});
    EXPECT_EQ(run(driver->write_all(image, soon())).error().code, Errc::refused);
    EXPECT_EQ(dongle.nv, before);
}

TEST_F(DriverTest, AnImageOfAFirmwareWithOtherTablesIsRefusedBeforeAnythingIsWritten) {
    dongle.nv = test::factory_image(5);
    const auto before = dongle.nv;
    auto shorter = test::network_image(2, 1), wider = shorter;
    shorter.items.erase({ExItem::tclk_table, 7});
    for (auto& [key, value] : wider.items)
        if (key.item == ExItem::nwk_sec_material_table) value.push_back(0);
    plug_in();
    for (const auto& image : {shorter, wider}) {
        const auto done = run(driver->write_all(image, soon()));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Errc::refused);
        EXPECT_NE(done.error().message.find("another firmware"), std::string::npos);
    }
    EXPECT_EQ(dongle.nv, before);
    EXPECT_EQ(dongle.writes, 0u);
}

TEST_F(DriverTest, AWriteThatIsRefusedTwiceSaysThatTheMemoryMayBeWorn) {
    dongle.nv = test::factory_image(5);
    dongle.fate = [&](const Frame& f) {
        return f.id == mt::id::SYS_NV_WRITE ? Fate::refuse : Fate::answer;
    };
    plug_in();
    const auto summary = run(driver->write_all(test::network_image(2, 1), soon()));
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, Errc::io);
    EXPECT_NE(summary.error().message.find("worn"), std::string::npos);
}

TEST_F(DriverTest, LowerCountersAreRefusedBeforeAnythingIsWritten) {
    dongle.nv = test::network_image(1, 1);
    auto image = dongle.nv;
    image.items[{ExItem::nwk_sec_material_table, 0}][1] = 0;
    image.items[{ExItem::legacy, osal::NWKKEY}][21] = 0;
    plug_in();
    const WriteRules refuse{false, LowerCounters::refuse, {}},
        allow{false, LowerCounters::allow, {}};
    const auto refused = run(driver->write_all(image, soon(), refuse));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("--allow-lower-counters"), std::string::npos);
    EXPECT_EQ(dongle.writes, 0u);
    ASSERT_TRUE(run(driver->write_all(image, soon())));
    EXPECT_EQ(dongle.nv, test::network_image(1, 1)) << "raised to what the dongle had";
    ASSERT_TRUE(run(driver->write_all(image, soon(), allow)));
    EXPECT_EQ(dongle.nv, image);
}

TEST_F(DriverTest, AnImageOfAnotherRevisionIsWrittenOnlyByForce) {
    dongle.nv = test::factory_image(5);
    plug_in();
    WriteRules rules;
    rules.revision = 20210708;
    const auto refused = run(driver->write_all(test::network_image(2, 1), soon(), rules));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(dongle.writes, 0u);
    rules.force_incompatible = true;
    EXPECT_TRUE(run(driver->write_all(test::network_image(2, 1), soon(), rules)));
}

TEST_F(DriverTest, ItemsOfNewerFirmwareAreReadForTheSideFile) {
    dongle.nv = test::network_image(1, 1);
    dongle.nv.items[{kExGroupTable, 0}] = Bytes(20, 4);
    dongle.nv.items[{ExItem::legacy, 0x00FE}] = {1};
    plug_in();
    const auto extra = run(driver->read_extra(soon()));
    ASSERT_TRUE(extra) << extra.error().message;
    EXPECT_EQ(extra->items.size(), 2u);
    EXPECT_FALSE(run(driver->read_all(soon()))->find({kExGroupTable, 0}));
}

TEST_F(DriverTest, ANetworkWithoutItsKeyIsNoImage) {
    dongle.nv = test::network_image(1, 1);
    dongle.nv.items.erase({ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO});
    plug_in();
    const auto image = run(driver->read_all(soon()));
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, Errc::refused);
    EXPECT_NE(image.error().message.find("0x3A"), std::string::npos);
}

TEST_F(DriverTest, ResettingMakesADongleFactoryNew) {
    dongle.nv = test::network_image(1, 7);
    plug_in();
    ASSERT_TRUE(run(driver->reset_all(soon())));
    EXPECT_EQ(dongle.nv, test::factory_image(dongle.hardware_ieee));
}

}  // namespace
}  // namespace zha::znp
