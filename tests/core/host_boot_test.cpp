// Two hosts of one name, and a host that was started again: whose word counts.
#include "core/host_boot.hpp"

#include <gtest/gtest.h>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::House;

constexpr Millis kMinute{60000};

HostBoots after(std::initializer_list<const char*> ids) {
    HostBoots boots;
    Time now{1000};
    for (const auto* id : ids) note_boot(boots, id, now += Millis{10});
    return boots;
}

TEST(HostBoots, AHostThatIsStartedAgainAndAgainIsOneHost) {
    const auto boots = after({"1", "1", "2", "2", "3", "4", "5", "6", "7"});
    EXPECT_FALSE(two_hosts(boots, Time{1100}));
    EXPECT_LE(boots.heard.size(), 4u);
}

TEST(HostBoots, TwoThatSpeakInTurnsAreTwoForAMinute) {
    const auto boots = after({"1", "2", "1"});
    EXPECT_TRUE(two_hosts(boots, Time{1100}));
    EXPECT_FALSE(two_hosts(boots, Time{1100} + kMinute));
}

TEST(HostBoots, WhoDoesNotSayItsBootIsNobodyElse) {
    EXPECT_FALSE(two_hosts(after({"1", "", "1", ""}), Time{1100}));
}

/// "a" is active by its boot "x"; the others hold its snapshot.
struct BoundHouse : House {
    BoundHouse() : House({"a", "b"}) {
        report("a").host_boot = "x";
        settle();
    }
    NodeReport copy() {
        auto r = report("a");
        r.host_boot = "y";
        r.state = NodeState::standby;
        r.released = r.epoch;
        return r;
    }
    /// What the daemon does with a report.
    bool say(const NodeReport& r) {
        note_boot(view("a").boots, r.host_boot, s.now);
        if (of_another_boot(s, r)) {
            note_other_boot(view("a"), r, s.now);
            return false;
        }
        view("a").report = r;
        hear("a");
        step();
        return true;
    }
};

TEST(AnotherBoot, TheEpochBelongsToTheBootThatHoldsIt) {
    BoundHouse h;
    EXPECT_EQ(h.journal().holder_boot, "x");
    h.command(OperatorCommand::Verb::switchover, "b");
    h.fenced("a", NodeState::standby);
    h.report("b").host_boot = "z";
    for (int i = 0; i < 20 && h.journal().epoch == 5; ++i) h.live(Millis{1000});
    EXPECT_EQ(h.journal().holder_boot, "z");
}

TEST(AnotherBoot, ACopyOfTheHolderCannotReleaseItsEpoch) {
    BoundHouse h;
    EXPECT_FALSE(h.say(h.copy()));
    EXPECT_FALSE(h.journal().released);
    h.live(kMinute);
    EXPECT_FALSE(h.say(h.copy())) << "the holder is there";
    EXPECT_EQ(h.told("a").lease, h.config.timing.lease);
}

TEST(AnotherBoot, IsHeardWhenNoLeaseOfTheFormerOneIsLeftAndThenTheEpochIsOver) {
    BoundHouse h;
    const auto last = h.view("a").leased_at;
    h.command(OperatorCommand::Verb::pause, "");  // nobody else takes the role meanwhile
    auto again = h.copy();
    again.epoch = again.released = 4;  // its memory is from before
    while (!h.say(again)) {
        h.live(Millis{1000}, "a");
        ASSERT_LT(h.s.now, last + 2 * kMinute);
    }
    EXPECT_GE(h.s.now, last + h.config.timing.hold_down);
    EXPECT_TRUE(h.journal().released);
    EXPECT_EQ(h.told("a").lease, Millis{0});
}

TEST(AnotherBoot, AfterARestartOfTheControllerNobodySpeaksForTheHolderTooEarly) {
    BoundHouse h;
    h.restart_controller();
    EXPECT_FALSE(of_another_boot(h.s, [] {
        NodeReport r;
        r.node = "a", r.host_boot = "x";
        return r;
    }()));
    NodeReport y;
    y.node = "a", y.host_boot = "y";
    EXPECT_TRUE(of_another_boot(h.s, y));
    h.pass(h.config.timing.hold_down);
    EXPECT_FALSE(of_another_boot(h.s, y));
}

