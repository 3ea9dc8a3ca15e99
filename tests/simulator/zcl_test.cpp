// The bytes of ZCL frames and values.
#include "simulator/device/zcl.hpp"

#include <gtest/gtest.h>

namespace zha::sim::zcl {
namespace {

TEST(Zcl, ACommandRoundTripsByteForByte) {
    const Bytes bytes{0x01, 0x0C, 0x04, 0x80, 0x00, 0x00};
    const auto frame = parse(bytes);
    ASSERT_TRUE(frame.has_value());
    EXPECT_TRUE(frame->cluster_specific);
    EXPECT_FALSE(frame->disable_default_response);
    EXPECT_EQ(frame->sequence, 0x0C);
    EXPECT_EQ(frame->command, 0x04);
    EXPECT_EQ(encode(*frame), bytes);
}

TEST(Zcl, AManufacturerCodeIsPartOfTheHeader) {
    const Bytes bytes{0x14, 0x7C, 0x11, 0x05, 0x00, 0x01, 0x00};
    const auto frame = parse(bytes);
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->manufacturer, 0x117C);
    EXPECT_EQ(encode(*frame), bytes);
}

TEST(Zcl, CutFramesParseToNothing) {
    EXPECT_FALSE(parse(Bytes{}).has_value());
    EXPECT_FALSE(parse(Bytes{0x01, 0x0C}).has_value());
    EXPECT_FALSE(parse(Bytes{0x14, 0x7C, 0x11, 0x05}).has_value());
}

TEST(Zcl, SignedValuesKeepTheirSign) {
    const Value value = number(kInt16, -550);
    EXPECT_EQ(value.data, (Bytes{0xDA, 0xFD}));
    EXPECT_EQ(value.number(), -550);
}

TEST(Zcl, AStringLongerThanItsDataIsRefused) {
    EXPECT_FALSE(size_of(kString, Bytes{5, 'a', 'b'}).has_value());
    EXPECT_EQ(size_of(kString, Bytes{2, 'a', 'b'}), 3U);
}

TEST(Zcl, AReaderStaysFailedAfterAShortRead) {
    const Bytes bytes{1, 2, 3};
    Reader reader(bytes);
    EXPECT_EQ(reader.u16(), 0x0201);
    EXPECT_EQ(reader.u16(), 0);
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.u8(), 0);
}

}  // namespace
}  // namespace zha::sim::zcl
