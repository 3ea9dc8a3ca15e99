// The planned move, phase by phase, and its way back.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::answer;
using test::has_event;
using test::House;
using test::leases;
using Verb = OperatorCommand::Verb;

/// From the command to the phase in which "b" has been granted epoch 6.
void move_to_promoting(House& h) {
    h.settle();
    h.command(Verb::switchover, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::catchingup);
    h.report("a").snapshot = h.snapshot("a", 5, 2);
    h.live(Millis{1000});
    h.report("b").staged = h.snapshot("a", 5, 2);
    h.live(Millis{1000});
}

TEST(Switchover, WhileDrainingTheOldNodeKeepsItsLeaseAndNobodyElseHasOne) {
    House h;
    h.settle();
    EXPECT_EQ(answer(h.command(Verb::switchover, "b")), "ok");
    EXPECT_TRUE(has_event(h.d, EventKind::switchover_started));
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(h.phase(), MovePhase::draining);
        EXPECT_EQ(h.told("a").goal, Goal::standby);
        EXPECT_EQ(h.told("a").lease, h.config.timing.lease);
        EXPECT_EQ(leases(h.d), 1);
        h.live(Millis{1000});
    }
    EXPECT_EQ(h.journal().epoch, 5u);
}

TEST(Switchover, AfterTheReleaseTheLastSnapshotIsStagedAndNobodyHasALease) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::fenced);
    h.live(Millis{1000});
    EXPECT_EQ(h.phase(), MovePhase::staging);
    EXPECT_EQ(h.journal().move->snapshot, "") << "the old node has not read its dongle yet";
    h.report("a").state = NodeState::catchingup;
    h.report("a").snapshot = h.snapshot("a", 5, 2);
    h.live(Millis{1000});
    EXPECT_EQ(h.told("b").snapshot, "a-5-2");
    EXPECT_EQ(h.told("b").source, "a");
    EXPECT_EQ(leases(h.d), 0);
    EXPECT_EQ(h.journal().epoch, 5u);
}

TEST(Switchover, TheNextEpochIsGrantedExactlyWhenTheSnapshotIsThere) {
    House h;
    move_to_promoting(h);
    EXPECT_EQ(h.phase(), MovePhase::promoting);
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.told("b").goal, Goal::active);
    EXPECT_EQ(h.told("b").epoch, 6u);
    EXPECT_EQ(h.told("b").snapshot, "a-5-2");
    EXPECT_EQ(h.told("a").lease, Millis{0});
    EXPECT_EQ(h.told("a").goal, Goal::standby);
}

