// What keeps two coordinators apart on the side of a node.
#include "core/lease_keeper.hpp"

#include <gtest/gtest.h>

namespace zha {
namespace {

constexpr Millis kT{15000};

LeaseKeeper keeper(bool hold = true, LeaseMemory memory = {}) {
    return {"a", memory, hold, kT};
}

Order order(std::uint64_t nonce, Epoch epoch, Millis lease = kT, std::uint64_t incarnation = 1) {
    Order o;
    o.node = "a";
    o.nonce = nonce;
    o.incarnation = incarnation;
    o.epoch = epoch;
    o.lease = lease;
    return o;
}

/// A keeper whose report 1, sent at 1000, was answered with a lease of epoch 1.
LeaseKeeper leased(bool hold = true) {
    auto k = keeper(hold);
    k.report_sent(1, Time{1000});
    EXPECT_EQ(k.accept(order(1, 1), Time{1100}), OrderVerdict::accepted);
    return k;
}

TEST(LeaseKeeper, ANewKeeperHoldsNothing) {
    const auto k = keeper(true, {7, 3, 2});
    EXPECT_FALSE(k.live(Time{0}));
    EXPECT_EQ(k.left(Time{0}), Millis{0});
    EXPECT_EQ(k.memory(), (LeaseMemory{7, 3, 2}));
}

TEST(LeaseKeeper, TheLeaseCountsFromTheSendTimeOfTheReport) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    ASSERT_EQ(k.accept(order(1, 1), Time{9000}), OrderVerdict::accepted);
    EXPECT_EQ(k.deadline(), Time{1000} + kT);
    EXPECT_TRUE(k.live(k.deadline() - Millis{1}));
    EXPECT_FALSE(k.live(k.deadline()));
}

TEST(LeaseKeeper, AnAnswerLaterThanTheLeaseGivesNone) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    ASSERT_EQ(k.accept(order(1, 1), Time{17000}), OrderVerdict::accepted);
    EXPECT_FALSE(k.live(Time{17000}));
}

TEST(LeaseKeeper, TheAnswerToTheLastButOneReportRenewsFromThatReportsSendTime) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    k.report_sent(2, Time{2000});
    EXPECT_EQ(k.accept(order(1, 1), Time{2100}), OrderVerdict::accepted);
    EXPECT_EQ(k.deadline(), Time{1000} + kT);
    EXPECT_EQ(k.accept(order(2, 1), Time{2700}), OrderVerdict::accepted);
    EXPECT_EQ(k.deadline(), Time{2000} + kT);
}

TEST(LeaseKeeper, TheAnswerToAnUnknownOrALongPastReportDoesNotCount) {
    auto k = keeper();
    EXPECT_EQ(k.accept(order(0, 1), Time{0}), OrderVerdict::stale_nonce);
    for (std::uint64_t n = 1; n <= 7; ++n) k.report_sent(n, Time{1000 * n});
    EXPECT_EQ(k.accept(order(1, 1), Time{7100}), OrderVerdict::stale_nonce);
    EXPECT_EQ(k.accept(order(8, 1), Time{7100}), OrderVerdict::stale_nonce);
    EXPECT_FALSE(k.live(Time{7100}));
    EXPECT_EQ(k.memory(), LeaseMemory{});
    k.report_sent(8, Time{40000});
    EXPECT_EQ(k.accept(order(7, 1), Time{40100}), OrderVerdict::stale_nonce) << "sent before T";
}

TEST(LeaseKeeper, AnAnswerThatALaterOneOvertookIsNotObeyed) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    k.report_sent(2, Time{2000});
    ASSERT_EQ(k.accept(order(2, 1), Time{2100}), OrderVerdict::accepted);
    EXPECT_EQ(k.accept(order(1, 2), Time{2200}), OrderVerdict::stale_nonce);
    EXPECT_EQ(k.deadline(), Time{2000} + kT);
    EXPECT_EQ(k.memory().epoch, 1u);
}

TEST(LeaseKeeper, AnOrderForAnotherNodeIsNotObeyed) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    auto o = order(1, 1);
    o.node = "b";
    EXPECT_EQ(k.accept(o, Time{1100}), OrderVerdict::wrong_node);
    EXPECT_FALSE(k.live(Time{1100}));
}

TEST(LeaseKeeper, ASupersededControllerIsNotObeyed) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    ASSERT_EQ(k.accept(order(1, 1, kT, 5), Time{1100}), OrderVerdict::accepted);
    k.report_sent(2, Time{2000});
    EXPECT_EQ(k.accept(order(2, 9, kT, 4), Time{2100}), OrderVerdict::lower_incarnation);
    EXPECT_EQ(k.deadline(), Time{1000} + kT);
    EXPECT_EQ(k.memory().epoch, 1u);
}

