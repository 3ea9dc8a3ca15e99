// The daemon's loop: what leaves it, what it ignores, and what must be on disk before.
#include "controller/controller.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <utility>

#include "controller/journal_file.hpp"
#include "controller/replica.hpp"
#include "tests/controller/fakes.hpp"

namespace zha {
namespace {

using test::Office;

struct ControllerTest : ::testing::Test {
    Office o;
    Controller controller{o.config, o.parts(), Office::journal()};

    void SetUp() override {
        controller.begin();
        o.bus.connect();
    }
    void command(const std::string& verb, const std::string& to, bool retained = false) {
        o.bus.deliver(o.topics.command(),
                      R"({"id":"command-1","verb":")" + verb + R"(","to":")" + to + "\"}",
                      retained);
    }
    std::string response() const {
        const auto all = o.bus.on(o.topics.response("command-1"));
        return all.empty() ? "" : all.back();
    }
    Journal stored() { return load_journal(o.store, "/state").value(); }
};

TEST_F(ControllerTest, AnOrderEchoesTheNonceAndCarriesTheIncarnation) {
    const auto report = o.report("a", NodeState::active, 5);
    o.hear(report);
    ASSERT_EQ(o.orders("a").size(), 1u);
    const auto order = wire::decode_order(o.orders("a").back());
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(order->node, "a");
    EXPECT_EQ(order->nonce, report.nonce);
    EXPECT_EQ(order->incarnation, 3u);
    EXPECT_EQ(order->epoch, 5u);
    EXPECT_EQ(order->lease, o.config.timing.lease);
    EXPECT_EQ(order->goal, Goal::active);
}

TEST_F(ControllerTest, AReportFromAnotherBootOfTheHolderIsNotAnswered) {
    auto report = o.report("a", NodeState::active, 5);
    report.host_boot = "x";
    o.hear(report);
    ASSERT_EQ(o.orders("a").size(), 1u);
    EXPECT_EQ(stored().holder_boot, "x") << "durable before the lease";
    auto copy = o.report("a", NodeState::standby, 5);
    copy.host_boot = "y";
    copy.released = 5;
    o.hear(copy);
    EXPECT_EQ(o.orders("a").size(), 1u);
    EXPECT_FALSE(controller.journal().released);
}

TEST_F(ControllerTest, OrdersAreNeverRetained) {
    o.hear(o.report("a", NodeState::active, 5));
    for (const auto& s : o.bus.sent)
        if (s.topic == o.topics.order("a") || s.topic == o.topics.poke("a")) {
            EXPECT_FALSE(s.retain) << s.topic;
        }
}

TEST_F(ControllerTest, ARetainedReportIsIgnored) {
    o.hear(o.report("a", NodeState::active, 5), true);
    EXPECT_TRUE(o.orders("a").empty());
}

TEST_F(ControllerTest, AReportOnTheTopicOfAnotherNodeIsDropped) {
    o.bus.deliver(o.topics.report("b"), wire::encode(o.report("a", NodeState::active, 5)));
    EXPECT_TRUE(o.orders("a").empty());
    EXPECT_TRUE(o.orders("b").empty());
}

TEST_F(ControllerTest, AReportThatDoesNotParseIsDropped) {
    for (const auto* text : {"", "{}", "[]", "{\"node\":\"a\"}", "\xff\xfe"})
        o.bus.deliver(o.topics.report("a"), text);
    EXPECT_TRUE(o.orders("a").empty());
}

TEST_F(ControllerTest, AReportCannotBringTheEpochsToTheirEnd) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby, std::numeric_limits<Epoch>::max()));
    EXPECT_TRUE(o.orders("b").empty());
    EXPECT_EQ(o.orders("a").size(), 1u);
}

TEST_F(ControllerTest, ARetainedCommandIsIgnored) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby));
    command("switchover", "b", true);
    EXPECT_EQ(response(), "");
    EXPECT_FALSE(controller.journal().move);
}

