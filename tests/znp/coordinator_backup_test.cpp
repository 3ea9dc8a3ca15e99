#include "znp/nvram/coordinator_backup.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "znp/nvram/layout.hpp"

namespace zha::znp {
namespace {

constexpr std::uint64_t kDevice = 0x90FD9FFFFE2BBBDD;
constexpr Key128 kDeviceKey{0x3A, 0x11, 0xEB, 0xB6, 0x7B, 0xDD, 0x81, 0x1A,
                            0xC3, 0x6C, 0x90, 0x7A, 0xED, 0x1E, 0xA1, 0x5C};

Key128 some_key(std::uint8_t seed) {
    Key128 key{};
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(seed + 37 * i);
    return key;
}

/// As a dongle that had a network: tables of the sizes of a small firmware.
Image base_image() {
    Image image;
    for (std::uint16_t i = 0; i < 8; ++i) {
        image.items[{ExItem::addrmgr, i}] = Bytes(12, 0xFF);
        image.items[{ExItem::tclk_table, i}] = Bytes(20, 0);
    }
    for (std::uint16_t i = 0; i < 2; ++i) {
        image.items[{ExItem::aps_key_data_table, i}] = Bytes(24, 0);
        image.items[{ExItem::nwk_sec_material_table, i}] = Bytes(12, 0);
    }
    image.items[{ExItem::legacy, osal::TCLK_SEED}] = Bytes(16, 9);
    image.items[{ExItem::legacy, 0x0035}] = Bytes(40, 7);
    return image;
}

CoordinatorBackup some_backup() {
    CoordinatorBackup backup;
    backup.source = "test@1", backup.creation_time = "2025-01-02T03:04:05+00:00";
    backup.ieee = 0x00124B00AABBCCDD, backup.pan_id = 0x0A2B;
    backup.extended_pan_id = 0xA2BA38A8B5E683A0, backup.channel = 20;
    backup.channel_mask = 1u << 15 | 1u << 20, backup.update_id = 3;
    backup.network_key = some_key(1), backup.key_sequence = 2, backup.frame_counter = 0x89ABCDEF;
    backup.tclk_seed = some_key(99);
    const auto derived = hashed_key(*backup.tclk_seed, 14, 0x1111);
    backup.devices = {{0x1111, 0x0123, false, LinkKey{derived, 5, 6}},
                      {0x2222, 0x4567, true, std::nullopt},
                      {0x3333, std::nullopt, false, LinkKey{some_key(50), 7, 8}}};
    return backup;
}

Image formed_dump() {
    const char* folder = std::getenv("ZHA_NVRAM_DUMPS");
    std::ifstream file((folder ? std::string(folder) : "") + "/CC2652R-ZStack4.formed.json");
    std::ostringstream text;
    if (folder && file) text << file.rdbuf();
    const auto image = from_json(text.str());
    return image ? *image : Image();
}

std::string refusal(const std::string& text) {
    const auto backup = parse_backup(text);
    return backup ? "accepted" : backup.error().message;
}

std::string with(const std::string& from, const std::string& to) {
    auto text = backup_text(some_backup());
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(CoordinatorBackup, ALinkKeyIsTheRotatedSeedMixedWithTheAddress) {
    // The known key of a real device gives its seed back; a seed gives keys at every rotation.
    const auto seed = hashed_key(kDeviceKey, 0, kDevice);
    EXPECT_EQ(hashed_key(seed, 0, kDevice), kDeviceKey);
    for (unsigned shift = 0; shift < 16; ++shift) {
        const LinkKey key{hashed_key(some_key(3), shift, kDevice), 0, 0};
        EXPECT_EQ(seed_shift(some_key(3), key, kDevice), shift);
    }
    EXPECT_FALSE(seed_shift(some_key(4), LinkKey{kDeviceKey, 0, 0}, kDevice));
}

TEST(CoordinatorBackup, ARealDumpGivesTheKnownKeyOfItsDevice) {
    const auto image = formed_dump();
    if (image.items.empty()) GTEST_SKIP() << "ZHA_NVRAM_DUMPS is not set";
    const auto backup = backup_of(image);
    ASSERT_TRUE(backup) << backup.error().message;
    EXPECT_EQ(backup->frame_counter, 7500u);
    EXPECT_EQ(backup->devices.size(), 8u);
    for (const auto& device : backup->devices)
        if (device.ieee == kDevice) {
            EXPECT_EQ(device.link_key, (LinkKey{kDeviceKey, 23491, 13365}));
        }
    const auto again = image_from(*backup, image);
    ASSERT_TRUE(again) << again.error().message;
    auto restored = again->items;
    // The base's own pad bytes are not part of a backup.
    const ItemKey pads{ExItem::legacy, osal::APS_LINK_KEY_TABLE};
    restored[pads] = *image.find(pads);
    EXPECT_EQ(restored, image.items);
}

TEST(CoordinatorBackup, TextSurvivesARoundTripWithDevicesInOrder) {
    auto backup = some_backup();
    std::reverse(backup.devices.begin(), backup.devices.end());
    const auto text = backup_text(backup);
    EXPECT_TRUE(looks_like_backup(text));
    const auto again = parse_backup(text);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, some_backup());
    EXPECT_NE(text.find("\"pan_id\": \"0a2b\""), std::string::npos);
    EXPECT_NE(text.find("\"nwk_address\": \"0123\""), std::string::npos);
}

TEST(CoordinatorBackup, AddressesWithoutLeadingZerosAreRead) {
    const auto pan = parse_backup(with("\"0a2b\"", "\"A2b\""));
    ASSERT_TRUE(pan) << pan.error().message;
    EXPECT_EQ(pan->pan_id, 0x0A2B);
    const auto nwk = parse_backup(with("\"0123\"", "\"123\""));
    ASSERT_TRUE(nwk) << nwk.error().message;
    EXPECT_EQ(nwk->devices[0].nwk, 0x0123);
    const auto none = parse_backup(with("\"0123\"", "\"fffe\""));
    EXPECT_EQ(none->devices[0].nwk, std::nullopt);
}

TEST(CoordinatorBackup, BadBackupsAreRefusedByTheNameOfTheField) {
    EXPECT_NE(refusal("[]").find("JSON"), std::string::npos);
    EXPECT_NE(refusal(std::string(100000, '[')).find("JSON"), std::string::npos);
    EXPECT_NE(refusal("{}").find("metadata.format"), std::string::npos);
    EXPECT_NE(refusal(with("\"version\": 1", "\"version\": 2")).find("version"), std::string::npos);
    EXPECT_NE(refusal(with("\"0a2b\"", "\"ffff\"")).find("pan_id"), std::string::npos);
    EXPECT_NE(refusal(with("\"0a2b\"", "\"00a2b\"")).find("pan_id"), std::string::npos);
    EXPECT_NE(refusal(with("\"channel\": 20", "\"channel\": 27")).find("channel"),
              std::string::npos);
    EXPECT_NE(refusal(with("2309737967", "4294967296")).find("frame_counter"), std::string::npos);
    EXPECT_NE(refusal(with("2309737967", "-1")).find("frame_counter"), std::string::npos);
    EXPECT_NE(refusal(with("0000000000002222", "0000000000001111")).find("twice"),
              std::string::npos);
    EXPECT_NE(refusal(with("\"devices\"", "\"device\"")).find("devices"), std::string::npos);
}

TEST(CoordinatorBackup, ARefusalDoesNotTellTheKey) {
    const auto key = backup_text(some_backup()).find("\"key\": \"") + 8;
    auto text = backup_text(some_backup());
    const auto secret = text.substr(key, 31);
    text[key + 31] = 'z';
    const auto why = refusal(text);
    EXPECT_NE(why.find("network_key"), std::string::npos);
    EXPECT_EQ(why.find(secret.substr(0, 6)), std::string::npos);
}

TEST(CoordinatorBackup, ABackupAndABaseGiveAnImageThatGivesTheBackup) {
    const auto image = image_from(some_backup(), base_image());
    ASSERT_TRUE(image) << image.error().message;
    auto again = backup_of(*image);
    ASSERT_TRUE(again) << again.error().message;
    again->source = "test@1", again->creation_time = "2025-01-02T03:04:05+00:00";
    EXPECT_EQ(*again, some_backup());
    EXPECT_EQ(*image->legacy(0x0035), Bytes(40, 7)) << "settings of the base stay";
    EXPECT_EQ(frame_counter(*image), 0x89ABCDEF);
    EXPECT_TRUE(from_json(to_json(*image)));
}

TEST(CoordinatorBackup, AKeyOfAFormerNetworkThatWasNotReplacedYetSaysNothing) {
    auto image = *image_from(some_backup(), base_image());
    auto& stored = image.items[{ExItem::legacy, osal::NWKKEY}];
    stored[5] ^= 1;
    layout::put(stored, 20, 0xFFFFFFF0, 4);
    const auto backup = backup_of(image);
    ASSERT_TRUE(backup) << backup.error().message;
    EXPECT_EQ(backup->network_key, some_backup().network_key);
    EXPECT_EQ(backup->frame_counter, 0x89ABCDEF);
}

TEST(CoordinatorBackup, ABaseKeepsTheSizesOfItsTables) {
    auto before = base_image();
    before.items[{ExItem::addrmgr, 7}] = Bytes(12, 0x11);  // a device of its former network
    const auto image = image_from(some_backup(), before);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(layout::count(*image, ExItem::addrmgr), 8u);
    EXPECT_EQ(layout::count(*image, ExItem::tclk_table), 8u);
    EXPECT_EQ(*image->find({ExItem::addrmgr, 7}), Bytes(12, 0xFF));
}

TEST(CoordinatorBackup, ABaseThatNeverHadANetworkIsRefusedWhenItsSizesAreNotKnown) {
    auto base = base_image();
    for (std::uint16_t i = 0; i < 8; ++i) base.items.erase({ExItem::addrmgr, i});
    const auto image = image_from(some_backup(), base);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, Errc::refused);
    EXPECT_NE(image.error().message.find("ADDRMGR"), std::string::npos);
}

TEST(CoordinatorBackup, MoreDevicesThanTheBaseHasRoomForAreRefused) {
    auto backup = some_backup();
    for (std::uint64_t i = 0; i < 3; ++i)
        backup.devices.push_back({0x4444 + i, 1, false, LinkKey{some_key(1), 0, 0}});
    const auto keys = image_from(backup, base_image());
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::refused);
    for (std::uint64_t i = 0; i < 8; ++i) backup.devices.push_back({0x5555 + i, 1, true, {}});
    EXPECT_FALSE(image_from(backup, base_image()));
}

TEST(CoordinatorBackup, WithoutASeedTheOneOfMostKeysIsTaken) {
    auto backup = some_backup();
    backup.tclk_seed.reset();
    backup.devices.push_back(
        {0x4444, 1, false, LinkKey{hashed_key(some_key(99), 3, 0x4444), 1, 2}});
    const auto image = image_from(backup, base_image());
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_FALSE(layout::blank(*image->find({ExItem::tclk_table, 1}), 8, 8));
    const auto again = backup_of(*image);
    EXPECT_EQ(again->devices, backup.devices);
}

}  // namespace
}  // namespace zha::znp