TEST(LeaseKeeper, AReleasedEpochNeverComesBack) {
    auto k = leased();
    k.release(1);
    EXPECT_FALSE(k.live(Time{1100}));
    k.report_sent(2, Time{2000});
    EXPECT_EQ(k.accept(order(2, 1), Time{2100}), OrderVerdict::no_lease);
    EXPECT_FALSE(k.live(Time{2100}));
    k.report_sent(3, Time{3000});
    EXPECT_EQ(k.accept(order(3, 2), Time{3100}), OrderVerdict::accepted);
    EXPECT_TRUE(k.live(Time{3100}));
}

TEST(LeaseKeeper, ALowerEpochThanTheHighestHeldGivesNoLease) {
    auto k = keeper(true, {1, 7, 5});
    k.report_sent(1, Time{1000});
    EXPECT_EQ(k.accept(order(1, 6), Time{1100}), OrderVerdict::no_lease);
    EXPECT_FALSE(k.live(Time{1100}));
    EXPECT_EQ(k.memory().epoch, 7u);
}

TEST(LeaseKeeper, AnOrderWithoutLeaseLetsTheOldOneRunOut) {
    auto k = leased();
    k.report_sent(2, Time{2000});
    EXPECT_EQ(k.accept(order(2, 1, Millis{0}), Time{2100}), OrderVerdict::accepted);
    EXPECT_EQ(k.deadline(), Time{1000} + kT);
}

TEST(LeaseKeeper, ALeaseLongerThanOurOwnTIsCutToIt) {
    auto k = keeper();
    k.report_sent(1, Time{1000});
    ASSERT_EQ(k.accept(order(1, 1, kT * 100), Time{1100}), OrderVerdict::accepted);
    EXPECT_EQ(k.deadline(), Time{1000} + kT);
}

TEST(LeaseKeeper, ReleasingAnOlderEpochDoesNotEndThePresentLease) {
    auto k = keeper(true, {1, 4, 3});
    k.report_sent(1, Time{1000});
    ASSERT_EQ(k.accept(order(1, 5), Time{1100}), OrderVerdict::accepted);
    k.release(4);
    EXPECT_TRUE(k.live(Time{1100}));
    EXPECT_EQ(k.memory().released, 4u);
}

TEST(LeaseKeeper, HoldsOnEchoesWhileTheControllerIsGone) {
    auto k = leased();
    k.presence(ControllerPresence::offline);
    k.report_sent(2, Time{10000});
    k.echo(2, Time{10010});
    EXPECT_EQ(k.deadline(), Time{10000} + kT);
    EXPECT_TRUE(k.holding(Time{10010}));
}

TEST(LeaseKeeper, UnknownOrOnlinePresenceDoesNotHold) {
    for (const auto presence : {ControllerPresence::unknown, ControllerPresence::online}) {
        auto k = leased();
        k.presence(presence);
        k.report_sent(2, Time{10000});
        k.echo(2, Time{10010});
        EXPECT_EQ(k.deadline(), Time{1000} + kT);
        EXPECT_FALSE(k.holding(Time{10010}));
    }
}

TEST(LeaseKeeper, WithoutEchoNothingIsHeld) {
    auto k = leased();
    k.presence(ControllerPresence::offline);
    k.report_sent(2, Time{10000});
    k.echo(99, Time{10010});  // not one of ours
    EXPECT_FALSE(k.live(Time{1000} + kT));
}

TEST(LeaseKeeper, AnEchoCannotReviveALeaseThatRanOut) {
    auto k = leased();
    k.presence(ControllerPresence::offline);
    k.report_sent(2, Time{15000});
    k.echo(2, Time{1000} + kT);
    EXPECT_FALSE(k.live(Time{1000} + kT));
}

TEST(LeaseKeeper, AnEchoOfAReleasedEpochHoldsNothing) {
    auto k = leased();
    k.release(1);
    k.presence(ControllerPresence::offline);
    k.report_sent(2, Time{2000});
    k.echo(2, Time{2010});
    EXPECT_FALSE(k.live(Time{2010}));
}

TEST(LeaseKeeper, ConfiguredToFenceItDoesNotHold) {
    auto k = leased(false);
    k.presence(ControllerPresence::offline);
    k.report_sent(2, Time{10000});
    k.echo(2, Time{10010});
    EXPECT_EQ(k.deadline(), Time{1000} + kT);
}

TEST(LeaseKeeper, AnOldEchoDoesNotShortenTheLease) {
    auto k = leased();
    k.report_sent(2, Time{5000});
    k.report_sent(3, Time{9000});
    k.presence(ControllerPresence::offline);
    k.echo(3, Time{9010});
    k.echo(2, Time{9020});
    EXPECT_EQ(k.deadline(), Time{9000} + kT);
}

TEST(LeaseKeeper, AnOrderEndsTheHold) {
    auto k = leased();
    k.presence(ControllerPresence::offline);
    k.report_sent(2, Time{10000});
    k.echo(2, Time{10010});
    k.presence(ControllerPresence::online);
    k.report_sent(3, Time{11000});
    EXPECT_EQ(k.accept(order(3, 1, kT, 2), Time{11010}), OrderVerdict::accepted);
    EXPECT_FALSE(k.holding(Time{11010}));
    EXPECT_TRUE(k.live(Time{11010}));
}

}  // namespace
}  // namespace zha