TEST_F(ControllerTest, ACommandIsDurableBeforeItIsAnswered) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby));
    command("switchover", "b");
    EXPECT_NE(response().find("\"ok\":true"), std::string::npos) << response();
    ASSERT_TRUE(stored().move);
    EXPECT_EQ(stored().move->to, "b");
    EXPECT_EQ(stored().move->command, "command-1");
    ASSERT_FALSE(o.history.lines.empty());
    EXPECT_EQ(o.history.lines.back().kind, "switchover_started");
}

TEST_F(ControllerTest, WithoutADurableJournalNothingIsDecidedAndNoOrderLeaves) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby));
    o.store.refuse = true;
    command("switchover", "b");
    EXPECT_NE(response().find("no space left"), std::string::npos) << response();
    EXPECT_FALSE(controller.journal().move);
    // The holder gives the role up: its successor's epoch cannot be written down.
    auto gone = o.report("a", NodeState::fault, 5);
    gone.released = 5;
    const auto before = o.orders("a").size() + o.orders("b").size();
    o.hear(gone);
    o.hear(o.report("b", NodeState::standby));
    EXPECT_EQ(o.orders("a").size() + o.orders("b").size(), before);
    EXPECT_EQ(controller.journal().epoch, 5u);
    o.store.refuse = false;
    o.hear(o.report("b", NodeState::standby));
    o.hear(o.report("b", NodeState::standby));
    EXPECT_EQ(stored().epoch, 6u);
    EXPECT_EQ(wire::decode_order(o.orders("b").back())->epoch, 6u);
}

TEST_F(ControllerTest, AHolderThatMayHoldTheRoleItselfIsNotReplacedWhileTheBrokerIsLost) {
    o.hear(o.report("a", NodeState::active, 5));
    o.clock.at += Millis{900};  // the last report of b comes later, so a falls silent first
    o.hear(o.report("b", NodeState::standby));
    o.bus.deliver("zigbee2mqtt/bridge/state", R"({"state":"offline"})", true);
    o.bus.disconnect();
    o.run(controller, 4 * 120);
    EXPECT_FALSE(controller.journal().released);
    EXPECT_FALSE(controller.journal().move);
    // What arrives before the session counts as up decides nothing either.
    o.bus.up = true;
    o.hear(o.report("b", NodeState::standby));
    o.hear(o.report("b", NodeState::standby));
    EXPECT_EQ(controller.journal().holder, "a");
    EXPECT_FALSE(controller.journal().released);
    o.bus.connect();
    o.hear(o.report("b", NodeState::standby));
    EXPECT_FALSE(controller.journal().released) << "the hold-down counts from the reconnection";
}

TEST_F(ControllerTest, AControllerThatFindsItselfLateCountsAsJustStarted) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby));
    o.bus.deliver(o.topics.agent_status("a"), "offline");
    o.clock.stall = Millis{60000};
    o.run(controller, 4);
    EXPECT_EQ(controller.journal().holder, "a");
    EXPECT_FALSE(controller.journal().released);
}

TEST_F(ControllerTest, ACoordinatorThatWasHeardIsAnAlarm) {
    o.hear(o.report("a", NodeState::active, 5));
    auto vetoed = o.report("b", NodeState::standby);
    vetoed.heard_on = 15;
    o.hear(vetoed);
    o.hear(o.report("b", NodeState::standby));
    EXPECT_EQ(o.traps.count(Notification::two_on_air), 1);
}

