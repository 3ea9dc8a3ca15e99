#include "znp/nvram/image.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace zha::znp {
namespace {

/// A real dump, or "" when the folder of dumps is not there.
std::string dump(const std::string& name) {
    const char* folder = std::getenv("ZHA_NVRAM_DUMPS");
    std::ifstream file((folder ? std::string(folder) : std::string()) + "/" + name);
    std::ostringstream text;
    if (folder && file) text << file.rdbuf();
    return text.str();
}

std::uint32_t u32(const Bytes& bytes, std::size_t at) {
    return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
           static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

Errc refusal(const std::string& text) {
    const auto image = from_json(text);
    return image ? Errc::io : image.error().code;
}

/// A minimal configured image, made by hand.
Image small_network() {
    Image image;
    auto& items = image.items;
    Bytes nib(116);
    nib[24] = 15, nib[36] = 0x02, nib[37] = 0x44, nib[65] = 1;
    for (std::uint8_t i = 0; i < 8; ++i) nib[57 + i] = static_cast<std::uint8_t>(i + 1);
    Bytes info(17, 0x4C);
    Bytes key = info;
    key.resize(24);
    key[20] = 100;
    items[{ExItem::legacy, osal::HAS_CONFIGURED_ZSTACK3}] = {0x55};
    items[{ExItem::legacy, osal::EXTADDR}] = {1, 2, 3, 4, 5, 6, 7, 8};
    items[{ExItem::legacy, osal::NIB}] = nib;
    items[{ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO}] = info;
    items[{ExItem::legacy, osal::NWKKEY}] = key;
    items[{ExItem::nwk_sec_material_table, 0}] = Bytes(12);
    return image;
}

TEST(Image, ARealDumpSurvivesARoundTripByteForByte) {
    const auto text = dump("CC2652R-ZStack4.formed.json");
    if (text.empty()) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto image = from_json(text);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(to_json(*image), text);
}

TEST(Image, AFileInAnotherOrderGivesTheSameImage) {
    const auto text = dump("CC2652R-ZStack4.reset.json");  // written by an older tool
    if (text.empty()) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto image = from_json(text);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->items.size(), 267u);
    EXPECT_EQ(*from_json(to_json(*image)), *image);
}

TEST(Image, AFormedDumpGivesItsIdentity) {
    const auto text = dump("CC2652R-ZStack4.formed.json");
    if (text.empty()) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto image = *from_json(text);
    EXPECT_EQ(image.items.size(), 581u);
    const auto identity = identity_of(image);
    ASSERT_TRUE(identity) << identity.error().message;
    EXPECT_EQ(identity->pan_id, 0x4402);
    EXPECT_EQ(identity->extended_pan_id, 0xA2BA38A8B5E683A0u);
    EXPECT_EQ(identity->channel, 15);
    EXPECT_EQ(identity->ieee, 0x00124B001E17EFA8u);
    EXPECT_EQ(frame_counter(image), 7500u);
    EXPECT_EQ(fingerprint(*identity).size(), 16u);
}

TEST(Image, RaisingCountersOfAFormedDumpRaisesEveryUsedOne) {
    const auto text = dump("CC2652R-ZStack4.formed.json");
    if (text.empty()) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto before = *from_json(text);
    auto after = before;
    ASSERT_TRUE(raise_counters(after, 8000, 2500));
    EXPECT_EQ(frame_counter(after), 10500u);
    EXPECT_EQ(u32(*after.legacy(osal::NWKKEY), 20), 10500u);
    EXPECT_EQ(u32(*before.find({ExItem::tclk_table, 0}), 0), 23491u);
    EXPECT_EQ(u32(*after.find({ExItem::tclk_table, 0}), 0), 25991u);
    EXPECT_EQ(u32(*after.find({ExItem::tclk_table, 0}), 4), 13365u);
    unsigned changed = 0;
    for (const auto& [key, bytes] : before.items) changed += bytes != *after.find(key);
    EXPECT_EQ(changed, 1u + 1 + 5 + 2);
}

TEST(Image, AResetDumpIsNoNetwork) {
    const auto text = dump("CC2652R-ZStack4.reset.json");
    if (text.empty()) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto identity = identity_of(*from_json(text));
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, Errc::not_found);
    EXPECT_EQ(frame_counter(*from_json(text)), 0u);
}

TEST(Image, BadFilesAreRefused) {
    EXPECT_EQ(refusal("no json"), Errc::invalid);
    EXPECT_EQ(refusal("[]"), Errc::invalid);
    EXPECT_EQ(refusal("{}"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {}, "metadata": {}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"EXTADDR": "abc"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"EXTADDR": "xy"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"EXTADDR": ""}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"EXTADDR": 5}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"NOBODY": "00"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"INVALID_INDEX": "00"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"PANID": "00", "PANID": "01"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {}, "ADDRMGR": {"0x0001": "00"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {}, "ADDRMGR": {"1": "00"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"LEGACY_TCLK_TABLE_START+1": "00"}})"), Errc::invalid);
    EXPECT_EQ(refusal(R"({"LEGACY": {"LEGACY_TCLK_TABLE_START+238": "00"}})"), Errc::invalid);
}