TEST(AnotherBoot, ThatCannotSilenceItsDongleIsHeardInThatAtOnce) {
    BoundHouse h;
    h.view("a").gone = true;
    auto again = h.copy();
    again.state = NodeState::fencing;
    again.released = 4;
    for (const auto end = h.s.now + 2 * kMinute; h.s.now < end;) {
        h.live(Millis{1000}, "a");
        (void)h.say(again);
        EXPECT_FALSE(h.journal().released);
    }
    EXPECT_EQ(h.journal().holder, "a");
}

TEST(AnotherBoot, AHostThatIsStartedAgainInAPlannedMoveIsAskedForItsLastSnapshot) {
    BoundHouse h;
    h.command(OperatorCommand::Verb::switchover, "b");
    h.report("a").state = NodeState::draining;
    h.hear("a");
    auto again = h.copy();
    again.snapshot.seq = 2;
    again.snapshot.id = "a-5-2";
    for (const auto end = h.s.now + 3 * kMinute; h.s.now < end && h.journal().epoch == 5;) {
        h.live(Millis{1000}, "a");
        (void)h.say(again);
        if (h.moving() && !h.journal().move->snapshot.empty()) break;
    }
    ASSERT_TRUE(h.moving());
    EXPECT_EQ(h.journal().move->snapshot, "a-5-2");
}

TEST(AnotherBoot, ACopyIsNotAskedForTheLastSnapshotOfAPlannedMove) {
    BoundHouse h;
    h.command(OperatorCommand::Verb::switchover, "b");
    h.fenced("a", NodeState::standby);
    h.step("a");
    ASSERT_TRUE(h.journal().released);
    ASSERT_TRUE(h.moving());
    EXPECT_FALSE(h.say(h.copy()));
}

TEST(AnotherBoot, AnOldMemoryIsNoProofOfADongleThatDoesNotObey) {
    for (const auto dongle : {DongleState::faulty, DongleState::absent}) {
        BoundHouse h;
        auto again = h.copy();
        again.state = NodeState::fault;
        again.epoch = again.released = 4;
        again.dongle = dongle;
        again.service = ServiceState::stopped;
        for (const auto end = h.s.now + 2 * kMinute; h.s.now < end && !h.journal().released;) {
            h.live(Millis{1000}, "a");
            (void)h.say(again);
        }
        EXPECT_EQ(h.journal().released, dongle == DongleState::absent);
    }
}

TEST(AnotherBoot, AJournalThatIsBehindKnowsNoBootOfAHigherEpoch) {
    BoundHouse h;
    auto ahead = h.copy();
    ahead.state = NodeState::active;
    ahead.epoch = 7;
    EXPECT_TRUE(h.say(ahead));
    EXPECT_EQ(h.journal().epoch, 7u);
    EXPECT_EQ(h.journal().holder_boot, "y");
}

TEST(AnotherBoot, AJournalOfAFormerVersionLearnsTheBoot) {
    BoundHouse h;
    h.s.journal.holder_boot.clear();
    EXPECT_TRUE(h.say(h.report("a")));
    EXPECT_EQ(h.journal().holder_boot, "x");
}

bool explained(const House& h, const std::string& words) {
    for (const auto& f : explain(h.s))
        if (f.text.find(words) != std::string::npos) return true;
    return false;
}

TEST(AnotherBoot, IsExplained) {
    BoundHouse h;
    EXPECT_FALSE(explained(h, "started again"));
    h.live(Millis{10000}, "a");
    note_boot(h.view("a").boots, "y", h.s.now);
    EXPECT_TRUE(explained(h, "started again"));
    note_boot(h.view("a").boots, "x", h.s.now);
    note_boot(h.view("a").boots, "y", h.s.now);
    EXPECT_TRUE(explained(h, "a copy of the other"));
}

TEST(AnotherBoot, ANodeOfTwoHostsIsNotMovedTo) {
    BoundHouse h;
    for (const auto* id : {"1", "2", "1"}) note_boot(h.view("b").boots, id, h.s.now);
    h.command(OperatorCommand::Verb::switchover, "b");
    EXPECT_EQ(test::answer(h.d), "refused.");
    EXPECT_TRUE(test::has_event(h.d, EventKind::identity_mismatch));
}

}  // namespace
}  // namespace zha
