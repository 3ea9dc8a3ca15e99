// The statuses and traps of the two NV command sets.
#include <gtest/gtest.h>

#include "simulator/dongle/nv_file.hpp"
#include "simulator/dongle/nv_ids.hpp"
#include "simulator/dongle/nv_store.hpp"

namespace zha::sim {
namespace {

TEST(NvStore, ItemInitAnswersNineWhenItCreated) {
    NvStore nv;
    EXPECT_EQ(nv.osal_init(0x60, 1, {0x55}), osal::kUninit);
    EXPECT_EQ(nv.osal_init(0x60, 1, {0x55}), osal::kSuccess);
    EXPECT_EQ(*nv.find(0x60), Bytes{0x55});
}

TEST(NvStore, ItemInitWithAnotherLengthOrTooFewBytesAnswersNineAndDoesNothing) {
    NvStore nv;
    nv.osal_init(0x60, 1, {0x55});
    EXPECT_EQ(nv.osal_init(0x60, 2, {1, 2}), osal::kUninit);
    EXPECT_EQ(nv.osal_length(0x60), 1);
    EXPECT_EQ(nv.osal_init(0x61, 4, {1, 2}), osal::kUninit);
    EXPECT_EQ(nv.osal_length(0x61), 0);
}

TEST(NvStore, OsalWriteWithAnOffsetTruncatesTheItemToTheChunk) {
    NvStore nv;
    nv.put(0x35, Bytes(40, 1));
    EXPECT_EQ(nv.osal_write(0x35, 36, {7, 8}), osal::kSuccess);
    EXPECT_EQ(*nv.find(0x35), (Bytes{7, 8}));
}

TEST(NvStore, OsalWriteNeedsAnExistingItemAndNotMoreThanItsLength) {
    NvStore nv;
    EXPECT_EQ(nv.osal_write(0x60, 0, {1}), osal::kInvalid);
    nv.put(0x60, {0});
    EXPECT_EQ(nv.osal_write(0x60, 0, {1, 2}), osal::kInvalid);
}

TEST(NvStore, OsalReadGivesTheRealLengthAndTwoForAbsentItems) {
    NvStore nv;
    nv.put(0x21, Bytes(116, 3));
    EXPECT_EQ(nv.osal_read(0x21, 0).data.size(), 116U);
    EXPECT_EQ(nv.osal_read(0x21, 116).status, osal::kInvalid);
    EXPECT_EQ(nv.osal_read(0x22, 0).status, osal::kInvalid);
}

TEST(NvStore, DeleteNeedsTheExactLength) {
    NvStore nv;
    nv.put(0x21, Bytes(116));
    EXPECT_EQ(nv.osal_delete(0x21, 110), osal::kBadLength);
    EXPECT_EQ(nv.osal_delete(0x21, 116), osal::kSuccess);
    EXPECT_EQ(nv.osal_delete(0x21, 116), osal::kUninit);
}

TEST(NvStore, SysNvWriteReplacesCreatesAndResizesButTakesNoOffset) {
    NvStore nv;
    const NvKey key{1, nv::kTclk, 0};
    EXPECT_EQ(nv.write(key, 0, Bytes(20, 1)), nvintf::kSuccess);
    EXPECT_EQ(nv.write(key, 0, Bytes(4, 2)), nvintf::kSuccess);
    EXPECT_EQ(nv.length(key), 4U);
    EXPECT_EQ(nv.write(key, 4, {1}), nvintf::kBadParameter);
}

TEST(NvStore, SysNvReadIsNotClampedAndTellsAbsentItems) {
    NvStore nv;
    const NvKey key{1, nv::kTclk, 0};
    EXPECT_EQ(nv.read(key, 0, 20).status, nvintf::kNotFound);
    nv.put(nv::kTclk, 0, Bytes(20, 1));
    EXPECT_EQ(nv.read(key, 0, 21).status, nvintf::kBadLength);
    EXPECT_EQ(nv.read(key, 20, 1).status, nvintf::kBadOffset);
    EXPECT_EQ(nv.read(key, 0, 20).data, Bytes(20, 1));
}

TEST(NvStore, CreateFillsWithZerosAndRefusesNothingAndTwice) {
    NvStore nv;
    EXPECT_EQ(nv.create({1, 1, 0}, 0), nvintf::kBadLength);
    EXPECT_EQ(nv.create({1, 1, 0}, 12), nvintf::kSuccess);
    EXPECT_EQ(*nv.find(1, 0), Bytes(12, 0));
    EXPECT_EQ(nv.create({1, 1, 0}, 12), nvintf::kExists);
}

TEST(NvStore, IdsAboveTenBitsCannotExist) {
    NvStore nv;
    EXPECT_EQ(nv.osal_init(0x0F00, 1, {1}), osal::kUninit);
    EXPECT_EQ(nv.osal_length(0x0F00), 0);
    EXPECT_EQ(nv.create({1, 1024, 0}, 1), nvintf::kBadItem);
    EXPECT_EQ(nv.create({1, 0, 1024}, 1), nvintf::kBadSub);
    EXPECT_EQ(nv.create({2, 0, 1}, 1), nvintf::kBadSystem);
}

TEST(NvStore, TheOldPollRateIsAProxyThatTruncatesTheNewOne) {
    NvStore nv;
    EXPECT_EQ(nv.osal_read(nv::kPollRateOld16, 0).status, osal::kFailure);
    nv.put(nv::kPollRate, Bytes(40, 9));
    EXPECT_EQ(nv.osal_length(nv::kPollRateOld16), 0);
    EXPECT_EQ(nv.osal_read(nv::kPollRateOld16, 0).data, (Bytes{9, 9}));
    EXPECT_EQ(nv.osal_write(nv::kPollRateOld16, 0, {1, 2}), osal::kSuccess);
    EXPECT_EQ(nv.find(nv::kPollRate)->size(), 2U);
}

TEST(NvStore, ProtectedKeysHaveALengthButCannotBeRead) {
    NvStore nv;
    nv.put(nv::kActiveKey, Bytes(17, 1));
    nv.protect_keys(true);
    EXPECT_EQ(nv.osal_length(nv::kActiveKey), 17);
    EXPECT_EQ(nv.osal_read(nv::kActiveKey, 0).status, osal::kInvalid);
}

TEST(NvStore, WornFlashAnswersTenAndKeepsTheOldValue) {
    NvStore nv;
    nv.put(0x60, {1});
    nv.fail_writes(1);
    EXPECT_EQ(nv.osal_write(0x60, 0, {2}), osal::kFailed);
    EXPECT_EQ(*nv.find(0x60), Bytes{1});
    EXPECT_EQ(nv.osal_write(0x60, 0, {2}), osal::kSuccess);
}

TEST(NvStore, AnItemInDamagedFlashFailsUntilItIsMended) {
    NvStore nv;
    nv.put(nv::kTclk, 3, Bytes(20, 1));
    nv.fail_read(NvStore::Address(nv::kTclk, 3));
    EXPECT_EQ(nv.read({1, nv::kTclk, 3}, 0, 20).status, nvintf::kFailure);
    nv.fail_read(std::nullopt);
    EXPECT_EQ(nv.read({1, nv::kTclk, 3}, 0, 20).status, nvintf::kSuccess);
}

TEST(NvStore, APowerCutKeepsExactlySoManyWrites) {
    NvStore nv;
    bool cut = false;
    nv.cut_power_after(2, [&] { cut = true; });
    for (std::uint16_t i = 0; i < 5; ++i) nv.put(1, i, {1});
    EXPECT_TRUE(cut);
    EXPECT_EQ(nv.contents().size(), 2U);
    nv.power_restored();
    nv.put(1, 4, {1});
    EXPECT_EQ(nv.contents().size(), 3U);
}

TEST(NvFile, TextAndContentsAreInverse) {
    const NvStore::Contents contents{{{0, 0x21}, {1, 2, 255}}, {{4, 7}, Bytes(20, 3)}};
    const auto parsed = parse_nv(to_text(contents));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, contents);
}

TEST(NvFile, DamagedTextIsRefused) {
    for (const char* text : {"", "[]", R"({"0x0000": 1})", R"({"0x0000": {"0x0021": "1"}})",
                             R"({"0x0000": {"0x0F00": "11"}})", R"({"0x0000": {"0x21": "zz"}})"}) {
        EXPECT_FALSE(parse_nv(text).ok()) << text;
    }
}

}  // namespace
}  // namespace zha::sim