TEST(Image, RefusalsNameThePlaceAndNotTheValue) {
    const auto image = from_json(R"({"LEGACY": {"PRECFGKEY": "c0ffeez"}})");
    ASSERT_FALSE(image);
    EXPECT_NE(image.error().message.find("LEGACY.PRECFGKEY"), std::string::npos);
    EXPECT_EQ(image.error().message.find("c0ffee"), std::string::npos);
}

TEST(Image, LegacyTablesAndEmptyOnesKeepTheirForm) {
    const std::string empty = "{\n    \"LEGACY\": {}\n}\n";
    EXPECT_EQ(to_json(*from_json(empty)), empty);
    const std::string table =
        "{\n    \"LEGACY\": {\n        \"EXTADDR\": \"0102030405060708\",\n"
        "        \"LEGACY_TCLK_TABLE_START+0\": \"aa\",\n"
        "        \"LEGACY_TCLK_TABLE_START+1\": \"bb\"\n    }\n}\n";
    const auto image = from_json(table);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(*image->legacy(0x0112), Bytes{0xBB});
    EXPECT_EQ(to_json(*image), table);
}

TEST(Image, ContradictingKeysAreCorrupt) {
    auto image = small_network();
    ASSERT_TRUE(identity_of(image));
    image.items[{ExItem::legacy, osal::NWKKEY}][5] ^= 1;
    EXPECT_EQ(identity_of(image).error().code, Errc::corrupt);
}

/// As tools of others leave a dongle that they restored and that was not started since.
Image restored_network() {
    auto image = small_network();
    auto& items = image.items;
    const auto info = items[{ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO}];
    items[{ExItem::legacy, osal::NWK_ALTERN_KEY_INFO}] = info;
    items[{ExItem::legacy, osal::PRECFGKEY}] = Bytes(info.begin() + 1, info.end());
    items[{ExItem::legacy, osal::NWKKEY}] = Bytes(24, 0x77);
    items[{ExItem::nwk_sec_material_table, 0}] = {0x88, 0x13, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    return image;
}

TEST(Image, ARestoredNetworkThatWasNotStartedYetGetsItsKeyItem) {
    auto image = restored_network();
    EXPECT_FALSE(identity_of(image));
    ASSERT_TRUE(settle_key(image));
    const auto& stored = *image.legacy(osal::NWKKEY);
    EXPECT_EQ(Bytes(stored.begin(), stored.begin() + 17),
              *image.legacy(osal::NWK_ACTIVE_KEY_INFO));
    EXPECT_EQ(u32(stored, 20), 5000u);
    EXPECT_EQ(frame_counter(image), 5000u);
    EXPECT_TRUE(identity_of(image));
    EXPECT_FALSE(settle_key(image)) << "once is enough";
}

TEST(Image, HalfANetworkGetsNoKeyItem) {
    const std::pair<ItemKey, std::size_t> hurt[] = {
        {{ExItem::legacy, osal::NWK_ALTERN_KEY_INFO}, 4},
        {{ExItem::legacy, osal::PRECFGKEY}, 4},
        {{ExItem::nwk_sec_material_table, 0}, 7},
        {{ExItem::legacy, osal::NIB}, 60},
        {{ExItem::legacy, osal::HAS_CONFIGURED_ZSTACK3}, 0}};
    for (const auto& [key, at] : hurt) {
        auto image = restored_network();
        image.items[key][at] ^= 1;
        const auto before = image;
        EXPECT_FALSE(settle_key(image)) << at;
        EXPECT_EQ(image, before);
        image.items.erase(key);
        EXPECT_FALSE(settle_key(image)) << at;
    }
}

TEST(Image, FingerprintDependsOnPanEpidAndKeyOnly) {
    const auto identity = *identity_of(small_network());
    auto other = identity;
    other.ieee ^= 1, other.channel = 20;
    EXPECT_EQ(fingerprint(other), fingerprint(identity));
    other.pan_id ^= 1;
    EXPECT_NE(fingerprint(other), fingerprint(identity));
    other = identity;
    other.network_key[15] ^= 1;
    EXPECT_NE(fingerprint(other), fingerprint(identity));
}

TEST(Image, ANetworkWithoutSecurityMaterialGetsAnEntry) {
    auto image = small_network();
    ASSERT_TRUE(raise_counters(image, 0, 1000));
    const auto& entry = *image.find({ExItem::nwk_sec_material_table, 0});
    EXPECT_EQ(u32(entry, 0), 1100u);
    EXPECT_EQ(Bytes(entry.begin() + 4, entry.end()), (Bytes{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Image, CountersNearTheirEndAreRefusedAndUntouched) {
    auto image = small_network();
    const auto before = image;
    EXPECT_EQ(raise_counters(image, 0xEFFFFFFF, 2500).error().code, Errc::refused);
    EXPECT_EQ(image, before);
}

}  // namespace
}  // namespace zha::znp
