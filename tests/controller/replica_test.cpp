// The journal on its way to the other controller: what is taken, and what must not be.
#include "controller/replica.hpp"

#include <gtest/gtest.h>

#include "controller/journal_file.hpp"
#include "tests/controller/fakes.hpp"

namespace zha {
namespace {

using test::Office;

struct ReplicaTest : ::testing::Test {
    Office o;
    Journal j = Office::journal();
    std::string refusal() { return refusal(encode_replica(j)); }
    std::string refusal(const std::string& text) {
        const auto journal = decode_replica(text, o.config);
        return journal ? "" : journal.error().message;
    }
};

TEST_F(ReplicaTest, ComesOutAsItWentIn) {
    j.serial = 12;
    Move& move = j.move.emplace();
    move.from = "a";
    move.to = "b";
    move.phase = MovePhase::promoting;
    const auto got = decode_replica(encode_replica(j), o.config);
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(encode_journal(*got), encode_journal(j));
}

TEST_F(ReplicaTest, NamesOnlyNodesThatAreConfigured) {
    EXPECT_EQ(refusal(), "");
    j.holder = "x";
    EXPECT_NE(refusal(), "");
    j = Office::journal();
    j.maintenance.insert("x");
    EXPECT_NE(refusal(), "");
    j = Office::journal();
    j.unpowered.insert("x");
    EXPECT_NE(refusal(), "");
    j.unpowered = {""};
    EXPECT_NE(refusal(), "") << "nobody is no node";
    j = Office::journal();
    j.move.emplace().to = "x";
    EXPECT_NE(refusal(), "");
}

TEST_F(ReplicaTest, BringsNoNumberToItsEnd) {
    for (auto* number : {&j.epoch, &j.incarnation, &j.serial, &j.unpowered_of.serial}) {
        j = Office::journal();
        *number = (std::uint64_t{1} << 53) + 1;
        EXPECT_NE(refusal(), "");
    }
}

TEST_F(ReplicaTest, IsBounded) {
    j.last_text = std::string(2000, 'x');
    EXPECT_NE(refusal(), "");
    EXPECT_NE(refusal(std::string(70000, ' ')), "");
    for (const auto* text : {"", "{}", "[]", "null", "{\"version\":1}", "\xff\xfe"})
        EXPECT_NE(refusal(text), "") << text;
}

TEST_F(ReplicaTest, AHigherEpochIsLaterWhoeverWroteIt) {
    Journal granted = j;
    ++granted.epoch;
    Journal newer = j;
    newer.incarnation = 99;
    newer.serial = 99;
    EXPECT_TRUE(later(granted, newer));
    EXPECT_TRUE(later(newer, j));
    EXPECT_FALSE(later(j, j));
}

/// The spare one of a pair, and what it says.
struct SpareOfficeTest : ::testing::Test {
    Office o;
    SpareOfficeTest() { o.config.controller.spare = SpareConfig{"/spare", Millis{0}}; }
    void other_says(const char* state, std::uint64_t incarnation, bool spare) {
        o.bus.deliver(o.topics.controller_status(!spare), R"({"state":")" + std::string(state) +
                                                              R"(","incarnation":)" +
                                                              std::to_string(incarnation) + "}");
    }
};

TEST_F(SpareOfficeTest, AWaitingOneKeepsTheJournalAndSaysSoAndNothingElse) {
    Controller spare(o.config, o.parts(), Journal{}, {true, 1});
    spare.begin();
    o.bus.connect();
    other_says("online", 3, true);
    auto journal = Office::journal();
    journal.serial = 7;
    o.bus.deliver(o.topics.journal(false), encode_replica(journal));
    ASSERT_EQ(o.bus.on(o.topics.journal_kept(true)).size(), 1u);
    EXPECT_EQ(load_journal(o.store, "/spare")->epoch, 5u);
    o.hear(o.report("a", NodeState::active, 5));
    o.bus.deliver(o.topics.command(), R"({"id":"command-1","verb":"explain"})");
    o.run(spare, 8);
    EXPECT_TRUE(o.orders("a").empty());
    EXPECT_TRUE(o.bus.on(o.topics.state()).empty());
    EXPECT_TRUE(o.bus.on(o.topics.response("command-1")).empty());
}

TEST_F(SpareOfficeTest, AJournalThatCannotBeWrittenIsNotAcknowledged) {
    Controller spare(o.config, o.parts(), Journal{}, {true, 1});
    spare.begin();
    o.bus.connect();
    other_says("online", 3, true);
    o.store.refuse = true;
    o.bus.deliver(o.topics.journal(false), encode_replica(Office::journal()));
    EXPECT_TRUE(o.bus.on(o.topics.journal_kept(true)).empty());
    EXPECT_EQ(spare.journal().epoch, 0u);
}

/// A controller that acts, and the journal of another one that acted, too, and switched "a" off.
struct TwoActTest : SpareOfficeTest {
    Journal other = Office::journal();
    TwoActTest() {
        other.incarnation = 1;
        other.serial = 9;
        other.unpowered.insert("a");
    }
    Journal after_hearing(const Journal& before, bool own, bool retained) {
        Controller first(o.config, o.parts(), before, {false, 4});
        first.begin();
        o.bus.connect();
        o.run(first, 6);
        for (const auto& said : o.bus.on(o.topics.controller_status(false)))
            o.bus.deliver(o.topics.controller_status(false), said);
        o.bus.deliver(o.topics.journal(!own), encode_replica(other), retained);
        o.run(first, 4);
        return load_journal(o.store, "/state").value();
    }
};