TEST_F(ControllerTest, ALostHolderIsReplacedWithTrapsAndHistory) {
    o.hear(o.report("a", NodeState::active, 5));
    const auto last = o.clock.at;
    for (int i = 0; i < 40 && controller.journal().epoch == 5; ++i) {
        o.hear(o.report("b", NodeState::standby));
        if (i == 1) o.bus.deliver(o.topics.agent_status("a"), R"({"state":"offline"})");
        o.run(controller, 4);
    }
    EXPECT_EQ(controller.journal().holder, "b");
    EXPECT_GE(o.clock.at, last + o.config.timing.hold_down);
    EXPECT_FALSE(o.traps.sent.empty());
    EXPECT_EQ(o.traps.sent.size(), o.history.lines.size());
    EXPECT_EQ(o.bus.on(o.topics.event()).size(), o.history.lines.size());
}

TEST_F(ControllerTest, WhatAnotherControllerGrantedIsSkippedAndToldToTheBroker) {
    o.bus.deliver(o.topics.epoch(false), R"({"epoch":50000})", true);
    o.bus.deliver(o.topics.epoch(false), "fifty", true);
    o.bus.deliver(o.topics.epoch(true), R"({"epoch":50})", true);
    for (int i = 0; i < 40 && controller.journal().epoch == 5; ++i) {
        o.hear(o.report("b", NodeState::standby));
        if (i == 1) o.bus.deliver(o.topics.agent_status("a"), R"({"state":"offline"})");
        o.run(controller, 4);
    }
    EXPECT_EQ(controller.journal().holder, "b");
    EXPECT_GT(controller.journal().epoch, 50U) << "a was not heard since";
    EXPECT_LT(controller.journal().epoch, 100U) << "nor one that cannot be";
    ASSERT_FALSE(o.bus.on(o.topics.epoch(false)).empty());
    EXPECT_EQ(o.bus.on(o.topics.epoch(false)).back(),
              wire::encode_epoch(controller.journal().epoch));
}

TEST_F(ControllerTest, BrokenHistoryAndTrapsDoNotStopAMove) {
    o.history.refuse = o.traps.refuse = true;
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby));
    command("switchover", "b");
    EXPECT_TRUE(controller.journal().move);
}

TEST_F(ControllerTest, ClearFaultTravelsInExactlyOneOrder) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::fault));
    command("clear-fault", "b");
    o.hear(o.report("b", NodeState::fault));
    EXPECT_TRUE(wire::decode_order(o.orders("b").back())->clear_fault);
    o.hear(o.report("b", NodeState::fault));
    EXPECT_FALSE(wire::decode_order(o.orders("b").back())->clear_fault);
}

TEST_F(ControllerTest, APauseIsDurableAndShown) {
    o.hear(o.report("a", NodeState::active, 5));
    o.bus.deliver(o.topics.command(), R"({"id":"command-1","verb":"pause","seconds":60})");
    EXPECT_NE(response().find("\"done\":true"), std::string::npos) << response();
    ASSERT_TRUE(stored().pause);
    EXPECT_EQ(stored().pause->until, o.clock.wall() + 60);
    const auto state = nlohmann::json::parse(o.bus.on(o.topics.state()).back());
    EXPECT_EQ(state["paused"], true);
    EXPECT_EQ(state["controller"]["state"], "paused");
    Controller next(o.config, o.parts(), stored());
    EXPECT_TRUE(next.journal().pause);
}

TEST_F(ControllerTest, APauseThatCannotBeWrittenIsNone) {
    o.hear(o.report("a", NodeState::active, 5));
    o.store.refuse = true;
    o.bus.deliver(o.topics.command(), R"({"id":"command-1","verb":"pause"})");
    EXPECT_NE(response().find("\"failed\""), std::string::npos) << response();
    EXPECT_FALSE(controller.journal().pause);
}

struct DrillTest : ControllerTest {
    /// Both are well; every heartbeat is heard for so long.
    void live(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            o.hear(o.report("a", NodeState::active, 5));
            o.hear(o.report("b", NodeState::standby));
            o.run(controller, 4);
        }
    }
    /// A drill in every minute.
    void every_minute() { o.config.drill.schedule = *schedule::parse_cron("* * * * *"); }
    nlohmann::json state() { return nlohmann::json::parse(o.bus.on(o.topics.state()).back()); }
};

