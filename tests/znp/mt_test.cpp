#include <gtest/gtest.h>

#include "znp/mt/commands.hpp"

namespace zha::znp {
namespace {

const Bytes kPing{0xFE, 0x00, 0x21, 0x01, 0x20};
const Bytes kResetInd{0xFE, 0x06, 0x41, 0x80, 0x00, 0x02, 0x01, 0x02, 0x07, 0x01, 0xC0};

Frame answer(Bytes data) {
    return {Type::srsp, Subsystem::sys, 0x33, std::move(data)};
}

TEST(Frames, APingHasTheKnownBytes) {
    EXPECT_EQ(encode(mt::ping()), kPing);
}

TEST(Frames, AFrameHiddenInGarbageIsFound) {
    Parser parser;
    Bytes noise{0x00, 0xEF, 0xFE, 0xFF, 0xFE, 0x02, 0xEF};
    noise.insert(noise.end(), kResetInd.begin(), kResetInd.end());
    parser.feed(noise);
    const auto frame = parser.next();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->id, mt::id::SYS_RESET_IND);
    EXPECT_EQ(frame->data.size(), 6u);
    EXPECT_FALSE(parser.next());
    EXPECT_EQ(parser.skipped(), 7u);
}

TEST(Frames, ABadChecksumIsDroppedAndTheNextFrameSurvives) {
    Parser parser;
    auto bytes = kResetInd;
    bytes.back() ^= 1;
    bytes.insert(bytes.end(), kPing.begin(), kPing.end());
    parser.feed(bytes);
    EXPECT_EQ(parser.next(), mt::ping());
    EXPECT_FALSE(parser.next());
}

TEST(Frames, AFrameMayComeByteByByte) {
    Parser parser;
    for (const auto byte : kResetInd) {
        EXPECT_FALSE(parser.next());
        parser.feed(std::span(&byte, 1));
    }
    EXPECT_TRUE(parser.next());
}

TEST(Commands, NvRequestsHaveTheirLayout) {
    const ItemKey key{ExItem::tclk_table, 0x0102};
    EXPECT_EQ(mt::nv_read(key, 20).data, (Bytes{1, 4, 0, 2, 1, 0, 0, 20}));
    EXPECT_EQ(mt::nv_write(key, {0xAA, 0xBB}).data, (Bytes{1, 4, 0, 2, 1, 0, 0, 2, 0xAA, 0xBB}));
    EXPECT_EQ(mt::nv_create(key, 3).data, (Bytes{1, 4, 0, 2, 1, 3, 0, 0, 0}));
    EXPECT_EQ(mt::osal_read_ext(0x0021, 5).data, (Bytes{0x21, 0, 5, 0}));
    EXPECT_EQ(encode(mt::soft_reset()), (Bytes{0xFE, 0x01, 0x41, 0x00, 0x01, 0x41}));
}

TEST(Commands, AnswersOfAWrongLengthAreProtocolErrors) {
    EXPECT_EQ(mt::parse_value(answer({})).error().code, Errc::protocol);
    EXPECT_EQ(mt::parse_value(answer({0, 2, 7})).error().code, Errc::protocol);
    EXPECT_EQ(mt::parse_value(answer({0, 1, 7}))->data, Bytes{7});
    EXPECT_EQ(mt::parse_value(answer({10, 0}))->status, 10);
    EXPECT_EQ(mt::parse_length(answer({1})).error().code, Errc::protocol);
    EXPECT_EQ(mt::parse_status(answer({0, 0})).error().code, Errc::protocol);
    EXPECT_EQ(mt::parse_extaddr(answer({1, 2})).error().code, Errc::protocol);
    EXPECT_EQ(mt::parse_device_info(answer(Bytes(13))).error().code, Errc::protocol);
}

TEST(Commands, VersionCarriesTheCodeRevision) {
    const auto version = mt::parse_version(answer({2, 1, 2, 7, 1, 0x46, 0xD9, 0x34, 0x01}));
    ASSERT_TRUE(version);
    EXPECT_EQ(version->product, 1);
    EXPECT_EQ(version->revision, 0x0134D946u);
}

TEST(Commands, DescriptionsNameTheItemAndNoValue) {
    EXPECT_EQ(mt::describe(mt::nv_write({ExItem::legacy, osal::PRECFGKEY}, {0xC0, 0xFE})),
              "request 0x21/0x34 of PRECFGKEY");
}

}  // namespace
}  // namespace zha::znp
