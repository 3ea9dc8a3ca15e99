// What zigbee2mqtt says, and what it says of the dongle that it holds.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "node-agent/bridge_watch.hpp"
#include "node-agent/dongle_watch.hpp"

namespace zha {
namespace {

using std::chrono::seconds;

/// The test is the broker.
class OneBus final : public Bus {
  public:
    void start() override {}
    bool connected() const override { return true; }
    Status publish(const std::string&, const std::string& payload, bool, int) override {
        published.push_back(payload);
        return {};
    }
    void subscribe(const std::string& filter, Handler handler) override {
        handlers[filter] = std::move(handler);
    }
    void on_connection(std::function<void(bool, const std::string&)>) override {}
    Task<void> stop(Time) override { co_return; }
    void say(const std::string& topic, const std::string& payload, bool retained) {
        handlers.at(topic)({topic, payload, retained});
    }
    std::map<std::string, Handler> handlers;
    std::vector<std::string> published;
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

class DongleWatchTest : public ::testing::Test {
  protected:
    void SetUp() override { watch.subscribe(bus, "z"); }
    /// Asks the next question and answers it; no `rest`: nobody does.
    void question(const std::string& rest) {
        const auto asked = bus.published.size();
        for (int i = 0; bus.published.size() == asked; ++i) {
            ASSERT_LT(i, 600) << "no question in ten minutes";
            watch.look(bus, "00124b00aabbccdd", online, timing, now += seconds(1));
        }
        const auto number = nlohmann::json::parse(bus.published.back())["transaction"].dump();
        if (rest.empty()) return;
        bus.say("z/bridge/response/action", R"({"transaction":)" + number + "," + rest + "}",
                false);
    }
    void questions(unsigned count, const std::string& rest) {
        for (unsigned i = 0; i < count; ++i) question(rest);
    }
    bool lost() const { return !watch.lost(timing).empty(); }

    const std::string good = R"("status":"ok","data":[0,{"endpointList":[1,242]}])";
    const std::string reset = R"("status":"ok","data":[0,{"endpointList":[]}])";
    const std::string hung = R"("status":"error","error":"SRSP - ZDO - activeEpReq after 6000ms")";
    const std::string unknown = R"("status":"error","error":"Invalid action")";
    OneBus bus;
    Timing timing;
    Time now{0};
    bool online = true;
    DongleWatch watch{"one"};
};

TEST_F(DongleWatchTest, ADongleThatAnswersIsNotLost) {
    questions(20, good);
    EXPECT_FALSE(lost());
}

TEST_F(DongleWatchTest, FewerBadAnswersThanTheLimitAreForgivenByAGoodOne) {
    for (int i = 0; i < 5; ++i) {
        questions(timing.ping_fall - 1, reset);
        question(good);
    }
    EXPECT_FALSE(lost());
}

TEST_F(DongleWatchTest, ADongleThatWasResetBeforeTheFirstAnswerIsLost) {
    questions(timing.ping_fall, reset);
    EXPECT_TRUE(lost());
}

TEST_F(DongleWatchTest, ADongleThatHungBeforeTheFirstAnswerIsLost) {
    questions(timing.ping_fall, hung);
    EXPECT_TRUE(lost());
}

TEST_F(DongleWatchTest, AZigbee2mqttThatFallsSilentIsLost) {
    question(good);
    questions(timing.ping_fall + 1, "");
    EXPECT_TRUE(lost());
}

TEST_F(DongleWatchTest, AZigbee2mqttThatDoesNotKnowTheQuestionIsNotDoubted) {
    for (const auto& answer : {unknown, std::string(R"("status":"ok")"), std::string()}) {
        watch.restart();
        questions(20, answer);
        EXPECT_FALSE(lost()) << answer;
    }
}

TEST_F(DongleWatchTest, ADongleThatNeverAnswersWellIsStartedAgainForItOnceOnly) {
    questions(timing.ping_fall, reset);
    ASSERT_TRUE(lost());
    watch.blame();
    watch.restart();
    questions(20, reset);
    EXPECT_FALSE(lost());
}

TEST_F(DongleWatchTest, ADongleThatAnsweredWellIsDoubtedAfterEveryStart) {
    question(good);
    for (int i = 0; i < 3; ++i) {
        watch.blame();
        watch.restart();
        questions(timing.ping_fall, reset);
        EXPECT_TRUE(lost());
    }
}

TEST_F(DongleWatchTest, WhoIsOfflineAndSilentIsNotDoubtedButItsBadAnswersCount) {
    question(good);
    online = false;
    questions(20, "");
    EXPECT_FALSE(lost());
    questions(timing.ping_fall, hung);
    EXPECT_TRUE(lost());
}

TEST_F(DongleWatchTest, AnswersToSomebodyElseDoNotCount) {
    questions(timing.ping_fall - 1, reset);
    question("");
    bus.say("z/bridge/response/action", R"({"transaction":"two-3",)" + reset + "}", false);
    EXPECT_FALSE(lost());
}

}  // namespace
}  // namespace zha
