// What happens without an operator: who is given the role, when, and when nobody is.
#include <gtest/gtest.h>

#include "core/lease.hpp"
#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::has_event;
using test::House;
using test::leases;

TEST(Failover, SilenceAloneIsNotEnough) {
    House h;
    h.settle();
    h.live(Millis{120000}, "a");
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_FALSE(h.moving());
    EXPECT_TRUE(h.d.raised.contains("down a"));
}

TEST(Failover, TheBrokersWordAloneIsNotEnough) {
    House h;
    h.settle();
    h.s.bridge = BridgeState::offline;
    h.live(Millis{120000});
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_FALSE(h.moving());
}

TEST(Failover, ALostHolderIsReplacedAfterTheHoldDownAndNotBefore) {
    for (const bool bridge : {true, false}) {
        House h;
        h.settle();
        const auto last = h.view("a").leased_at;
        if (bridge) h.s.bridge = BridgeState::offline;
        h.s.bridge_at = h.s.now;
        h.view("a").gone = !bridge;
        while (h.journal().holder == "a" && h.s.now < last + Millis{300000})
            h.live(Millis{1000}, "a");
        EXPECT_EQ(h.journal().holder, "b");
        EXPECT_EQ(h.journal().epoch, 6u);
        EXPECT_GE(h.s.now, last + h.config.timing.hold_down);
        EXPECT_LE(h.s.now, last + h.config.timing.hold_down + Millis{3000});
    }
}

TEST(Failover, AReturningHolderGetsNoLeaseOnceItsRoleIsTakenAway) {
    House h;
    h.settle();
    h.view("a").gone = true;
    h.live(Millis{8000}, "a");
    ASSERT_EQ(h.phase(), MovePhase::releasing);
    h.hear("a");
    h.step();
    EXPECT_EQ(leases(h.d), 0);
    EXPECT_EQ(h.told("a").goal, Goal::standby);
}

TEST(Failover, AHolderThatReleasedIsReplacedAtOnce) {
    House h;
    h.settle();
    h.live(Millis{5000});
    h.fenced("a", NodeState::fault, "the dongle does not answer");
    h.step();
    h.step();
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_EQ(h.told("b").goal, Goal::active);
    EXPECT_EQ(leases(h.d), 1);
}

TEST(Failover, AHolderThatCannotProveItsSilenceIsNotOverruledByTheClock) {
    House h;
    h.settle();
    h.report("a").state = NodeState::fault;
    h.report("a").fault = "the dongle does not answer";
    h.step();
    h.live(Millis{120000});
    EXPECT_EQ(h.journal().holder, "a");
    h.command(OperatorCommand::Verb::failover, "b");
    h.live(Millis{120000});
    EXPECT_EQ(h.journal().holder, "a") << "not even when an operator asks";
    EXPECT_FALSE(h.moving());
}

TEST(Failover, AHolderThatTriedToBeSilentGetsTheTimeToSayThatItIsNot) {
    House h;
    h.settle();
    h.report("a").state = NodeState::fencing;
    h.live(Millis{1000});
    const auto last = h.view("a").heard_at;
    h.command(OperatorCommand::Verb::failover, "b");
    while (h.s.now + Millis{1000} < last + speaks_again_most(h.config.timing)) {
        h.live(Millis{1000}, "a");
        ASSERT_EQ(h.journal().holder, "a") << "its guard may just replace its worker";
    }
    h.live(Millis{3000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Failover, TheOnlyReadyNodeIsGrantedAgainEvenIfItJustGaveUp) {
    House h{"a", "b"};
    h.settle();
    h.report("b").ready = false;
    h.fenced("a", NodeState::standby, "zigbee2mqtt died");
    h.step();
    h.live(Millis{1000});
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_EQ(h.told("a").goal, Goal::active);
    EXPECT_GT(h.told("a").lease, Millis{0});
    h.active("a", 6, 2);
    h.step();
    h.live(Millis{30000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().holder, "a");
}

TEST(Failover, AStandbyOfAnotherNetworkIsNeverChosen) {
    House h{"a", "b"};
    h.settle();
    h.report("b").staged.fingerprint = "net2";
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{60000});
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.d.state, ControllerState::no_active);
    EXPECT_TRUE(h.d.raised.contains("no_active"));
    EXPECT_EQ(leases(h.d), 0);
}

TEST(Failover, NodesMarkedNofailoverOrTooOldAreNotChosen) {
    House h;
    h.config.nodes[1].nofailover = true;
    h.settle();
    h.report("c").staged.taken_at = h.s.wall - 25 * 3600;
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{10000});
    EXPECT_EQ(h.journal().holder, "a");
}

TEST(Failover, TheNewerSnapshotWinsThenThePriority) {
    House h;
    h.config.nodes[2].priority = 10;
    h.settle();
    h.fenced("a", NodeState::fault, "gone");
    h.step();
    EXPECT_EQ(h.journal().move->to, "c");
    House other;
    other.config.nodes[2].priority = 10;
    other.settle();
    other.report("b").staged = other.snapshot("a", 5, 2);
    other.fenced("a", NodeState::fault, "gone");
    other.step();
    EXPECT_EQ(other.journal().move->to, "b");
}

TEST(Failover, ANodeThatFailedTwiceIsLeftAlone) {
    House h{"a", "b"};
    h.settle();
    h.view("b").failures = 2;
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{10000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().epoch, 5u);
}

TEST(Failover, SwitchedOffNothingMovesByItself) {
    House h;
    h.s.automatic = false;
    h.settle();
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{60000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(leases(h.d), 0);
}

TEST(Failover, ATargetThatFailsIsFollowedByTheNextOne) {
    House h;
    h.settle();
    h.fenced("a", NodeState::fault, "gone");
    h.step();
    h.step();
    ASSERT_EQ(h.journal().holder, "b");
    h.live(Millis{1000});
    h.report("b").epoch = 6;
    h.fenced("b", NodeState::fault, "no dongle");
    h.live(Millis{3000});
    EXPECT_EQ(h.journal().holder, "c");
    EXPECT_EQ(h.journal().epoch, 7u);
}

TEST(Watching, EachConditionIsToldOnceWhenItBeginsAndOnceWhenItEnds) {
    House h;
    h.settle();
    h.s.automatic = false;
    int down = 0;
    int up = 0;
    for (int i = 0; i < 20; ++i) {
        h.pass(Millis{1000});
        h.hear("a");
        h.hear("b");
        if (i > 10) h.hear("c");
        h.step();
        down += has_event(h.d, EventKind::node_down) ? 1 : 0;
        up += has_event(h.d, EventKind::node_up) ? 1 : 0;
    }
    EXPECT_EQ(down, 1);
    EXPECT_EQ(up, 1);
}

TEST(Watching, AnIdentityMismatchIsToldEvenWhileTheNodeIsOnlyStandby) {
    House h;
    h.settle();
    h.report("c").snapshot = h.snapshot("c", 1, 1);
    h.report("c").snapshot.fingerprint = "net2";
    h.step();
    EXPECT_TRUE(has_event(h.d, EventKind::identity_mismatch));
    h.step();
    EXPECT_FALSE(has_event(h.d, EventKind::identity_mismatch));
}

}  // namespace
}  // namespace zha