TEST_F(DrillTest, BeginsAtItsTimeAndIsDurable) {
    live(30);
    every_minute();
    live(1);
    EXPECT_FALSE(controller.journal().drill) << "the minute in which it was first looked at";
    live(60);
    ASSERT_TRUE(controller.journal().drill);
    EXPECT_EQ(controller.journal().drill->other, "b");
    ASSERT_TRUE(stored().drill);
    EXPECT_EQ(state()["drill"]["phase"], "there");
    EXPECT_TRUE(state()["last_drill"].is_null());
}

TEST_F(DrillTest, IsLeftOutInBlackoutHoursWithALineInTheHistory) {
    live(30);
    every_minute();
    o.config.drill.blackout = {*schedule::parse_hours("00:00-24:00")};
    live(61);
    EXPECT_FALSE(controller.journal().drill);
    ASSERT_FALSE(o.history.lines.empty());
    EXPECT_EQ(o.history.lines.back().kind, "drill_refused");
    EXPECT_NE(o.history.lines.back().text.find("blackout hours"), std::string::npos);
    EXPECT_EQ(state()["last_drill"]["result"], "refused");
}

TEST_F(DrillTest, IsRefusedWhenTheStandbyIsNotReady) {
    live(30);
    o.hear(o.report("b", NodeState::catchingup));
    o.bus.deliver(o.topics.command(), R"({"id":"command-1","verb":"drill"})");
    EXPECT_NE(response().find("\"refused\""), std::string::npos) << response();
    EXPECT_NE(response().find("not ready"), std::string::npos) << response();
    EXPECT_FALSE(controller.journal().move);
}

TEST_F(ControllerTest, ExplainIsAnsweredWithSentences) {
    o.hear(o.report("a", NodeState::active, 5));
    o.bus.deliver(o.topics.command(), R"({"id":"command-1","verb":"explain"})");
    const auto data = nlohmann::json::parse(response())["data"];
    ASSERT_GE(data.size(), 3u);
    EXPECT_EQ(data[0]["node"], "a");
    EXPECT_NE(data[0]["text"].get<std::string>().find("a is active"), std::string::npos);
}

/// What the controller said over zigbee2mqtt's `offline`.
std::vector<std::string> repairs(const Office& o) {
    return o.bus.on("zigbee2mqtt/bridge/state");
}

struct LateWillTest : ControllerTest {
    /// "b" has just become active by order.
    void move_to_b() {
        o.hear(o.report("a", NodeState::active, 5));
        o.hear(o.report("b", NodeState::standby));
        command("switchover", "b");
        auto gone = o.report("a", NodeState::standby, 5);
        gone.released = 5;
        o.hear(gone);
        for (int i = 0; i < 3; ++i) o.hear(o.report("b", NodeState::standby));
        o.bus.deliver("zigbee2mqtt/bridge/state", R"({"state":"online"})");
        live(4);
    }
    void live(int seconds, ServiceState service = ServiceState::running) {
        for (int i = 0; i < seconds; ++i) {
            auto active = o.report("b", NodeState::active, 6);
            active.service = service;
            o.hear(active);
            o.run(controller, 4);
        }
    }
};

TEST_F(LateWillTest, OfTheFormerHolderIsOverwrittenOnceAndMovesNothing) {
    move_to_b();
    ASSERT_FALSE(controller.journal().move);
    o.bus.deliver("zigbee2mqtt/bridge/state", R"({"state":"offline"})");
    EXPECT_TRUE(repairs(o).empty());
    live(30);
    ASSERT_EQ(repairs(o).size(), 1u);
    EXPECT_EQ(repairs(o).front(), R"({"state":"online"})");
    EXPECT_EQ(controller.journal().holder, "b");
    EXPECT_EQ(controller.journal().epoch, 6u);
}

