// What an operator may ask for: forming, the first grant, and every refusal.
#include <gtest/gtest.h>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::answer;
using test::House;
using test::leases;
using Verb = OperatorCommand::Verb;

/// All nodes reachable, silent and never active; "a" carries no network.
void make_new(House& h) {
    for (const auto& n : h.config.nodes) {
        h.report(n.name).state = NodeState::catchingup;
        h.report(n.name).blank = true;
        h.hear(n.name);
    }
}

void expect_refused(House& h, Verb verb, const std::string& node, const std::string& text) {
    const auto& d = h.command(verb, node);
    EXPECT_EQ(answer(d), "refused.");
    ASSERT_FALSE(d.answers.empty());
    EXPECT_NE(d.answers.back().text.find(text), std::string::npos) << d.answers.back().text;
    EXPECT_FALSE(h.moving());
}

TEST(Form, ANewSystemFormsOnTheNodeThatWasNamed) {
    House h;
    make_new(h);
    EXPECT_EQ(answer(h.command(Verb::form, "b")), "ok");
    EXPECT_EQ(h.journal().epoch, 1u);
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_TRUE(h.told("b").allow_form);
    EXPECT_EQ(h.told("b").goal, Goal::active);
    EXPECT_EQ(leases(h.d), 1);
    EXPECT_FALSE(h.told("a").allow_form);
}

TEST(Form, IsDoneWhenTheNodeIsActiveAndThePermissionEnds) {
    House h;
    make_new(h);
    h.command(Verb::form, "b");
    h.pass(Millis{1000});
    h.active("b", 1);
    h.step();
    EXPECT_EQ(h.phase(), MovePhase::verifying);
    h.s.bridge = BridgeState::online;
    h.live(Millis{2000});
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().fingerprint, "net1");
    EXPECT_FALSE(h.told("b").allow_form);
    EXPECT_GT(h.told("b").lease, Millis{0});
}

TEST(Form, IsRefusedWhenANetworkExists) {
    House h;
    h.settle();
    expect_refused(h, Verb::form, "b", "exists already");
}

TEST(Form, IsRefusedWhenAnyNodeIsUnreachable) {
    House h;
    make_new(h);
    h.pass(Millis{6000});
    h.hear("a");
    h.hear("b");
    expect_refused(h, Verb::form, "a", "c is not reachable");
}

TEST(Form, IsRefusedWhenAnyNodeMayBeOnTheAir) {
    House h;
    make_new(h);
    h.report("c").state = NodeState::fault;
    expect_refused(h, Verb::form, "a", "c is fault");
}

TEST(Form, IsRefusedWhenTheDongleIsNotBlank) {
    House h;
    make_new(h);
    h.report("a").blank = false;
    expect_refused(h, Verb::form, "a", "not blank");
}

TEST(Form, IsRefusedWhenAnotherNodeCarriesANetworkThatWasNeverActivatedHere) {
    House h;
    make_new(h);
    h.report("a").blank = false;
    h.report("a").snapshot.id = "a-0-1";
    h.hear("a");
    expect_refused(h, Verb::form, "b", "a carries a network already");
}

TEST(Form, IsRefusedWhenAnyNodeWasActiveBefore) {
    House h;
    make_new(h);
    h.report("b").epoch = h.report("b").released = 3;
    h.report("c").epoch = h.report("c").released = 3;  // a tie: nobody is adopted
    h.report("c").snapshot = h.snapshot("c", 3, 1);
    expect_refused(h, Verb::form, "a", "active before");
}

TEST(Form, MayBeTriedAgainWhenItFailedAndEveryDongleIsStillBlank) {
    House h;
    make_new(h);
    h.command(Verb::form, "b");
    h.report("b").epoch = 1;
    h.fenced("b", NodeState::catchingup, "zigbee2mqtt does not start");
    h.live(Millis{2000});
    EXPECT_FALSE(h.moving());
    h.report("b").blank = false;
    expect_refused(h, Verb::form, "b", "exists already");
    h.report("b").blank = true;
    EXPECT_EQ(answer(h.command(Verb::form, "b")), "ok");
    EXPECT_EQ(h.journal().epoch, 2u);
    EXPECT_TRUE(h.told("b").allow_form);
}

