// Pause, maintenance, the limit of automatic moves, failback and late wills.
#include <gtest/gtest.h>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::answer;
using test::has_event;
using test::House;
using test::leases;
using Verb = OperatorCommand::Verb;

Decision& order(House& h, OperatorCommand command) {
    command.id = "command-1";
    h.s.command = std::move(command);
    return h.step();
}

Decision& pause(House& h, Millis length = Millis{0}) {
    OperatorCommand c;
    c.verb = Verb::pause;
    c.length = length;
    return order(h, c);
}

OperatorCommand maintenance(const std::string& node) {
    OperatorCommand c;
    c.verb = Verb::maintenance;
    c.node = node;
    return c;
}

TEST(Pause, TheHolderIsRenewedAndNothingMoves) {
    House h;
    h.settle();
    EXPECT_EQ(answer(pause(h)), "ok.");
    EXPECT_TRUE(has_event(h.d, EventKind::paused));
    h.live(Millis{60000});
    EXPECT_EQ(h.d.state, ControllerState::paused);
    EXPECT_EQ(h.told("a").lease, h.config.timing.lease);
    h.view("a").gone = true;
    h.live(Millis{120000}, "a");
    EXPECT_FALSE(h.moving());
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{60000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(leases(h.d), 0);
    h.command(Verb::resume, "");
    h.live(Millis{2000});
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Pause, EndsByItselfAndSurvivesTheController) {
    House h;
    h.settle();
    pause(h, Millis{120000});
    h.restart_controller();
    h.hear_all();
    h.live(Millis{100000});
    EXPECT_EQ(h.d.state, ControllerState::paused);
    h.live(Millis{21000});
    EXPECT_NE(h.d.state, ControllerState::paused);
    EXPECT_FALSE(h.journal().pause);
}

TEST(Pause, OperatorsMovesAreRefusedToo) {
    House h;
    h.settle();
    pause(h);
    for (const auto verb : {Verb::switchover, Verb::failover}) {
        EXPECT_EQ(answer(h.command(verb, "b")), "refused.");
        EXPECT_NE(h.d.answers.back().text.find("paused"), std::string::npos);
    }
}

TEST(Pause, IsBusyBeforeThePointOfNoReturnAndTakenAfterIt) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    EXPECT_EQ(answer(pause(h)), "busy.");
    EXPECT_FALSE(h.journal().pause);
    h.fenced("a", NodeState::standby);
    h.live(Millis{3000});
    ASSERT_EQ(h.phase(), MovePhase::promoting);
    EXPECT_EQ(answer(pause(h)), "ok.");
    h.active("b", 6);
    h.live(Millis{3000});
    EXPECT_FALSE(h.moving()) << "a granted move is finished";
    EXPECT_EQ(h.d.state, ControllerState::paused);
}

TEST(Pause, TwoOnAirAreAnAlarmAndNeverAnAction) {
    House h;
    h.settle();
    pause(h);
    const auto before = h.told("a");
    h.active("b", 4);
    h.step();
    EXPECT_TRUE(has_event(h.d, EventKind::two_on_air));
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.told("a"), before);
    EXPECT_EQ(h.told("b").lease, Millis{0});
    h.step();
    EXPECT_FALSE(has_event(h.d, EventKind::two_on_air));
}

TEST(Maintenance, AStandbyIsLeftAloneAndNoCandidate) {
    House h{"a", "b"};
    h.settle();
    EXPECT_EQ(answer(order(h, maintenance("b"))), "ok.");
    EXPECT_EQ(h.told("b").goal, Goal::maintenance);
    EXPECT_EQ(answer(h.command(Verb::switchover, "b")), "refused.");
    h.restart_controller();
    h.standby("b", h.snapshot("a", 5, 1));
    h.report("a").epoch = 5;
    h.fenced("a", NodeState::fault, "gone");
    h.live(Millis{60000});
    EXPECT_FALSE(h.moving());
    auto end = maintenance("b");
    end.end = true;
    order(h, end);
    h.live(Millis{2000});
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Maintenance, OfTheActiveNodeNeedsAWord) {
    House h;
    h.settle();
    EXPECT_EQ(answer(order(h, maintenance("a"))), "refused.");
    EXPECT_TRUE(h.journal().maintenance.empty());
    EXPECT_EQ(h.told("a").goal, Goal::active);
}