TEST_F(LateWillTest, IsLeftAloneWhenTheServiceDoesNotRun) {
    move_to_b();
    o.bus.deliver("zigbee2mqtt/bridge/state", R"({"state":"offline"})");
    live(30, ServiceState::failed);
    EXPECT_TRUE(repairs(o).empty());
}

TEST_F(ControllerTest, HistoryIsAnsweredWithItsLines) {
    o.bus.deliver(o.topics.command(), R"({"id":"command-1","verb":"history","limit":7})");
    EXPECT_EQ(o.history.asked, 7u);
    EXPECT_NE(response().find("\"done\":true"), std::string::npos);
}

TEST_F(ControllerTest, TheSwitchOfANodeStartsASwitchoverOnlyWhenTurnedOn) {
    o.hear(o.report("a", NodeState::active, 5));
    o.hear(o.report("b", NodeState::standby));
    o.bus.deliver(o.topics.active_set("b"), "ON", true);
    o.bus.deliver(o.topics.active_set("b"), "OFF");
    EXPECT_FALSE(controller.journal().move);
    o.bus.deliver(o.topics.active_set("b"), "ON");
    ASSERT_TRUE(controller.journal().move);
    EXPECT_EQ(controller.journal().move->to, "b");
}

TEST_F(ControllerTest, AfterAReconnectionItsStatusStateAndDiscoveryAreSaidAgain) {
    const auto statuses = o.bus.on(o.topics.controller_status()).size();
    const auto states = o.bus.on(o.topics.state()).size();
    o.bus.disconnect();
    o.bus.connect();
    EXPECT_EQ(o.bus.on(o.topics.controller_status()).size(), statuses + 1);
    EXPECT_EQ(o.bus.on(o.topics.state()).size(), states + 1);
    EXPECT_EQ(o.bus.on("homeassistant/device/zha_home_a/config").size(), 2u);
}

/// Says what the test wants it to say, and remembers what it was told.
struct FakeDevice final : FenceDevice {
    Task<Status> off(Time) override {
        ++offs;
        if (auto then = std::exchange(meanwhile, nullptr)) then();
        co_return works ? Status() : Status(Errc::timeout, "not confirmed");
    }
    Task<Status> on(Time) override {
        ++ons;
        co_return Status();
    }
    Task<Result<bool>> state(Time) override { co_return true; }
    bool works = true;
    int offs = 0, ons = 0;
    std::function<void()> meanwhile;  ///< while it is switched off for the first time
};

/// "a" holds the role and has a device; it is lost, and "b" is ready.
struct PowerTest : ::testing::Test {
    Office o;
    Devices devices;
    FakeDevice* device = nullptr;
    std::optional<Controller> controller;

    void lose_a(bool works, std::function<void()> meanwhile = nullptr) {
        o.config.nodes.front().fence.driver = "exec";
        auto made = std::make_unique<FakeDevice>();
        device = made.get();
        device->works = works;
        device->meanwhile = std::move(meanwhile);
        devices.fences["a"] = std::move(made);
        auto parts = o.parts();
        parts.devices = &devices;
        controller.emplace(o.config, parts, Office::journal());
        controller->begin();
        o.bus.connect();
        o.hear(o.report("a", NodeState::active, 5));
        o.bus.deliver(o.topics.agent_status("a"), R"({"state":"offline"})");
        if (after_connect) after_connect();
        live(8);
    }
    std::function<void()> after_connect;
    /// Seconds in which "b" reports.
    void live(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            o.hear(o.report("b", NodeState::standby));
            o.run(*controller, 4);
        }
    }
    Journal stored() { return load_journal(o.store, "/state").value(); }
};

TEST_F(PowerTest, AConfirmedOffIsARelease) {
    lose_a(true);
    EXPECT_EQ(device->offs, 1) << "asked once";
    EXPECT_TRUE(stored().unpowered.contains("a"));
    EXPECT_EQ(stored().epoch, 6u);
    EXPECT_EQ(stored().holder, "b");
    EXPECT_LT(o.clock.at - Time{1'000'000}, o.config.timing.hold_down);
}

