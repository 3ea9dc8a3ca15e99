// Two controllers: whichever is lost, whenever, the network is not disturbed and is led again.
#include <gtest/gtest.h>

#include "core/rto.hpp"
#include "simulator/cluster/cluster.hpp"

namespace zha::sim {
namespace {

class SpareTest : public ::testing::Test {
  protected:
    /// "one" is active, the first controller acts and the spare one waits.
    void SetUp() override {
        c.configure_spare();
        c.controller.reset();
        c.start_controller();
        c.start_spare();
        ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::standby); }, 30 * kSecond));
        c.world.time.advance(2 * kSecond);
        c.command("switchover", "one");
        ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 120 * kSecond));
        c.world.time.advance(10 * kSecond);
        ASSERT_TRUE(c.acts(c.controller));
        ASSERT_TRUE(c.waits(c.spare));
    }
    void TearDown() override { EXPECT_EQ(c.overlap, ""); }
    std::string status(bool spare) {
        const auto text = c.world.broker.retained(c.world.topics().controller_status(spare));
        const auto decoded = wire::decode_status(text);
        return decoded ? std::string(to_string(decoded->state)) : "";
    }
    /// From the loss to the announcement.
    Millis bound() const { return takeover_after(c.world.config) * 102 / 100 + 2 * kSecond; }
    void undisturbed() {
        EXPECT_TRUE(c.one().is(NodeState::active));
        EXPECT_TRUE(c.one().stick.on_air());
        EXPECT_EQ(c.one().service.starts, 1U);
    }

    Cluster c;
    const Timing& timing = c.world.config.timing;
};

TEST_F(SpareTest, TheSpareTakesOverWithinTheBoundAndNothingMoves) {
    const auto epoch = c.controller->controller.journal().epoch;
    c.controller.reset();
    ASSERT_TRUE(c.until([&] { return c.acts(c.spare); }, bound()));
    EXPECT_EQ(c.spare->controller.journal().epoch, epoch);
    EXPECT_EQ(c.spare->controller.journal().holder, "one");
    c.world.time.advance(600 * kSecond);
    undisturbed();
    EXPECT_FALSE(c.one().node().lease.holding(c.one().node().now())) << "renewed by the spare";
    EXPECT_EQ(c.spare->controller.journal().epoch, epoch);
}

TEST_F(SpareTest, TheFirstOneComesBackAsTheSpare) {
    c.controller.reset();
    ASSERT_TRUE(c.until([&] { return c.acts(c.spare); }, bound()));
    c.start_controller();
    c.world.time.advance(60 * kSecond);
    EXPECT_TRUE(c.waits(c.controller));
    EXPECT_TRUE(c.acts(c.spare));
    EXPECT_EQ(status(false), "standby");
    EXPECT_EQ(status(true), "online");
    c.spare.reset();
    ASSERT_TRUE(c.until([&] { return c.acts(c.controller); }, bound()));
    c.world.time.advance(60 * kSecond);
    undisturbed();
}

TEST_F(SpareTest, ALostSpareIsNoticedByNobody) {
    c.spare.reset();
    c.world.time.advance(120 * kSecond);
    undisturbed();
    c.command("switchover", "two");
    EXPECT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
}

TEST_F(SpareTest, TheSpareFinishesAMoveThatWasBegun) {
    c.command("switchover", "two");
    ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::draining); }, 60 * kSecond));
    c.controller.reset();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 300 * kSecond))
        << c.two().node().fault;
    EXPECT_EQ(c.acting(), &c.spare->controller);
}

TEST_F(SpareTest, TheSpareFinishesAMoveAfterTheGrant) {
    const auto epoch = c.controller->controller.journal().epoch;
    c.command("switchover", "two");
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::promoting); }, 180 * kSecond));
    EXPECT_EQ(c.spare->controller.journal().epoch, epoch + 1) << "it knew before the node did";
    c.controller.reset();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 300 * kSecond))
        << c.two().node().fault;
    EXPECT_EQ(c.spare->controller.journal().epoch, epoch + 1);
}

TEST_F(SpareTest, ASpareThatDoesNotAnswerDelaysAGrantAndNoMore) {
    c.spare->bus.cut();
    c.command("switchover", "two");
    EXPECT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
    c.spare->bus.restore();
    c.world.time.advance(30 * kSecond);
    EXPECT_TRUE(c.waits(c.spare));
    EXPECT_EQ(c.spare->controller.journal().epoch, c.controller->controller.journal().epoch);
}

