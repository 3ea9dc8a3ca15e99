#include "node-agent/memory.hpp"

#include <gtest/gtest.h>

#include "node-agent/bridge_watch.hpp"
#include "simulator/virtual/store.hpp"

namespace zha {
namespace {

class MemoryTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store.make_directory("/state")); }
    sim::VirtualStore store;
};

TEST_F(MemoryTest, SurvivesARestart) {
    const Memory memory{{4, 9, 8}, 12, true};
    ASSERT_TRUE(MemoryFile(store, "/state").save(memory));
    auto loaded = MemoryFile(store, "/state").load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(*loaded, memory);
}

TEST_F(MemoryTest, AnAbsentFileIsANewNode) {
    EXPECT_EQ(*MemoryFile(store, "/state").load(), Memory{});
}

TEST_F(MemoryTest, ADamagedFileIsAnErrorAndNotANewNode) {
    for (const std::string bad : {"", "{", "[]", R"({"version":1})", R"({"version":2})",
                                  R"({"version":1,"incarnation":"x"})"}) {
        ASSERT_TRUE(store.write("/state/memory.json", bad));
        auto loaded = MemoryFile(store, "/state").load();
        ASSERT_FALSE(loaded) << bad;
        EXPECT_EQ(loaded.error().code, Errc::corrupt);
    }
}

TEST_F(MemoryTest, OnlyChangesAreWritten) {
    MemoryFile file(store, "/state");
    ASSERT_TRUE(file.save(Memory{}));
    ASSERT_TRUE(file.save(Memory{}));
    EXPECT_EQ(store.writes(), 1U);
    store.full(true);
    EXPECT_TRUE(file.save(Memory{}));
    EXPECT_FALSE(file.save(Memory{{1, 1, 0}, 0, false}));
    store.full(false);
    EXPECT_TRUE(file.save(Memory{{1, 1, 0}, 0, false})) << "what failed counts as not written";
    EXPECT_EQ(store.writes(), 2U);
}

/// Only subscriptions; the test is the broker.
class OneBus final : public Bus {
  public:
    void start() override {}
    bool connected() const override { return true; }
    Status publish(const std::string&, const std::string&, bool, int) override { return {}; }
    void subscribe(const std::string& filter, Handler handler) override {
        handlers[filter] = std::move(handler);
    }
    void on_connection(std::function<void(bool, const std::string&)>) override {}
    Task<void> stop(Time) override { co_return; }
    void say(const std::string& topic, const std::string& payload, bool retained) {
        handlers.at(topic)({topic, payload, retained});
    }
    std::map<std::string, Handler> handlers;
};

constexpr const char* kInfo =
    R"({"coordinator":{"ieee_address":"0x00124b00aabbccdd"},"version":"2.14.1",)"
    R"("network":{"pan_id":6754,"extended_pan_id":"0x0102030405060708","channel":15}})";

TEST(BridgeWatch, RetainedWordsOfThePastDoNotCount) {
    OneBus bus;
    BridgeWatch watch;
    watch.subscribe(bus, "z");
    bus.say("z/bridge/state", R"({"state":"online"})", true);
    bus.say("z/bridge/info", kInfo, true);
    EXPECT_FALSE(watch.online());
    EXPECT_FALSE(watch.info().known);
}

TEST(BridgeWatch, FreshWordsCountUntilTheNextStart) {
    OneBus bus;
    BridgeWatch watch;
    watch.subscribe(bus, "z");
    bus.say("z/bridge/state", R"({"state":"online"})", false);
    bus.say("z/bridge/info", kInfo, false);
    EXPECT_TRUE(watch.online());
    EXPECT_EQ(watch.info().ieee, "00124b00aabbccdd");
    EXPECT_EQ(watch.info().extended_pan_id, 0x0102030405060708U);
    watch.restart();
    EXPECT_FALSE(watch.online());
    EXPECT_FALSE(watch.info().known);
}

TEST(BridgeWatch, WhatItCannotReadProvesNothing) {
    OneBus bus;
    BridgeWatch watch;
    watch.subscribe(bus, "z");
    for (const std::string bad : {"", "online", "[]", R"({"state":5})", R"({"state":null})"}) {
        bus.say("z/bridge/state", bad, false);
        EXPECT_FALSE(watch.online()) << bad;
    }
    bus.say("z/bridge/info", kInfo, false);
    bus.say("z/bridge/info", R"({"coordinator":5})", false);
    EXPECT_FALSE(watch.info().known);
}

}  // namespace
}  // namespace zha
