// What an interview asks a device, and the binding table.
#include <gtest/gtest.h>

#include "tests/simulator/house.hpp"

namespace zha::sim {
namespace {

enum : std::uint16_t {
    kNwkAddr = 0x0000,
    kNode = 0x0002,
    kSimple = 0x0004,
    kActive = 0x0005,
    kBind = 0x0021,
    kUnbind = 0x0022,
    kLeave = 0x0034,
};

Bytes with_address(House& house, const std::string& name, Bytes more = {}) {
    Bytes request;
    zcl::put16(request, house.nwk(name));
    zcl::put(request, more);
    return request;
}

TEST(Zdo, ThePlugDescribesItselfAsARouter) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    const ZdoAnswer answer = house.zdo("plug", kNode, with_address(house, "plug"));
    ASSERT_TRUE(answer.answered);
    EXPECT_EQ(answer.source, house.nwk("plug"));
    ASSERT_EQ(answer.payload.size(), 3U + 13U);
    EXPECT_EQ(Bytes(answer.payload.begin(), answer.payload.begin() + 8),
              (Bytes{0x00, 0x01, 0x10, 0x01, 0x40, 0x8E, 0x86, 0x12}));
}

TEST(Zdo, TheSensorDescribesItselfAsASleepyEndDevice) {
    House house;
    ASSERT_TRUE(house.add_and_pair("sensor").ok());
    const ZdoAnswer answer = house.zdo("sensor", kNode, with_address(house, "sensor"));
    ASSERT_TRUE(answer.answered);
    EXPECT_EQ(answer.payload[3], 0x02);
    EXPECT_EQ(answer.payload[5], 0x80);
}

TEST(Zdo, TheBulbListsItsEndpointAndClusters) {
    House house;
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    EXPECT_EQ(house.zdo("bulb", kActive, with_address(house, "bulb")).payload,
              (Bytes{0x00, 0x01, 0x10, 0x01, 0x01}));
    EXPECT_EQ(
        house.zdo("bulb", kSimple, with_address(house, "bulb", {1})).payload,
        (Bytes{0x00, 0x01, 0x10, 22,   0x01, 0x04, 0x01, 0x01, 0x01, 0x01, 6,    0x00, 0x00,
               0x03, 0x00, 0x04, 0x00, 0x05, 0x00, 0x06, 0x00, 0x08, 0x00, 0x01, 0x19, 0x00}));
}

TEST(Zdo, AnEndpointThatIsNotThereHasNoDescriptor) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    EXPECT_EQ(house.zdo("plug", kSimple, with_address(house, "plug", {9})).payload[0], 0x83);
    EXPECT_EQ(house.zdo("plug", kSimple, with_address(house, "plug", {0})).payload[0], 0x82);
    EXPECT_EQ(house.zdo("plug", kSimple, with_address(house, "plug")).payload[0], 0x82);
}

TEST(Zdo, OnlyTheOwnerAnswersABroadcastForItsAddress) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    ASSERT_TRUE(house.add_and_pair("bulb").ok());
    Bytes request;
    zcl::put64(request, house.state("bulb").ieee);
    zcl::put(request, Bytes{0, 0});
    std::vector<ZdoAnswer> answers;
    house.air.zdo(house.a, 0xFFFD, kNwkAddr, request,
                  [&](ZdoAnswer answer) { answers.push_back(std::move(answer)); });
    house.schedule.advance(10s);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].source, house.nwk("bulb"));
}

TEST(Zdo, BindingsAreAddedOnceAndRemoved) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    Bytes request;
    zcl::put64(request, house.state("plug").ieee);
    zcl::put(request, Bytes{1, 0x06, 0x00, 3, 1, 0, 0, 0, 0, 0x4B, 0x12, 0x00, 1});
    EXPECT_EQ(house.zdo("plug", kBind, request).payload, Bytes{0x00});
    EXPECT_EQ(house.zdo("plug", kBind, request).payload, Bytes{0x00});
    EXPECT_EQ(house.zdo("plug", kUnbind, request).payload, Bytes{0x00});
    EXPECT_EQ(house.zdo("plug", kUnbind, request).payload, Bytes{0x88});
    request.resize(12);
    EXPECT_EQ(house.zdo("plug", kBind, request).payload, Bytes{0x80});
}

TEST(Zdo, AskedToLeaveItAnswersFirstAndThenGoes) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    Bytes request;
    zcl::put64(request, house.state("plug").ieee);
    request.push_back(0);
    const ZdoAnswer answer = house.zdo("plug", kLeave, request);
    EXPECT_EQ(answer.payload, Bytes{0x00});
    EXPECT_EQ(house.a.left.size(), 1U);
    EXPECT_FALSE(house.state("plug").radio.membership.has_value());
}

TEST(Zdo, ADeviceThatIsGoneDoesNotAnswer) {
    House house;
    ASSERT_TRUE(house.add_and_pair("plug").ok());
    const Bytes request = with_address(house, "plug");
    ASSERT_TRUE(house.fleet.leave("plug").ok());
    EXPECT_FALSE(house.zdo("plug", kNode, request).answered);
}

}  // namespace
}  // namespace zha::sim