TEST_F(SpareTest, BothLostAndBackAreSurvivedInPlace) {
    c.controller.reset();
    c.spare.reset();
    c.world.time.advance(600 * kSecond);
    undisturbed();
    c.start_spare();
    ASSERT_TRUE(c.until([&] { return c.acts(c.spare); }, bound() + 2 * kSecond));
    c.start_controller();
    c.world.time.advance(60 * kSecond);
    undisturbed();
    EXPECT_TRUE(c.waits(c.controller));
    EXPECT_TRUE(c.settled(c.one(), c.two()));
}

TEST_F(SpareTest, AControllerCutOffStandsBackWhenItReturns) {
    c.controller->bus.cut();
    ASSERT_TRUE(c.until([&] { return c.acts(c.spare); }, bound() + timing.lease));
    c.world.time.advance(30 * kSecond);
    c.controller->bus.restore();
    c.world.time.advance(30 * kSecond);
    EXPECT_TRUE(c.acts(c.spare));
    EXPECT_TRUE(c.waits(c.controller));
    undisturbed();
}

TEST_F(SpareTest, ABrokerThatForgotTheWillOfADeadControllerDoesNotStopTheSpare) {
    c.world.broker.stop();
    c.controller.reset();
    c.world.time.advance(2 * kSecond);
    c.world.broker.start();
    c.world.time.advance(2 * kSecond);
    EXPECT_EQ(status(false), "online") << "retained, and wrong";
    EXPECT_TRUE(c.until([&] { return c.acts(c.spare); }, 2 * timing.lease + bound()));
}

TEST_F(SpareTest, ABrokerThatComesBackFindsTheSameOneActing) {
    c.controller.reset();
    ASSERT_TRUE(c.until([&] { return c.acts(c.spare); }, bound()));
    c.start_controller();
    c.world.time.advance(10 * kSecond);
    c.world.broker.stop();
    c.world.time.advance(3 * kSecond);
    c.world.broker.start();
    c.world.time.advance(30 * kSecond);
    EXPECT_TRUE(c.acts(c.spare));
    EXPECT_TRUE(c.waits(c.controller));
    undisturbed();
}

TEST_F(SpareTest, WithoutHoldTheSpareIsInTimeForTheLease) {
    c.world.config.on_controller_loss = "fence";
    c.one().kill_agent();
    c.one().boot();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
    const auto starts = c.two().service.starts;
    c.two().kill_agent();
    c.two().boot();
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 180 * kSecond));
    const auto before = c.one().service.starts;
    c.controller.reset();
    c.world.time.advance(120 * kSecond);
    EXPECT_TRUE(c.settled(c.one(), c.two()));
    EXPECT_EQ(c.one().service.starts, before);
    EXPECT_EQ(c.two().service.starts, starts);
}

/// One that was started by mistake, under the same name and with a journal of its own.
TEST_F(SpareTest, AfterAnAccidentalThirdOneIsStoppedTheClusterIsLedAgain) {
    c.spare.reset();
    Journal journal = c.controller->controller.journal();
    const ControllerSelf self{false, journal.incarnation + 100};
    auto third = std::make_unique<ControllerProcess>(c.world, c.world.config, c.clock,
                                                     c.world.store, c.told, c.told, journal, self);
    c.world.time.advance(30 * kSecond);
    EXPECT_TRUE(c.acts(third));
    EXPECT_TRUE(c.waits(c.controller));
    third.reset();
    ASSERT_TRUE(c.until([&] { return c.acts(c.controller); }, bound()));
    EXPECT_GT(c.controller->controller.journal().incarnation, self.incarnation);
    c.world.time.advance(60 * kSecond);
    undisturbed();
    c.command("switchover", "two");
    EXPECT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
}

TEST(WithoutASpare, AnAccidentalSecondControllerLeavesTheClusterLed) {
    Cluster c;
    ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::standby); }, 30 * kSecond));
    c.world.time.advance(2 * kSecond);
    c.command("switchover", "one");
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 120 * kSecond));
    Journal journal = c.controller->controller.journal();
    const ControllerSelf self{false, journal.incarnation + 100};
    auto second = std::make_unique<ControllerProcess>(c.world, c.world.config, c.clock,
                                                      c.world.store, c.told, c.told, journal, self);
    c.world.time.advance(30 * kSecond);
    EXPECT_TRUE(c.waits(c.controller));
    second.reset();
    c.world.time.advance(30 * kSecond);
    EXPECT_TRUE(c.acts(c.controller));
    EXPECT_EQ(c.one().service.starts, 1U);
    c.command("switchover", "two");
    EXPECT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
    EXPECT_EQ(c.overlap, "");
}

}  // namespace
}  // namespace zha::sim