TEST_F(PowerTest, ASpareControllerIsToldFirstWhatWillHaveNoPower) {
    o.config.controller.spare = SpareConfig{"/spare", Millis{0}};
    after_connect = [this] {
        o.run(*controller, 6);
        for (const auto& said : o.bus.on(o.topics.controller_status(false)))
            o.bus.deliver(o.topics.controller_status(false), said);
        o.bus.deliver(o.topics.controller_status(true), R"({"state":"standby","incarnation":1})");
        o.hear(o.report("a", NodeState::active, 5));
        o.bus.deliver(o.topics.agent_status("a"), R"({"state":"offline"})");
        const auto ticks = [this](auto&& done) {
            for (int i = 0; i < 60 && !done(); ++i) {
                o.hear(o.report("b", NodeState::standby));
                o.run(*controller, 1);
            }
            return o.clock.at;
        };
        const auto noted = ticks([this] { return stored().unpowered.contains("a"); });
        EXPECT_EQ(device->offs, 0) << "not before it is kept there, too";
        const auto asked = ticks([this] { return device->offs > 0; });
        EXPECT_GE(asked - noted, Millis{1750}) << "it never said that it keeps it";
    };
    lose_a(true);
    EXPECT_EQ(device->offs, 1);
}

TEST_F(PowerTest, AFailedOneIsTriedAgainAndLeavesTheHoldDown) {
    lose_a(false);
    EXPECT_EQ(stored().epoch, 5u);
    live(10);
    EXPECT_GE(device->offs, 2);
    EXPECT_EQ(stored().epoch, 5u);
    EXPECT_EQ(o.traps.count(Notification::fence_failed), 1) << "told once";
    live(10);
    EXPECT_EQ(stored().epoch, 6u) << "after the hold-down";
}

TEST_F(PowerTest, AWordOfTheNodeWhileItIsSwitchedOffProvesTheWrongOutlet) {
    lose_a(true, [this] {
        o.clock.at += Millis{200};
        o.hear(o.report("a", NodeState::active, 5));
        o.bus.deliver(o.topics.agent_status("a"), R"({"state":"offline"})");
        o.clock.at += Millis{200};
    });
    while (stored().epoch == 5 && o.clock.at < Time{1'100'000}) live(1);
    EXPECT_EQ(stored().holder, "b");
    EXPECT_EQ(device->offs, 2) << "the first confirmation is worth nothing";
}

TEST_F(PowerTest, PowerReturnsWhenTheOtherNodeIsActive) {
    lose_a(true);
    ASSERT_EQ(stored().holder, "b");
    EXPECT_EQ(device->ons, 0);
    o.bus.deliver("zigbee2mqtt/bridge/state", R"({"state":"online"})");
    for (int i = 0; i < 12; ++i) {
        o.hear(o.report("b", NodeState::active, 6));
        o.run(*controller, 4);
    }
    EXPECT_EQ(device->ons, 1);
    EXPECT_TRUE(stored().unpowered.empty());

    // Another controller switched it off once more: the "on" from before is none of that.
    auto other = Office::journal();
    other.incarnation = 1;
    other.unpowered.insert("a");
    o.bus.deliver(o.topics.journal(true), encode_replica(other));
    const auto told = o.clock.at;
    while (device->ons == 1 && o.clock.at < told + Millis{60000}) {
        o.hear(o.report("b", NodeState::active, 6));
        o.run(*controller, 1);
    }
    EXPECT_EQ(device->ons, 2);
    EXPECT_GE(o.clock.at - told, o.config.nodes.front().fence.timeout) << "its off may be slow";
    o.run(*controller, 1);
    EXPECT_TRUE(stored().unpowered.empty());
}

}  // namespace
}  // namespace zha