TEST(Maintenance, MovesTheRoleAwayFirst) {
    House h;
    h.settle();
    auto command = maintenance("a");
    command.allow_failover = true;
    order(h, command);
    ASSERT_TRUE(h.moving());
    EXPECT_EQ(h.journal().move->kind, MoveKind::switchover);
    EXPECT_TRUE(h.journal().maintenance.empty()) << "not before it is done: it may have to go back";
    h.fenced("a", NodeState::standby);
    h.live(Millis{3000});
    h.active("b", 6);
    h.live(Millis{3000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.told("a").goal, Goal::maintenance);
    EXPECT_EQ(h.told("b").goal, Goal::active);
}

TEST(Maintenance, ASwitchoverThatFailsLeavesTheNodeInService) {
    House h;
    h.settle();
    auto command = maintenance("a");
    command.allow_failover = true;
    order(h, command);
    h.fenced("a", NodeState::standby);
    h.live(Millis{3000});
    h.report("b").epoch = 6;
    h.fenced("b", NodeState::fault, "no dongle");
    h.live(Millis{3000});
    EXPECT_EQ(h.journal().holder, "a");
    h.active("a", 7);
    h.live(Millis{3000});
    EXPECT_FALSE(h.moving());
    EXPECT_TRUE(h.journal().maintenance.empty());
    EXPECT_EQ(h.told("a").goal, Goal::active);
}

TEST(Maintenance, StopLeavesNobodyActiveUntilItEnds) {
    House h;
    h.settle();
    auto command = maintenance("a");
    command.stop = true;
    EXPECT_EQ(answer(order(h, command)), "ok.");
    EXPECT_EQ(h.told("a").goal, Goal::maintenance);
    EXPECT_GT(h.told("a").lease, Millis{0}) << "to stop gracefully";
    EXPECT_EQ(h.d.state, ControllerState::steady) << "it is on the air still";
    EXPECT_EQ(h.d.text, "a has to give the role up for its maintenance");
    EXPECT_EQ(h.d.answers.back().text.find("nobody is active"), std::string::npos);
    h.fenced("a", NodeState::maintenance);
    h.live(Millis{600000});
    EXPECT_EQ(h.d.state, ControllerState::no_active);
    EXPECT_EQ(leases(h.d), 0);
    EXPECT_FALSE(h.moving());
    command.stop = false;
    command.end = true;
    order(h, command);
    EXPECT_EQ(h.told("a").goal, Goal::standby);
    h.report("a").state = NodeState::standby;
    h.report("a").ready = true;
    h.live(Millis{3000});
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_EQ(h.told("a").goal, Goal::active);
}

TEST(Maintenance, AnOperatorMayStillGiveTheStoppedRoleToAnother) {
    House h;
    h.settle();
    auto command = maintenance("a");
    command.stop = true;
    order(h, command);
    h.fenced("a", NodeState::maintenance);
    h.live(Millis{2000});
    EXPECT_EQ(answer(h.command(Verb::switchover, "b")), "ok");
    h.live(Millis{2000});
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.journal().stopped, "");
    EXPECT_EQ(h.told("a").goal, Goal::maintenance);
}

/// The present holder gives up; its successor becomes active.
void flap(House& h, NodeState end = NodeState::standby) {
    const auto holder = h.journal().holder;
    h.fenced(holder, end, "zigbee2mqtt died");
    h.live(Millis{2000});
    if (!h.moving()) return;
    h.report(h.journal().move->to).staged = h.report(holder).snapshot;
    h.live(Millis{2000});
    h.active(h.journal().holder, h.journal().epoch);
    h.live(Millis{3000});
}

TEST(Freeze, AfterThreeAutomaticMovesTheHolderIsKept) {
    House h;
    h.settle();
    for (int i = 0; i < 3; ++i) flap(h);
    EXPECT_TRUE(h.d.frozen);
    EXPECT_TRUE(h.d.raised.contains("frozen"));
    const auto holder = h.journal().holder;
    flap(h, NodeState::fault);
    EXPECT_EQ(h.journal().holder, holder);
    EXPECT_FALSE(h.moving());
    flap(h);  // it can do it again: it keeps the role
    EXPECT_EQ(h.journal().holder, holder);
    EXPECT_EQ(h.told(holder).goal, Goal::active);
}