TEST_F(TwoActTest, WhatTheOtherOneSwitchedOffIsNotForgotten) {
    const auto kept = after_hearing(Office::journal(), false, true);
    EXPECT_TRUE(kept.unpowered.contains("a"));
    EXPECT_EQ(kept.unpowered_of, mark_of(other));
    EXPECT_EQ(kept.epoch, 5u) << "nothing else is taken over";
}

TEST_F(TwoActTest, NeitherIsThatOfAnotherOneOfTheSameName) {
    EXPECT_TRUE(after_hearing(Office::journal(), true, false).unpowered.contains("a"));
}

TEST_F(TwoActTest, ItIsTakenOverOnce) {
    auto before = Office::journal();
    before.unpowered_of = mark_of(other);
    EXPECT_TRUE(after_hearing(before, false, true).unpowered.empty()) << "it has power since";
}

TEST_F(TwoActTest, NotEvenAfterItLedAgainWithSomethingOffOfItsOwn) {
    auto before = Office::journal();
    before.incarnation = 4;
    before.unpowered.insert("b");
    before.unpowered_of = mark_of(other);
    EXPECT_FALSE(after_hearing(before, false, true).unpowered.contains("a"));
}

/// This one switched "a" off, gave way, and acts again once the other one is gone.
struct GaveWayTest : TwoActTest {
    Journal ours = Office::journal(), theirs = Office::journal();
    GaveWayTest() {
        ours.incarnation = 4;
        ours.unpowered.insert("a");
        theirs.incarnation = 5;
    }
    Journal acting_again(bool taken_over) {
        Controller first(o.config, o.parts(), ours, {false, 4});
        first.begin();
        o.bus.connect();
        other_says("online", 5, false);
        o.bus.deliver(o.topics.journal(true), encode_replica(theirs));
        EXPECT_EQ(o.bus.on(o.topics.journal(false)).size(), 1u) << "the broker may not have it";
        EXPECT_TRUE(first.journal().unpowered.empty()) << "it follows";
        o.run(first, 8);
        ++theirs.serial;
        if (taken_over) theirs.unpowered_of = mark_of(ours);
        o.bus.deliver(o.topics.journal(true), encode_replica(theirs));
        other_says("offline", 5, false);
        o.run(first, 60);
        for (const auto& said : o.bus.on(o.topics.controller_status(false)))
            o.bus.deliver(o.topics.controller_status(false), said);
        o.run(first, 4);
        EXPECT_EQ(first.role(), Leadership::Role::acting);
        return load_journal(o.store, "/state").value();
    }
};

TEST_F(GaveWayTest, ItKeepsWhatItSwitchedOffUntilTheOtherOneKnows) {
    EXPECT_TRUE(acting_again(false).unpowered.contains("a"));
}

TEST_F(GaveWayTest, AndNoLonger) {
    EXPECT_TRUE(acting_again(true).unpowered.empty());
}

TEST_F(TwoActTest, AnOldWritingOfItsOwnBringsNothingBack) {
    EXPECT_TRUE(after_hearing(Office::journal(), true, true).unpowered.empty());
}

struct GrantTest : SpareOfficeTest {
    Controller first{o.config, o.parts(), Office::journal(), {false, 4}};

    /// "a" has given epoch 5 back: "b" is granted epoch 6.
    void grant() {
        o.obeys = 4;
        first.begin();
        o.bus.connect();
        o.run(first, 6);
        for (const auto& said : o.bus.on(o.topics.controller_status(false)))
            o.bus.deliver(o.topics.controller_status(false), said);
        other_says("standby", 1, false);
        auto gone = o.report("a", NodeState::fault, 5);
        gone.released = 5;
        o.hear(gone);
        for (int i = 0; i < 3; ++i) o.hear(o.report("b", NodeState::standby));
        EXPECT_EQ(first.journal().epoch, 6u);
    }
    bool leased() {
        for (const auto& text : o.orders("b"))
            if (wire::decode_order(text)->lease > Millis{0}) return true;
        return false;
    }
};

TEST_F(GrantTest, TheLeaseOfANewEpochWaitsForTheSparesWord) {
    grant();
    EXPECT_FALSE(leased());
    const auto& j = first.journal();
    o.bus.deliver(o.topics.journal_kept(true),
                  encode_kept(JournalMark{j.incarnation, j.serial - 1}));
    o.bus.deliver(o.topics.journal_kept(true),
                  encode_kept(JournalMark{j.incarnation + 1, j.serial}));
    o.bus.deliver(o.topics.journal_kept(true), "{}");
    o.hear(o.report("b", NodeState::standby));
    const bool early = leased();
    o.bus.deliver(o.topics.journal_kept(true), encode_kept(JournalMark{j.incarnation, j.serial}));
    o.hear(o.report("b", NodeState::standby));
    EXPECT_FALSE(early);
    EXPECT_TRUE(leased());
}

TEST_F(GrantTest, TheLeaseWaitsTwoSecondsAndNoMore) {
    grant();
    o.run(first, 7);
    o.hear(o.report("b", NodeState::standby));
    EXPECT_FALSE(leased());
    o.run(first, 2);
    o.hear(o.report("b", NodeState::standby));
    EXPECT_TRUE(leased());
}

TEST_F(GrantTest, WithoutASpareThatWaitsNothingIsDelayed) {
    grant();
    other_says("offline", 0, false);
    o.hear(o.report("b", NodeState::standby));
    EXPECT_TRUE(leased());
}

}  // namespace
}  // namespace zha
