// Who acts: the rule by itself.
#include "controller/leadership.hpp"

#include <gtest/gtest.h>

namespace zha {
namespace {

using State = wire::ControllerStatus::State;
using Role = Leadership::Role;
using Step = Leadership::Step;

struct LeadershipTest : ::testing::Test {
    Config config;
    Time now{1'000'000};

    LeadershipTest() { config.controller.spare.emplace(); }
    Step after(Leadership& l, Millis time) {
        now += time;
        return l.due(now);
    }
    /// Waiting, with the other one acting under `incarnation`.
    Leadership waiting(bool spare, std::uint64_t incarnation) {
        Leadership l(config, spare, 10);
        l.connected(now);
        l.heard_other({State::online, incarnation}, now);
        l.stood_by(now);
        return l;
    }
    Leadership leading(std::uint64_t incarnation) {
        Leadership l(config, false, incarnation);
        l.connected(now);
        l.led(incarnation);
        return l;
    }
};

TEST_F(LeadershipTest, AloneTheOnlyOneLeadsAtOnce) {
    config.controller.spare.reset();
    Leadership l(config, false, 1);
    EXPECT_EQ(l.due(now), Step::none);
    l.connected(now);
    EXPECT_EQ(l.due(now), Step::lead);
}

TEST_F(LeadershipTest, TheFirstLooksForTheOtherBeforeItLeads) {
    Leadership l(config, false, 1);
    l.connected(now);
    EXPECT_EQ(l.due(now), Step::none);
    EXPECT_EQ(after(l, Millis{1000}), Step::lead);
    l.heard_other({State::online, 5}, now);
    EXPECT_EQ(l.due(now), Step::stand_by);
}

TEST_F(LeadershipTest, TheSpareWaitsEvenWhenNobodyWasEverSeen) {
    Leadership l(config, true, 1);
    l.connected(now);
    EXPECT_EQ(after(l, Millis{1000}), Step::stand_by);
    l.stood_by(now);
    EXPECT_EQ(after(l, config.timing.lease / 2 - Millis{1}), Step::none);
    EXPECT_EQ(after(l, Millis{1}), Step::lead);
}

TEST_F(LeadershipTest, TheTimeBeforeATakeoverCountsFromTheBrokersWord) {
    auto l = waiting(true, 4);
    EXPECT_EQ(after(l, Millis{20000}), Step::none);
    l.heard_other({State::offline, 0}, now);
    EXPECT_EQ(after(l, Millis{7499}), Step::none);
    EXPECT_EQ(after(l, Millis{1}), Step::lead);
}

TEST_F(LeadershipTest, OneThatComesBackInTimeGoesOn) {
    auto l = waiting(true, 4);
    l.heard_other({State::offline, 0}, now);
    EXPECT_EQ(after(l, Millis{5000}), Step::none);
    l.heard_other({State::online, 4}, now);
    EXPECT_EQ(after(l, Millis{5000}), Step::none);
    l.heard_other({State::offline, 0}, now);
    EXPECT_EQ(after(l, Millis{7000}), Step::none);
}

TEST_F(LeadershipTest, AStatusThatIsNeverSaidAgainIsALeftover) {
    auto l = waiting(true, 4);
    EXPECT_EQ(after(l, config.timing.lease * 2), Step::none);
    EXPECT_EQ(after(l, Millis{1}), Step::lead);
}

TEST_F(LeadershipTest, OfTwoThatActTheLowerOneStandsBy) {
    auto l = leading(10);
    l.heard_other({State::online, 9}, now);
    EXPECT_EQ(l.due(now), Step::none);
    l.heard_other({State::online, 11}, now);
    EXPECT_EQ(l.due(now), Step::stand_by);
}

TEST_F(LeadershipTest, ANewNumberIsAboveEveryOneSeenAndNeverTheOthers) {
    auto l = waiting(true, 40);
    EXPECT_EQ(l.next_incarnation(11), 41U);
    l.heard_obeyed(41);
    EXPECT_EQ(l.next_incarnation(11), 43U);
    auto first = waiting(false, 40);
    EXPECT_EQ(first.next_incarnation(11), 42U);
}

TEST_F(LeadershipTest, ANodeThatObeysAHigherNumberMakesItsControllerRise) {
    auto l = leading(10);
    l.heard_obeyed(10);
    EXPECT_EQ(l.due(now), Step::none);
    l.heard_obeyed(17);
    EXPECT_EQ(l.due(now), Step::lead);
    EXPECT_EQ(l.next_incarnation(10), 18U);
}

TEST_F(LeadershipTest, AUsurperIsLeftAloneAndFollowed) {
    auto l = leading(10);
    l.heard_own({State::online, 30}, false, now);
    EXPECT_EQ(l.due(now), Step::stand_by);
    l.stood_by(now);
    EXPECT_TRUE(l.usurped());
    EXPECT_EQ(after(l, Millis{20000}), Step::none);
    l.heard_own({State::offline, 0}, false, now);
    EXPECT_FALSE(l.usurped());
    EXPECT_EQ(after(l, Millis{7500}), Step::lead);
    EXPECT_GT(l.next_incarnation(11), 30U);
}

TEST_F(LeadershipTest, AfterALostSessionWhoActedGoesOnUnlessTheOtherTookOver) {
    auto l = leading(10);
    l.disconnected();
    EXPECT_EQ(l.due(now), Step::none);
    l.connected(now);
    l.heard_other({State::standby, 3}, now);
    EXPECT_EQ(after(l, Millis{1000}), Step::lead);
    l.connected(now);
    l.heard_other({State::online, 11}, now);
    EXPECT_EQ(l.due(now), Step::stand_by);
}

}  // namespace
}  // namespace zha
