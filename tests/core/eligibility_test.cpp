// Who may take over without an operator, how steadily a node must report, and what is said of it.
#include <gtest/gtest.h>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::answer;
using test::has_event;
using test::House;
using Verb = OperatorCommand::Verb;

TEST(Eligibility, AnOlderZigbee2mqttIsForOperatorsOnly) {
    House h{"a", "b"};
    h.settle();
    h.report("a").service_version = "2.14.1";
    h.report("b").service_version = "2.9.3";
    EXPECT_EQ(why_not(h.s, "b"), "");
    EXPECT_NE(why_not_automatic(h.s, "b").find("older than 2.14.1"), std::string::npos);
    EXPECT_EQ(answer(h.command(Verb::switchover, "b")), "refused.");
    h.s.command = OperatorCommand{Verb::switchover, "command-1", "b"};
    h.s.command->allow_version = true;
    EXPECT_EQ(answer(h.step()), "ok");
}

TEST(Eligibility, AnEqualNewerOrUnknownVersionIsGoodEnough) {
    House h{"a", "b"};
    h.settle();
    h.report("a").service_version = "2.14.1";
    for (const auto* version : {"", "2.14.1", "2.14.2", "3.0.0", "2.14.1-dev"}) {
        h.report("b").service_version = version;
        EXPECT_EQ(why_not_automatic(h.s, "b"), "") << version;
    }
    for (const auto* version : {"2.14.0", "1.99.9", "2.14", "x"}) {
        h.report("b").service_version = version;
        EXPECT_NE(why_not_automatic(h.s, "b"), "") << version;
    }
}

TEST(Eligibility, AStaleSnapshotNeedsAnOperatorsWord) {
    House h{"a", "b"};
    h.settle();
    h.report("b").staged.taken_at = h.s.wall - 25L * 3600;
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{10000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(answer(h.command(Verb::failover, "b")), "refused.");
    EXPECT_NE(h.d.answers.back().text.find("--allow-stale-snapshot"), std::string::npos);
    h.s.command = OperatorCommand{Verb::failover, "command-1", "b"};
    h.s.command->allow_stale = true;
    h.step();
    EXPECT_TRUE(h.moving());
}

TEST(Eligibility, ASnapshotThatGetsOldIsToldOnceAndOnceWhenItIsFreshAgain) {
    House h{"a", "b"};
    h.settle();
    h.report("b").staged.taken_at = h.s.wall - 2L * 3600;
    h.step();
    EXPECT_TRUE(has_event(h.d, EventKind::snapshot_old));
    EXPECT_EQ(why_not_automatic(h.s, "b"), "") << "old, not too old";
    h.step();
    EXPECT_FALSE(has_event(h.d, EventKind::snapshot_old));
    h.report("b").staged.taken_at = h.s.wall;
    h.step();
    EXPECT_TRUE(has_event(h.d, EventKind::snapshot_fresh));
}

TEST(Eligibility, AnotherFirmwareIsNamedAsTheReason) {
    House h{"a", "b"};
    h.settle();
    h.report("a").firmware = 20240710;
    h.report("b").firmware = 20230507;
    h.report("b").ready = false;
    EXPECT_NE(why_not(h.s, "b").find("20230507"), std::string::npos);
}

/// Heartbeats of b, '.' heard and 'x' missed; a reports always.
void beats(House& h, const char* pattern) {
    for (; *pattern != '\0'; ++pattern) {
        h.pass(h.config.timing.heartbeat);
        h.hear("a");
        if (*pattern == '.') h.hear("b");
        h.step();
    }
}

TEST(Pulse, TooManyMissedOfTheLastOnesCountAsDown) {
    House h{"a", "b"};
    h.settle();
    beats(h, "........x.x.x.x.");
    EXPECT_FALSE(h.d.pulses["b"].shaky) << "four of ten";
    beats(h, "x.");
    EXPECT_TRUE(h.d.pulses["b"].shaky);
    EXPECT_TRUE(h.d.raised.contains("down b"));
    EXPECT_NE(why_not(h.s, "b"), "");
}

TEST(Pulse, GoodOnesInARowBringItBack) {
    House h{"a", "b"};
    h.settle();
    beats(h, "..xxxxxxxx");
    EXPECT_TRUE(h.d.pulses["b"].shaky);
    beats(h, ".");
    EXPECT_TRUE(h.d.raised.contains("down b")) << "one is not enough";
    beats(h, "..");
    EXPECT_FALSE(h.d.raised.contains("down b"));
    beats(h, "....");
    EXPECT_EQ(why_not(h.s, "b"), "");
}

TEST(Pulse, ReportsBetweenHeartbeatsProveNoSteadiness) {
    House h{"a", "b"};
    h.settle();
    beats(h, "..xxxxxxxx.");
    for (int i = 0; i < 4; ++i) {
        h.pass(Millis{100});
        h.hear("b");
        h.step();
    }
    EXPECT_TRUE(h.d.pulses["b"].shaky);
}

TEST(Pulse, AShakyHolderThatReportsIsRenewedAndNeverOverruled) {
    House h{"b", "a"};  // here b is the holder
    h.settle();
    for (int i = 0; i < 20; ++i) beats(h, "xx.x.");
    EXPECT_TRUE(h.d.pulses["b"].shaky);
    h.s.bridge = BridgeState::offline;
    for (int i = 0; i < 20; ++i) {
        h.s.bridge_at = h.s.now;
        beats(h, "xx.x.");
    }
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.told("b").lease, h.config.timing.lease);
}

