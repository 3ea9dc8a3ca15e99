#include "znp/nvram/tables.hpp"

#include <gtest/gtest.h>

namespace zha::znp {
namespace {

Bytes tclk(std::uint8_t device, std::uint8_t attribute) {
    Bytes entry(20);
    entry[8] = device, entry[16] = attribute;
    return entry;
}

TEST(Tables, AnEntryOfAllOnesOrZeroesIsFree) {
    EXPECT_TRUE(is_free_entry(ExItem::addrmgr, Bytes(12, 0xFF)));
    EXPECT_TRUE(is_free_entry(ExItem::device_list, Bytes(16, 0xFF)));
    EXPECT_TRUE(is_free_entry(ExItem::aps_key_data_table, Bytes(24)));
    EXPECT_FALSE(is_free_entry(ExItem::aps_key_data_table, Bytes(24, 1)));
}

TEST(Tables, AnAddressWithoutUserIsFree) {
    Bytes entry(12, 0xFF);
    entry[0] = 0;
    EXPECT_TRUE(is_free_entry(ExItem::addrmgr, entry));
    entry[0] = 2;
    EXPECT_FALSE(is_free_entry(ExItem::addrmgr, entry));
}

TEST(Tables, ALinkKeyEntryIsFreeWithDefaultKeyAndNoDevice) {
    EXPECT_TRUE(is_free_entry(ExItem::tclk_table, tclk(0, 0xFF)));
    EXPECT_FALSE(is_free_entry(ExItem::tclk_table, tclk(7, 0xFF)));
    EXPECT_FALSE(is_free_entry(ExItem::tclk_table, tclk(0, 2)));
}

TEST(Tables, TheShapeIsThatOfTheTable) {
    Image image;
    image.items[{ExItem::tclk_table, 0}] = tclk(7, 2);
    image.items[{ExItem::tclk_table, 1}] = tclk(0, 0xFF);
    EXPECT_EQ(table_shape(image, ExItem::tclk_table),
              (std::pair<std::uint16_t, std::size_t>(2, 20)));
    EXPECT_EQ(table_shape(image, ExItem::addrmgr), (std::pair<std::uint16_t, std::size_t>(0, 0)));
}

}  // namespace
}  // namespace zha::znp