TEST(Freeze, SurvivesTheControllerAndEndsWithTheWindow) {
    House h;
    h.settle();
    for (int i = 0; i < 3; ++i) flap(h);
    h.restart_controller();
    h.hear_all();
    h.step();
    EXPECT_TRUE(h.d.frozen);
    h.pass(h.config.controller.flap_window);
    h.step();
    EXPECT_FALSE(h.d.frozen);
    EXPECT_TRUE(h.journal().moves.empty());
}

TEST(Freeze, ResumeEndsItAndOperatorsMovesDoNotCount) {
    House h;
    h.settle();
    for (int i = 0; i < 3; ++i) flap(h);
    ASSERT_TRUE(h.d.frozen);
    h.command(Verb::resume, "");
    EXPECT_FALSE(h.d.frozen);
    for (const auto* to : {"b", "a", "b", "c"}) {
        if (h.journal().holder == to) continue;
        h.command(Verb::switchover, to);
        h.fenced(h.journal().holder, NodeState::standby);
        h.report(to).staged = h.report(h.journal().holder).snapshot;
        h.live(Millis{2000});
        ASSERT_EQ(h.journal().holder, to);
        h.active(h.journal().holder, h.journal().epoch);
        h.live(Millis{3000});
    }
    EXPECT_FALSE(h.d.frozen);
}

House& prefer_b(House& h) {
    h.config.controller.failback = "preempt";
    h.config.nodes[1].priority = 10;
    h.settle();
    return h;
}

TEST(Failback, HappensAsAPlannedSwitchoverAfterTheDelay) {
    House h;
    prefer_b(h);
    h.live(h.config.controller.preempt_delay - Millis{2000});
    EXPECT_FALSE(h.moving());
    h.live(Millis{4000});
    ASSERT_TRUE(h.moving());
    EXPECT_EQ(h.journal().move->kind, MoveKind::switchover);
    EXPECT_EQ(h.journal().move->to, "b");
}

TEST(Failback, TheDelayBeginsAnewWhenTheNodeWasNotReady) {
    House h;
    prefer_b(h);
    h.live(Millis{500000});
    h.report("b").ready = false;
    h.live(Millis{1000});
    h.report("b").ready = true;
    h.live(Millis{590000});
    EXPECT_FALSE(h.moving());
}

TEST(Failback, NeverByDefaultWhenPausedOrFrozenOrManual) {
    for (int i = 0; i < 4; ++i) {
        House h;
        prefer_b(h);
        if (i == 0) h.config.controller.failback = "none";
        if (i == 1) h.config.controller.failback = "manual";
        if (i == 2) pause(h);
        if (i == 3) h.s.journal.moves.assign(3, h.s.wall);
        h.live(Millis{700000});
        EXPECT_FALSE(h.moving()) << i;
    }
}

/// "a" is active since a short while; then somebody else's will arrives.
void late_will(House& h) {
    h.settle();
    h.s.journal.last_at = h.s.wall;
    h.live(Millis{30000});
    h.s.bridge = BridgeState::offline;
    h.s.bridge_at = h.s.now;
}

bool repairs(House& h, Millis time) {
    for (const auto end = h.s.now + time; h.s.now < end;) {
        h.live(Millis{1000});
        if (h.d.repair_bridge) return true;
    }
    return false;
}

TEST(LateWill, NeverMovesAnythingAndIsRepairedOnce) {
    House h;
    late_will(h);
    h.step();
    EXPECT_FALSE(h.d.repair_bridge) << "only once the agent was heard since";
    EXPECT_TRUE(repairs(h, Millis{6000}));
    EXPECT_TRUE(has_event(h.d, EventKind::bridge_repaired));
    EXPECT_FALSE(repairs(h, Millis{60000})) << "once";
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().holder, "a");
}

TEST(LateWill, IsNotRepairedWithoutTheWordOfTheHoldersAgent) {
    for (int i = 0; i < 4; ++i) {
        House h;
        late_will(h);
        if (i == 0) h.report("a").service = ServiceState::failed;
        if (i == 1) h.report("a").state = NodeState::recovering;
        if (i == 2) h.report("a").epoch = 4;
        if (i == 3) h.s.journal.last_at = h.s.wall - 1000;  // nobody else's will is on its way
        EXPECT_FALSE(repairs(h, Millis{60000})) << i;
    }
    House silent;
    late_will(silent);
    silent.live(Millis{60000}, "a");
    EXPECT_FALSE(silent.d.raised.contains("late will"));
}

}  // namespace
}  // namespace zha
