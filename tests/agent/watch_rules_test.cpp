// The guard's decisions, with time as an argument.
#include "node-agent/guard/watch_rules.hpp"

#include <gtest/gtest.h>

namespace zha::guard {
namespace {

constexpr Millis kTick{50};

struct WatchRulesTest : ::testing::Test {
    WatchRules rules{Limits(Timing{})};  // lease 15 s, fence 6 s: 3 s to notice
    Time now{100000};
    std::uint64_t number = 0;

    void begin() {
        ASSERT_EQ(rules.next(now), Action::spawn);
        rules.spawned(now);
    }
    void beat(Radio radio, Time lease_until = Time{0}) {
        Beat beat;
        beat.number = ++number;
        beat.lease_until_ms = lease_until.count();
        beat.radio = radio;
        rules.heard(beat, now);
    }
    /// Beats for `length`; the first action other than none.
    Action beats(Millis length, Radio radio, Time lease_until = Time{0}) {
        for (const auto end = now + length; now < end; now += kTick) {
            beat(radio, lease_until);
            if (const auto action = rules.next(now); action != Action::none) return action;
        }
        return Action::none;
    }
    /// No beats for at most `length`; the first action other than none.
    Action quiet(Millis length) {
        for (const auto end = now + length; now < end; now += kTick)
            if (const auto action = rules.next(now); action != Action::none) return action;
        return Action::none;
    }
    void on_air() {
        begin();
        ASSERT_EQ(beats(Millis{1000}, Radio::on, now + Millis{16000}), Action::none);
    }
    void die(int code = -1) {
        rules.worker_ended(code, now);
        number = 0;
    }
};

TEST_F(WatchRulesTest, AWorkerThatDiesOnTheAirIsRespawnedOnlyAfterTheProof) {
    on_air();
    die();
    EXPECT_EQ(rules.next(now), Action::fence);
    rules.fencing(now);
    EXPECT_EQ(quiet(Millis{5000}), Action::none);
    rules.fencer_ended(true, now);
    EXPECT_TRUE(rules.silent());
    EXPECT_EQ(quiet(Millis{5000}), Action::spawn);
}

TEST_F(WatchRulesTest, WithoutProofAWorkerHasToTellOfIt) {
    on_air();
    die();
    ASSERT_EQ(quiet(Millis{5000}), Action::fence);
    rules.fencing(now);
    now += Millis{2000};
    rules.fencer_ended(false, now);
    EXPECT_EQ(quiet(Millis{5000}), Action::spawn);
    EXPECT_FALSE(rules.silent());
    now += Millis{16000};
    EXPECT_FALSE(rules.feed(now)) << "and the host is not kept alive by it";
}

TEST_F(WatchRulesTest, AWorkerThatHangsOnTheAirIsKilledInHalfOfF) {
    on_air();
    const auto last = now;
    EXPECT_EQ(quiet(Millis{10000}), Action::kill_worker);
    EXPECT_LE(now - last, Millis{3100});
    EXPECT_EQ(rules.next(now), Action::fence) << "its end is not waited for";
}

TEST_F(WatchRulesTest, ProofCountsOnlyOnceTheKilledWorkerIsGone) {
    on_air();
    ASSERT_EQ(quiet(Millis{10000}), Action::kill_worker);
    ASSERT_EQ(rules.next(now), Action::fence);
    rules.fencing(now);
    rules.fencer_ended(true, now);
    EXPECT_FALSE(rules.silent());
    die();
    EXPECT_EQ(quiet(Millis{5000}), Action::fence);
}

TEST_F(WatchRulesTest, AWorkerThatOutlivesItsLeaseIsKilledThoughItBeats) {
    begin();
    const auto lease = now + Millis{1000};
    EXPECT_EQ(beats(Millis{20000}, Radio::on, lease), Action::kill_worker);
    EXPECT_GE(now, lease + Millis{3000});
    EXPECT_LE(now, lease + Millis{3100});
}

TEST_F(WatchRulesTest, AWorkerAtItsFenceGetsItsTimeAndNoMore) {
    begin();
    const auto lease = now + Millis{1000};
    ASSERT_EQ(beats(Millis{1500}, Radio::on, lease), Action::none);
    ASSERT_EQ(beats(Millis{6000}, Radio::fencing, lease), Action::none);
    EXPECT_EQ(beats(Millis{6000}, Radio::fencing, lease), Action::kill_worker);
}

TEST_F(WatchRulesTest, AWorkerThatSaysThatItCannotFenceIsLeftAloneButNotTheHost) {
    begin();
    const auto lease = now + Millis{1000};
    ASSERT_EQ(beats(Millis{1500}, Radio::on, lease), Action::none);
    EXPECT_EQ(beats(Millis{600000}, Radio::unproven, lease), Action::none);
    EXPECT_FALSE(rules.feed(now));
}

TEST_F(WatchRulesTest, AWorkerThatDiesSilentIsRespawnedWithoutAFence) {
    begin();
    ASSERT_EQ(beats(Millis{61000}, Radio::silent), Action::none);
    die();
    EXPECT_EQ(rules.next(now), Action::spawn);
}

TEST_F(WatchRulesTest, ASilentWorkerThatHangsIsReplacedWithoutHaste) {
    begin();
    beat(Radio::silent);
    EXPECT_EQ(quiet(Millis{29000}), Action::none);
    EXPECT_EQ(quiet(Millis{2000}), Action::kill_worker);
    die();
    EXPECT_EQ(quiet(Millis{2000}), Action::spawn);
}

TEST_F(WatchRulesTest, LastWordsOfAKilledWorkerEndWhatWasProven) {
    begin();
    beat(Radio::silent);
    ASSERT_EQ(quiet(Millis{31000}), Action::kill_worker);
    beat(Radio::on, now + Millis{15000});
    die();
    EXPECT_EQ(rules.next(now), Action::fence);
}

TEST_F(WatchRulesTest, AWorkerThatKeepsDyingComesBackMoreSlowly) {
    Millis last{0};
    for (int life = 0; life < 8; ++life) {
        ASSERT_EQ(quiet(Millis{31000}), Action::spawn);
        rules.spawned(now);
        beat(Radio::silent);
        die();
        const auto died = now;
        ASSERT_EQ(quiet(Millis{31000}), Action::spawn);
        EXPECT_GE(now - died, last);
        last = now - died;
    }
    EXPECT_EQ(last, Millis{30000});
}

TEST_F(WatchRulesTest, TheFirstWorkerMayRefuseToBegin) {
    begin();
    die(1);
    EXPECT_EQ(rules.next(now), Action::end);
    EXPECT_EQ(rules.exit_code(), 1);
}

TEST_F(WatchRulesTest, AFirstWorkerThatIsKilledBeforeItSpokeIsFencedFor) {
    begin();
    die(-1);
    EXPECT_EQ(rules.next(now), Action::fence);
}

TEST_F(WatchRulesTest, ToldToStopItEndsWithItsWorker) {
    on_air();
    rules.told_to_stop(now);
    EXPECT_EQ(rules.next(now), Action::stop_worker);
    EXPECT_EQ(beats(Millis{2000}, Radio::on, now + Millis{15000}), Action::none);
    beat(Radio::silent);
    die(0);
    EXPECT_EQ(rules.next(now), Action::end);
    EXPECT_EQ(rules.exit_code(), 0);
}

TEST_F(WatchRulesTest, ToldToStopItFencesForAWorkerThatCouldNotAndEndsBounded) {
    on_air();
    rules.told_to_stop(now);
    ASSERT_EQ(rules.next(now), Action::stop_worker);
    die(0);
    for (int attempt = 0; attempt < 3; ++attempt) {
        ASSERT_EQ(quiet(Millis{5000}), Action::fence);
        rules.fencing(now);
        rules.fencer_ended(false, now);
    }
    EXPECT_EQ(quiet(Millis{5000}), Action::end);
    EXPECT_EQ(rules.exit_code(), 1);
    EXPECT_TRUE(rules.exposed()) << "the hardware watchdog must not be disarmed";
}

TEST_F(WatchRulesTest, ToldToStopItDoesNotWaitForEver) {
    on_air();
    rules.told_to_stop(now);
    ASSERT_EQ(rules.next(now), Action::stop_worker);
    const auto told = now;
    Action action = Action::none;
    while (action == Action::none) action = beats(Millis{1000}, Radio::on, now + Millis{15000});
    EXPECT_EQ(action, Action::kill_worker);
    EXPECT_LE(now - told, Millis{192000});
}

TEST_F(WatchRulesTest, AFencerThatHangsIsKilledAndAWorkerTriesAgain) {
    on_air();
    die();
    ASSERT_EQ(rules.next(now), Action::fence);
    rules.fencing(now);
    EXPECT_EQ(quiet(Millis{10000}), Action::kill_fencer);
    EXPECT_EQ(rules.next(now), Action::none) << "once";
    rules.fencer_ended(false, now);
    EXPECT_EQ(quiet(Millis{5000}), Action::spawn) << "which tries again, and tells";
}

TEST_F(WatchRulesTest, TheWatchdogIsFedUntilTheLeaseEndsAndAgainFromTheProof) {
    EXPECT_TRUE(rules.feed(now)) << "a host that just began is not reset for what it finds";
    on_air();
    const auto lease = now + Millis{5000};
    beat(Radio::on, lease);
    EXPECT_TRUE(rules.feed(lease - kTick));
    EXPECT_FALSE(rules.feed(lease));
    die();
    EXPECT_FALSE(rules.feed(lease));
    rules.fencing(now);
    rules.fencer_ended(true, now);
    EXPECT_TRUE(rules.feed(lease));
}

TEST_F(WatchRulesTest, OldAndRepeatedBeatsSayNothing) {
    on_air();
    Beat old;
    old.number = 1;
    old.radio = Radio::silent;
    rules.heard(old, now);
    EXPECT_FALSE(rules.silent());
}

}  // namespace
}  // namespace zha::guard