TEST(Form, IsNotTriedAgainWhileTheFirstAttemptMayBeOnTheAir) {
    House h;
    make_new(h);
    h.command(Verb::form, "b");
    h.s.journal.move.reset();
    expect_refused(h, Verb::form, "b", "exists already");
}

TEST(Form, IsRefusedForANodeThatDoesNotExist) {
    House h;
    make_new(h);
    expect_refused(h, Verb::form, "x", "no node x");
}

TEST(FirstGrant, ANodeThatCarriesANetworkIsActivatedWhenAllAreSilent) {
    House h;
    make_new(h);
    h.report("a").snapshot = h.snapshot("a", 0, 1);
    h.report("a").blank = false;
    h.report("a").state = NodeState::standby;
    h.report("a").ready = true;
    EXPECT_EQ(answer(h.command(Verb::switchover, "a")), "ok");
    h.step();
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_EQ(h.journal().epoch, 1u);
    EXPECT_FALSE(h.told("a").allow_form);
}

TEST(FirstGrant, IsRefusedWhileAnotherNodeIsUnreachable) {
    House h;
    make_new(h);
    h.report("a").snapshot = h.snapshot("a", 0, 1);
    h.report("a").ready = true;
    h.view("c") = {};
    expect_refused(h, Verb::switchover, "a", "c is not reachable");
    h.command(Verb::failover, "a");
    EXPECT_TRUE(h.moving()) << "failover: the operator vouches for the unreachable one";
}

TEST(Switchover, IsRefusedToTheActiveNodeAndToNodesThatAreNotReady) {
    House h;
    h.settle();
    expect_refused(h, Verb::switchover, "a", "active already");
    h.report("b").ready = false;
    expect_refused(h, Verb::switchover, "b", "not ready");
    h.report("c").staged.has_nvram = false;
    expect_refused(h, Verb::switchover, "c", "no NVRAM");
    expect_refused(h, Verb::switchover, "x", "no node x");
}

TEST(Switchover, IsRefusedWhenTheHolderIsSilent) {
    House h;
    h.settle();
    h.live(Millis{6000}, "a");
    expect_refused(h, Verb::switchover, "b", "failover");
    EXPECT_EQ(answer(h.command(Verb::failover, "b")), "ok");
}

TEST(Switchover, ASecondCommandIsToldThatTheFirstIsInProgress) {
    House h;
    h.settle();
    h.command(Verb::switchover, "b");
    EXPECT_EQ(answer(h.command(Verb::switchover, "c")), "busy.");
    EXPECT_EQ(h.journal().move->to, "b");
}

TEST(ClearFault, ReachesTheNodeOnceAndForgetsItsFailures) {
    House h;
    h.settle();
    h.view("b").failures = 2;
    EXPECT_EQ(answer(h.command(Verb::clear_fault, "b")), "ok.");
    EXPECT_TRUE(h.told("b").clear_fault);
    EXPECT_EQ(h.view("b").failures, 0u);
    h.step();
    EXPECT_FALSE(h.told("b").clear_fault);
}

TEST(ClearFault, IsNotSaidToBeToldToANodeThatIsNotThere) {
    House h;
    h.settle();
    h.live(Millis{10000}, "b");
    EXPECT_EQ(answer(h.command(Verb::clear_fault, "b")), "ok.");
    EXPECT_EQ(h.d.answers.back().text, "b is not reachable; it is told with its next report");
}

TEST(ClearFault, ANodeThatDoesNotExistGetsNoInstruction) {
    House h;
    h.settle();
    expect_refused(h, Verb::clear_fault, "x", "no node x");
    EXPECT_FALSE(h.d.instructions.contains("x"));
}

}  // namespace
}  // namespace zha