TEST(Switchover, IsCompleteAfterASecondLookAtTheNewNode) {
    House h;
    move_to_promoting(h);
    h.active("b", 6);
    h.step();
    EXPECT_EQ(h.phase(), MovePhase::verifying);
    EXPECT_EQ(h.told("b").lease, h.config.timing.lease);
    h.live(Millis{1000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(answer(h.d), "ok.");
    EXPECT_TRUE(has_event(h.d, EventKind::switchover_completed));
    EXPECT_EQ(h.d.state, ControllerState::steady);
}

TEST(Switchover, WithoutTheBridgesWordTheSecondLookTakesLonger) {
    House h;
    move_to_promoting(h);
    h.s.bridge = BridgeState::offline;
    h.active("b", 6);
    h.step();
    h.live(Millis{19000});
    EXPECT_TRUE(h.moving());
    h.live(Millis{3000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Switchover, ALateWillOfTheOldOneDelaysTheSecondLookByThreeHeartbeatsOnly) {
    House h;
    move_to_promoting(h);
    h.active("b", 6);
    h.report("b").dongle = DongleState::on_air;
    h.s.bridge = BridgeState::offline;
    h.s.bridge_at = h.s.now;
    h.step();
    h.live(3 * h.config.timing.heartbeat);
    EXPECT_TRUE(h.moving()) << "a zigbee2mqtt that died would be seen by now";
    h.live(h.config.timing.heartbeat);
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(answer(h.d), "ok.");
}

TEST(Switchover, AHolderThatDoesNotLetGoKeepsTheRoleAndNobodyElseGetsIt) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    while (h.phase() == MovePhase::draining) h.live(Millis{1000});
    EXPECT_EQ(h.phase(), MovePhase::releasing);
    while (h.moving()) {
        EXPECT_EQ(leases(h.d), 0);
        h.live(Millis{1000});
    }
    EXPECT_EQ(h.journal().holder, "a") << "it reports, and says that it is on the air";
    EXPECT_EQ(h.journal().epoch, 5u);
}

TEST(Switchover, AHolderThatFallsSilentWhileDrainingIsWaitedForNotBelieved) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    const auto last = h.view("a").leased_at;
    while (h.journal().epoch == 5 && h.moving()) h.live(Millis{1000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_GE(h.s.now, last + h.config.timing.hold_down);
}

TEST(Switchover, ATargetThatFailsIsUndoneWithTheNextEpochAndTheOperatorIsTold) {
    House h;
    move_to_promoting(h);
    h.report("b").epoch = 6;
    h.fenced("b", NodeState::catchingup, "zigbee2mqtt does not start");
    h.report("a").state = NodeState::standby;
    h.report("a").ready = true;
    h.live(Millis{2000});
    ASSERT_TRUE(h.moving());
    EXPECT_EQ(h.journal().move->kind, MoveKind::rollback);
    EXPECT_EQ(h.journal().epoch, 7u);
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.told("b").lease, Millis{0});
    h.active("a", 7);
    h.step();
    h.live(Millis{1000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(answer(h.d), "failed.");
    EXPECT_TRUE(has_event(h.d, EventKind::switchover_failed));
}

TEST(Switchover, ATargetThatNeverAnswersTheGrantIsWaitedForBeforeGoingBack) {
    House h;
    move_to_promoting(h);
    h.report("a").state = NodeState::standby;
    h.report("a").ready = true;
    const auto last = h.view("b").leased_at;
    while (h.journal().epoch == 6) h.live(Millis{1000}, "b");
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 7u);
    EXPECT_GE(h.s.now, last + h.config.timing.hold_down);
}

TEST(Switchover, ATargetThatDiesWhileItIsVerifiedDoesNotHangTheMove) {
    House h;
    move_to_promoting(h);
    h.s.bridge = BridgeState::offline;
    h.active("b", 6);
    h.step();
    ASSERT_EQ(h.phase(), MovePhase::verifying);
    h.report("a").state = NodeState::standby;
    h.report("a").ready = true;
    h.live(Millis{60000}, "b");
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 7u);
}

TEST(Switchover, ATargetThatNeverGetsTheSnapshotIsGivenUpAndTheOldNodeGrantedAgain) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::standby);
    h.report("a").snapshot = h.snapshot("a", 5, 2);
    h.live(Millis{65000});
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_EQ(h.told("a").goal, Goal::active);
    EXPECT_EQ(leases(h.d), 1);
}

TEST(Switchover, ALastSnapshotThatCouldNotBeKeptTakesTheRoleBackToTheOldNode) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::standby);
    h.report("a").unsaved = "coordinator_backup.json is missing";
    h.live(Millis{2000});
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_EQ(h.journal().move->kind, MoveKind::rollback);
    EXPECT_NE(h.journal().move->cause.find("coordinator_backup.json"), std::string::npos);
    h.active("a", 6);
    h.live(Millis{2000});
    EXPECT_EQ(answer(h.d), "failed.");
}

TEST(Switchover, AnOrderedFailoverTakesTheOlderSnapshotAndSaysSo) {
    House h;
    h.settle();
    h.command(Verb::failover, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::standby);
    h.report("a").unsaved = "coordinator_backup.json is missing";
    h.hear_all();
    h.step();
    EXPECT_EQ(h.journal().move->snapshot, "a-5-1");
    EXPECT_TRUE(std::any_of(h.d.answers.begin(), h.d.answers.end(), [](const Answer& a) {
        return a.text.find("using an older one") != std::string::npos;
    }));
    h.live(Millis{1000});
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Switchover, ANodeThatReportsAHigherEpochIsNeverGrantedALowerOne) {
    House h;
    h.settle();
    h.report("c").epoch = h.report("c").released = 40;
    h.command(Verb::switchover, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::standby);
    h.live(Millis{3000});
    EXPECT_EQ(h.journal().epoch, 41u);
}

}  // namespace
}  // namespace zha
