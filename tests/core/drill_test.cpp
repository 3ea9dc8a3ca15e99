// Drills: there and back, everything that forbids one, and what happens when something goes wrong.
#include <gtest/gtest.h>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::answer;
using test::has_event;
using test::House;
using Verb = OperatorCommand::Verb;

/// Long enough for a controller that has just started.
void settle(House& h) {
    h.settle();
    h.live(h.config.timing.hold_down + Millis{1000});
}

/// One half: `from` gives the role up after `stop`, `to` starts from its last snapshot.
void half(House& h, const std::string& from, const std::string& to, Millis stop = Millis{2000}) {
    const auto epoch = h.journal().epoch;
    h.live(stop);
    h.fenced(from, NodeState::catchingup);
    h.report(from).snapshot = h.snapshot(from, epoch, 90);
    h.live(Millis{1000});
    h.report(to).staged = h.snapshot(from, epoch, 90);
    h.live(Millis{1000});
    ASSERT_EQ(h.journal().holder, to);
    ASSERT_EQ(h.journal().epoch, epoch + 1);
    h.active(to, epoch + 1);
    h.standby(from, h.snapshot(to, epoch + 1, 1));
    h.live(Millis{2000});
}

/// A new controller hears what it can have no memory of.
void restart(House& h, const std::string& holder, const std::string& other) {
    const auto active = h.report(holder);
    const auto ready = h.report(other);
    h.restart_controller();
    h.report(holder) = active;
    h.report(other) = ready;
    h.standby("c", h.snapshot(holder, h.journal().epoch, 1));
    h.hear_all();
    h.s.bridge = BridgeState::online;
}

std::string reasons(const House& h, const std::string& to = "b") {
    std::string all;
    for (const auto& why : why_no_drill(h.s, to)) all += why + "\n";
    return all;
}

TEST(Drill, GoesThereAndBackAndReportsBothGaps) {
    House h;
    settle(h);
    EXPECT_EQ(answer(h.command(Verb::drill, "b")), "ok");
    EXPECT_TRUE(has_event(h.d, EventKind::drill_started));
    half(h, "a", "b");
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().drill->phase, DrillPhase::dwell);
    EXPECT_NE(explain(h.s).back().text.find("a gets the role back from b"), std::string::npos);
    h.live(h.config.drill.dwell - Millis{5000});
    EXPECT_FALSE(h.moving()) << "the other node is active for a while";
    h.live(Millis{5000});
    ASSERT_TRUE(h.moving());
    half(h, "b", "a", Millis{4000});
    EXPECT_FALSE(h.journal().drill);
    const auto& report = h.journal().last_drill;
    EXPECT_EQ(report.result, "done") << report.text;
    EXPECT_GT(report.gap_there, Millis{3000});
    EXPECT_GT(report.gap_back, report.gap_there);
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_TRUE(h.journal().moves.empty()) << "nobody counts that against automatic moves";
}

TEST(Drill, TheOperatorIsAnsweredAtTheEndAndNotInTheMiddle) {
    House h;
    settle(h);
    h.command(Verb::drill, "");
    half(h, "a", "b");
    EXPECT_NE(answer(h.d), "ok.") << "one half is not all of it";
    h.live(h.config.drill.dwell);
    half(h, "b", "a", Millis{2000});
    ASSERT_FALSE(h.journal().drill);
    EXPECT_EQ(answer(h.d), "ok.");
    EXPECT_EQ(h.d.answers.back().command, "command-1");
    EXPECT_EQ(h.d.answers.back().text, h.journal().last_drill.text);
}

TEST(Drill, WhateverIsWrongForbidsItAndIsSaid) {
    const struct {
        const char* said;
        void (*spoil)(House&);
    } cases[] = {
        {"just started", [](House& h) { h.s.since = h.s.now; }},
        {"paused", [](House& h) { h.s.journal.pause = Pause{}; }},
        {"c is in maintenance", [](House& h) { h.s.journal.maintenance.insert("c"); }},
        {"c is not reachable", [](House& h) { h.view("c").heard_at -= Millis{60000}; }},
        {"frozen", [](House& h) { h.s.journal.moves.assign(3, h.s.wall); }},
        {"b is catchingup and not ready", [](House& h) { h.fenced("b", NodeState::catchingup); }},
        {"minutes old", [](House& h) { h.report("b").staged.taken_at -= 7200; }},
        {"zigbee2mqtt of b is 2.1",
         [](House& h) {
             h.report("b").service_version = "2.1";
             h.report("a").service_version = "2.0";
         }},
        {"the dongle of c is faulty", [](House& h) { h.report("c").dongle = DongleState::faulty; }},
        {"c: broken", [](House& h) { h.fenced("c", NodeState::fault, "broken"); }},
        {"a is recovering", [](House& h) { h.report("a").state = NodeState::recovering; }},
        {"offline", [](House& h) { h.s.bridge = BridgeState::offline; }},
        {"b failed 2 times", [](House& h) { h.view("b").failures = 2; }},
        {"b was switched off", [](House& h) { h.s.journal.unpowered.insert("b"); }},
        {"two nodes say", [](House& h) { h.s.raised.insert("two_on_air"); }},
        {"nobody is active", [](House& h) { h.s.journal.released = true; }},
    };
    for (const auto& [said, spoil] : cases) {
        House h;
        settle(h);
        ASSERT_EQ(reasons(h), "");
        spoil(h);
        EXPECT_NE(reasons(h).find(said), std::string::npos) << said << ": " << reasons(h);
    }
}

