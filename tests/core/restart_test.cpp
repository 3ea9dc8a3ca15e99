// A controller that begins again, with its journal or without.
#include <gtest/gtest.h>

#include "tests/core/model.hpp"

namespace zha {
namespace {

using test::House;
using test::leases;
using test::Model;
using Verb = OperatorCommand::Verb;

TEST(Restart, WithALostJournalTheSingleHolderIsAdopted) {
    House h;
    h.active("a", 9);
    h.standby("b", h.snapshot("a", 9, 1));
    h.step();
    EXPECT_EQ(h.journal().holder, "") << "c might hold a higher epoch";
    EXPECT_EQ(leases(h.d), 0);
    h.standby("c", h.snapshot("a", 9, 1));
    h.step();
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 9u);
    EXPECT_FALSE(h.journal().released);
    EXPECT_EQ(h.told("a").goal, Goal::active);
}

TEST(Restart, WithALostJournalAnEpochThatWasReleasedIsAdoptedAsReleased) {
    House h;
    h.report("a").epoch = 9;
    h.fenced("a", NodeState::fault, "no dongle");
    h.standby("b", h.snapshot("a", 9, 1));
    h.standby("c", h.snapshot("a", 9, 1));
    h.step();
    h.step();
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.journal().epoch, 10u);
}

TEST(Restart, WithALostJournalTwoHoldersOfOneEpochAreLeftToTheOperator) {
    House h{"a", "b"};
    h.active("a", 9);
    h.active("b", 9);
    h.step();
    EXPECT_EQ(h.journal().holder, "");
    EXPECT_EQ(leases(h.d), 0);
    EXPECT_EQ(h.d.state, ControllerState::no_active);
}

TEST(Restart, TheJournaledHolderIsRenewedAtOnce) {
    House h;
    h.settle();
    h.restart_controller();
    h.active("a", 5);
    h.step();
    EXPECT_EQ(h.told("a").lease, h.config.timing.lease);
    EXPECT_EQ(leases(h.d), 1);
}

TEST(Restart, AHolderThatIsNotHeardIsWaitedForAWholeHoldDown) {
    House h;
    h.settle();
    h.restart_controller();
    const auto began = h.s.now;
    h.standby("b", h.snapshot("a", 5, 1));
    h.standby("c", h.snapshot("a", 5, 1));
    h.view("a").gone = true;
    h.s.bridge = BridgeState::offline;
    while (h.journal().holder == "a" && h.s.now < began + Millis{60000}) h.live(Millis{1000});
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_GE(h.s.now, began + h.config.timing.hold_down);
}

TEST(Restart, AGrantThatDidNotArriveGetsANewNumberWhenANodeIsNotHeardAnyMore) {
    House h;
    h.settle();
    h.command(OperatorCommand::Verb::switchover, "b");
    h.fenced("a", NodeState::standby);
    h.live(Millis{2000});
    ASSERT_EQ(h.phase(), MovePhase::promoting);
    ASSERT_EQ(h.journal().epoch, 6u);
    h.restart_controller();
    h.s.journal.move->phase_since = h.s.since;
    // Another controller may have granted 6 to "a" meanwhile.
    for (const auto* name : {"b", "c"}) h.standby(name, h.snapshot("a", 5, 1));
    h.live(h.config.timing.hold_down + Millis{3000}, "a");
    EXPECT_GT(h.journal().epoch, 7u);
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.told("b").epoch, h.journal().epoch);
}

TEST(Restart, ANumberThatAnotherControllerToldTheBrokerIsSkipped) {
    House h;
    h.settle();
    h.restart_controller();
    h.s.said_epoch = 40;
    for (const auto* name : {"b", "c"}) h.standby(name, h.snapshot("a", 5, 1));
    h.live(Millis{1000}, "a");
    h.command(OperatorCommand::Verb::failover, "b");
    h.live(2 * h.config.timing.hold_down, "a");
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_GT(h.journal().epoch, 40u);
}

/// Runs a switchover from a to b until `phase`; true when it got there.
bool run_to(Model& m, MovePhase phase) {
    m.run(Millis{5000});
    m.h.command(Verb::switchover, "b");
    for (int i = 0; i < 400; ++i) {
        if (m.h.moving() && m.h.phase() == phase) return true;
        m.tick();
    }
    return false;
}

void expect_one_holder(Model& m) {
    EXPECT_FALSE(m.h.moving()) << m.h.d.text;
    ASSERT_EQ(m.on_air().size(), 1u) << m.h.d.text;
    EXPECT_EQ(m.on_air().front(), m.h.journal().holder);
    EXPECT_EQ(m.node(m.h.journal().holder).state(), NodeState::active);
    EXPECT_EQ(leases(m.h.d), 1);
}

TEST(Restart, InEachPhaseEndsWithExactlyOneHolder) {
    for (const auto phase :
         {MovePhase::draining, MovePhase::staging, MovePhase::promoting, MovePhase::verifying}) {
        Model m;
        if (phase == MovePhase::verifying) m.h.s.bridge = BridgeState::offline;
        ASSERT_TRUE(run_to(m, phase)) << to_string(phase);
        m.stop_controller();
        m.run(Millis{4000});
        m.start_controller();
        m.run(Millis{120000});
        expect_one_holder(m);
        EXPECT_EQ(m.h.journal().holder, "b") << to_string(phase);
    }
}

TEST(Restart, AfterALongAbsenceInEachPhaseEndsWithExactlyOneHolder) {
    for (const auto phase :
         {MovePhase::draining, MovePhase::staging, MovePhase::promoting, MovePhase::verifying}) {
        Model m;
        if (phase == MovePhase::verifying) m.h.s.bridge = BridgeState::offline;
        ASSERT_TRUE(run_to(m, phase)) << to_string(phase);
        m.stop_controller();
        m.run(Millis{300000});
        m.start_controller();
        m.run(Millis{180000});
        expect_one_holder(m);
    }
}

TEST(Restart, WhileReleasingEndsWithExactlyOneHolder) {
    Model m;
    m.run(Millis{5000});
    m.node("a").lose_power();
    m.run(Millis{8000});
    ASSERT_TRUE(m.h.moving());
    ASSERT_EQ(m.h.phase(), MovePhase::releasing);
    m.stop_controller();
    m.run(Millis{2000});
    m.start_controller();
    m.run(Millis{60000});
    expect_one_holder(m);
}

TEST(Restart, AHolderKeepsTheRoleWhileThereIsNoController) {
    Model m;
    m.run(Millis{5000});
    m.stop_controller();
    m.run(Millis{600000});
    EXPECT_EQ(m.on_air(), std::vector<std::string>{"a"});
    m.start_controller();
    m.run(Millis{30000});
    expect_one_holder(m);
    EXPECT_EQ(m.h.journal().epoch, 5u);
}

}  // namespace
}  // namespace zha