std::string all(const House& h) {
    std::string text;
    for (const auto& f : explain(h.s)) text += f.text + "\n";
    return text;
}

void expect_says(const House& h, const char* text) {
    EXPECT_NE(all(h).find(text), std::string::npos) << "\"" << text << "\" in\n" << all(h);
}

TEST(Explain, SaysWhoIsActiveAndWhoCouldTakeOver) {
    House h;
    h.config.nodes[2].nofailover = true;
    h.settle();
    expect_says(h, "a is active: it was granted epoch 5, and its last report came 0 s ago");
    expect_says(h, "b could take over");
    expect_says(h, "c would not take over by itself: c is set to nofailover");
    expect_says(h, "nothing is waited for");
}

TEST(Explain, SaysWhatANodeThatWorksDoesAndForHowLong) {
    House h;
    h.settle();
    h.report("b").state = NodeState::fencing;
    h.hear("b");
    expect_says(h,
                "b is fencing (kill the service, own the port, reset, read back): at most 6 s; "
                "then fenced, or fault if that fails");
    h.report("b").state = NodeState::standby;
    EXPECT_EQ(all(h).find("at most"), std::string::npos) << "nobody works";
}

TEST(Explain, SaysWhyThereIsNoFailover) {
    House h;
    h.settle();
    h.live(Millis{60000}, "a");
    expect_says(h, "a holds epoch 5 and is silent: its last report came 60 s ago");
    expect_says(h, "one signal alone");
    h.s.automatic = false;
    expect_says(h, "automatic failover is switched off");
    h.s.journal.pause = Pause{};
    expect_says(h, "the cluster is paused");
}

TEST(Explain, DoesNotBlameTheBrokerWhenNobodyCouldTakeOver) {
    House h{"a", "b"};
    h.settle();
    h.fenced("b", NodeState::catchingup);
    h.view("a").gone = true;
    h.live(Millis{60000}, "a");
    ASSERT_FALSE(h.moving());
    expect_says(h, "b would not take over: b is catchingup and not ready");
    expect_says(h, "no failover: no other node can take over from a");
    EXPECT_EQ(all(h).find("one signal alone"), std::string::npos);
}

TEST(Explain, SaysThatAHolderThatReportsIsNotOverruled) {
    House h;
    h.settle();
    h.report("a").state = NodeState::fault;
    h.report("a").fault = "the dongle does not obey";
    h.live(Millis{60000});
    expect_says(h, "a holds epoch 5, and says that it is fault: the dongle does not obey");
    expect_says(h, "no failover: a reports and is fault; nobody takes over before it gives");
}

TEST(Explain, SaysWhyTheLastMoveHappenedAndWhatIsInProgress) {
    House h;
    h.settle();
    h.fenced("a", NodeState::fault, "the dongle does not answer");
    h.step();
    expect_says(h, "failover to b is staging since 0 s: a: the dongle does not answer");
    h.live(Millis{2000});
    h.active("b", 6);
    h.live(Millis{3000});
    expect_says(h, "failover from a to b: a: the dongle does not answer");
    EXPECT_FALSE(h.moving());
}

TEST(Explain, HasAnAnswerBeforeAnythingIsKnown) {
    House h;
    EXPECT_GE(explain(h.s).size(), 4u);
    expect_says(h, "no node was ever granted the role");
    expect_says(h, "it has not reported");
}

TEST(Explain, NamesThePreferredNode) {
    House h;
    h.config.controller.failback = "manual";
    h.config.nodes[1].priority = 5;
    h.settle();
    h.live(Millis{10000});
    expect_says(h, "b has the higher priority");
    expect_says(h, "zha-switchover switchover --to b");
}

}  // namespace
}  // namespace zha
