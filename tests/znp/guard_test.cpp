#include "znp/nvram/guard.hpp"

#include <gtest/gtest.h>

#include "tests/znp/fake_dongle.hpp"
#include "znp/nvram/layout.hpp"

namespace zha::znp {
namespace {

constexpr WriteRules kRefuse{false, LowerCounters::refuse, std::nullopt};
constexpr WriteRules kAllow{false, LowerCounters::allow, std::nullopt};

Image network(std::uint32_t counter) {
    auto image = test::network_image(3, 2);
    layout::put(image.items[{ExItem::nwk_sec_material_table, 0}], 0, counter, 4);
    layout::put(image.items[{ExItem::legacy, osal::NWKKEY}], 20, counter, 4);
    return image;
}

std::string why(const Status& status) {
    return status ? "accepted" : status.error().message;
}

bool says(const Status& status, const char* words) {
    return why(status).find(words) != std::string::npos;
}

TEST(Guard, AnotherRevisionIsRefusedWithTheWayOut) {
    WriteRules rules;
    EXPECT_TRUE(check_firmware(1, 20240710, rules));
    rules.revision = 20210708;
    const auto refused = check_firmware(1, 20240710, rules);
    EXPECT_TRUE(says(refused, "20210708")) << why(refused);
    EXPECT_TRUE(says(refused, "20240710"));
    EXPECT_TRUE(says(refused, "--force-incompatible"));
    rules.force_incompatible = true;
    EXPECT_TRUE(check_firmware(1, 20240710, rules));
}

TEST(Guard, AnotherStackIsRefused) {
    EXPECT_TRUE(says(check_firmware(0, 20240710, {}), "product 0"));
    EXPECT_TRUE(says(check_firmware(2, 20240710, {}), "--force-incompatible"));
}

TEST(Guard, AnotherTableSizeIsRefusedUnlessForced) {
    auto image = network(1);
    image.items.erase({ExItem::tclk_table, 7});
    const auto refused = check_layout(network(1), image, {});
    EXPECT_TRUE(says(refused, "TCLK_TABLE")) << why(refused);
    EXPECT_TRUE(says(refused, "--force-incompatible"));
    EXPECT_TRUE(check_layout(network(1), image, {true, LowerCounters::raise, {}}));
}

TEST(Guard, AnotherSizeOfAStructureIsRefused) {
    auto image = network(1);
    image.items[{ExItem::legacy, osal::NIB}].resize(110);
    EXPECT_TRUE(says(check_layout(network(1), image, {}), "NIB"));
    image = network(1);
    image.items[{ExItem::legacy, osal::NWKKEY}].resize(21);
    EXPECT_TRUE(says(check_layout(network(1), image, {}), "NWKKEY"));
}

TEST(Guard, ALowerCounterOfTheSameNetworkIsRefusedWithTheWayOut) {
    auto image = network(100);
    const auto refused = keep_counters(network(200), image, kRefuse);
    EXPECT_TRUE(says(refused, "100")) << why(refused);
    EXPECT_TRUE(says(refused, "--allow-lower-counters"));
    EXPECT_EQ(image, network(100));
    EXPECT_TRUE(keep_counters(network(200), image, kAllow));
    EXPECT_EQ(image, network(100));
}

TEST(Guard, ALowerCounterIsRaisedToTheDongles) {
    auto image = network(100);
    ASSERT_TRUE(keep_counters(network(200), image, {}));
    EXPECT_EQ(image, network(200));
}

TEST(Guard, CountersOfAnotherNetworkDoNotMatter) {
    auto image = test::network_image(4, 2);
    EXPECT_TRUE(keep_counters(network(0x70000000), image, kRefuse));
    EXPECT_EQ(image, test::network_image(4, 2));
}

TEST(Guard, ACounterOfALinkKeyIsRaisedWhereverItsDeviceStands) {
    const Bytes unused(20, 0);
    Bytes here = unused, there = unused;
    layout::put(here, 0, 50, 4), layout::put(there, 0, 39, 4);
    layout::put(here, 8, 0x1234, 8), layout::put(there, 8, 0x1234, 8);
    auto current = network(5), image = network(5);
    current.items[{ExItem::tclk_table, 1}] = here, image.items[{ExItem::tclk_table, 4}] = there;
    ASSERT_TRUE(keep_counters(current, image, kRefuse));
    EXPECT_EQ(layout::little(*image.find({ExItem::tclk_table, 4}), 0, 4), 50u);
}

TEST(Guard, TheAlarmComesAtHalfOfTheCounterSpace) {
    EXPECT_EQ(counter_alarm(0x7FFFFFFF), "");
    EXPECT_NE(counter_alarm(0x80000000).find("50%"), std::string::npos);
    EXPECT_NE(counter_alarm(0xFFFFFFFF).find("99%"), std::string::npos);
}

}  // namespace
}  // namespace zha::znp