TEST(Drill, ARefusedOneMovesNothing) {
    House h;
    settle(h);
    h.fenced("b", NodeState::catchingup);
    EXPECT_EQ(answer(h.command(Verb::drill, "b")), "refused.");
    EXPECT_NE(h.d.answers.back().text.find("not ready"), std::string::npos);
    EXPECT_TRUE(has_event(h.d, EventKind::drill_refused));
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(answer(h.command(Verb::drill, "a")), "refused.") << "it has the role";
    EXPECT_EQ(answer(h.command(Verb::drill, "x")), "refused.");
}

TEST(Drill, ADryRunOnlyAnswers) {
    House h;
    settle(h);
    OperatorCommand command;
    command.verb = Verb::drill;
    command.id = "command-1";
    command.dry_run = true;
    h.s.command = command;
    EXPECT_EQ(answer(h.step()), "ok.");
    EXPECT_FALSE(h.moving());
    EXPECT_FALSE(h.journal().drill);
    h.fenced("b", NodeState::fault, "broken");
    h.s.command = command;
    EXPECT_EQ(answer(h.step()), "refused.");
    EXPECT_FALSE(has_event(h.d, EventKind::drill_refused));
}

TEST(Drill, AScheduledOneIsLeftOutInBlackoutHoursAndSaysSo) {
    House h;
    settle(h);
    OperatorCommand command;
    command.verb = Verb::drill;
    command.scheduled = true;
    h.s.blackout = true;
    h.s.command = command;
    h.step();
    EXPECT_TRUE(h.d.answers.empty()) << "nobody asked";
    EXPECT_TRUE(has_event(h.d, EventKind::drill_refused));
    EXPECT_EQ(h.journal().last_drill.result, "refused");
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(answer(h.command(Verb::drill, "b")), "ok") << "an operator knows what he does";
}

TEST(Drill, AFailedFirstHalfGoesBackAndEndsIt) {
    House h;
    settle(h);
    h.command(Verb::drill, "b");
    h.live(Millis{1000});
    h.fenced("a", NodeState::catchingup);
    h.report("a").snapshot = h.snapshot("a", 5, 90);
    h.live(Millis{1000});
    h.report("b").staged = h.snapshot("a", 5, 90);
    h.live(Millis{1000});
    h.report("b").epoch = 6;
    h.fenced("b", NodeState::fault, "the write failed");
    h.standby("a", {});
    h.live(Millis{2000});
    ASSERT_EQ(h.journal().holder, "a");
    h.active("a", 7, 1);
    h.live(Millis{3000});
    EXPECT_FALSE(h.moving());
    EXPECT_FALSE(h.journal().drill);
    EXPECT_EQ(h.journal().last_drill.result, "failed");
    EXPECT_NE(h.journal().last_drill.text.find("the write failed"), std::string::npos);
    EXPECT_NE(h.journal().last_drill.text.find("a is active again"), std::string::npos);
}

TEST(Drill, WithoutAWayBackTheRoleStaysAndTheReportSaysSo) {
    House h;
    settle(h);
    h.command(Verb::drill, "b");
    half(h, "a", "b");
    h.fenced("a", NodeState::fault, "unplugged");
    h.live(h.config.drill.dwell + Millis{605000});
    EXPECT_FALSE(h.journal().drill);
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.journal().last_drill.result, "failed");
    EXPECT_NE(h.journal().last_drill.text.find("a: unplugged; b keeps the role"), std::string::npos)
        << h.journal().last_drill.text;
}

TEST(Drill, AControllerThatBeginsInTheMiddleFinishesIt) {
    House h;
    settle(h);
    h.command(Verb::drill, "b");
    restart(h, "a", "b");
    half(h, "a", "b");
    ASSERT_TRUE(h.journal().drill);
    restart(h, "b", "a");
    h.live(h.config.drill.dwell - Millis{5000});
    EXPECT_FALSE(h.moving()) << "the dwell is counted anew";
    h.live(Millis{10000});
    ASSERT_TRUE(h.moving());
    half(h, "b", "a");
    EXPECT_EQ(h.journal().last_drill.result, "done") << h.journal().last_drill.text;
}

TEST(Drill, AFailoverInTheDwellEndsIt) {
    House h;
    settle(h);
    h.command(Verb::drill, "b");
    half(h, "a", "b");
    h.fenced("b", NodeState::fault, "unplugged");
    h.live(Millis{1000});
    EXPECT_FALSE(h.journal().drill);
    EXPECT_EQ(h.journal().last_drill.result, "failed");
    ASSERT_TRUE(h.moving()) << "it is rescued as ever";
    EXPECT_EQ(h.journal().move->kind, MoveKind::failover);
    EXPECT_FALSE(h.journal().move->drill);
}

TEST(Drill, AnOperatorInTheDwellIsObeyed) {
    House h;
    settle(h);
    h.command(Verb::drill, "b");
    half(h, "a", "b");
    EXPECT_EQ(answer(h.command(Verb::drill, "c")), "busy.");
    EXPECT_TRUE(h.journal().drill);
    EXPECT_EQ(answer(h.command(Verb::pause, "")), "ok.");
    EXPECT_FALSE(h.journal().drill);
    h.live(h.config.drill.dwell * 3);
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Drill, FailbackWaitsForItsEnd) {
    House h;
    h.config.controller.failback = "preempt";
    h.config.controller.preempt_delay = Millis{1000};
    h.config.nodes[0].priority = 5;
    settle(h);
    h.command(Verb::drill, "b");
    half(h, "a", "b");
    h.live(Millis{20000});
    EXPECT_FALSE(h.moving());
}

}  // namespace
}  // namespace zha
