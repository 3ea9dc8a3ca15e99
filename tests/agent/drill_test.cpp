// Drills of the whole cluster: there and back, on the same network, with every device.
#include <gtest/gtest.h>

#include "simulator/cluster/cluster.hpp"

namespace zha::sim {
namespace {

class DrillTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::standby); }, 30 * kSecond));
        c.world.time.advance(2 * kSecond);
        c.command("switchover", "one");
        ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 120 * kSecond));
        c.world.time.advance(c.world.config.timing.hold_down + 10 * kSecond);
    }
    void TearDown() override { EXPECT_EQ(c.overlap, ""); }

    void restart() {
        c.controller.reset();
        c.world.time.advance(5 * kSecond);
        c.start_controller();
    }
    Journal journal() const { return c.acting() ? c.acting()->journal() : Journal{}; }
    bool dwells() const {
        const auto j = journal();
        return j.drill && j.drill->phase == DrillPhase::dwell;
    }
    bool ended() {
        return c.told.has("drill_done") || c.told.has("drill_failed") ||
               c.told.has("drill_refused");
    }
    /// zigbee2mqtt's devices, as the first node knows them.
    std::string database() { return *c.world.store.read(c.one().self.data / "database.db"); }
    std::string last() const { return journal().last_drill.text; }

    Cluster c;
};

TEST_F(DrillTest, TheRoleGoesThereAndBackAndTheNetworkIsTheSame) {
    const auto before = c.one().stick.image;
    const auto identity = *znp::identity_of(before);
    const auto devices = database();
    ASSERT_FALSE(devices.empty());
    c.command("drill", "two");
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::active); }, 180 * kSecond));
    ASSERT_TRUE(c.until([&] { return ended(); }, 400 * kSecond));
    EXPECT_TRUE(c.told.has("drill_done")) << last();
    EXPECT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 60 * kSecond));
    const auto& after = c.one().stick.image;
    EXPECT_EQ(znp::identity_of(after)->ieee, identity.ieee);
    EXPECT_EQ(znp::identity_of(after)->network_key, identity.network_key);
    EXPECT_GT(znp::frame_counter(after), znp::frame_counter(before));
    EXPECT_EQ(database(), devices) << "no device is lost";
    EXPECT_GT(journal().last_drill.gap_there, Millis{0});
    EXPECT_GT(journal().last_drill.gap_back, Millis{0});
    EXPECT_TRUE(journal().moves.empty());
}

TEST_F(DrillTest, WithAStandbyThatIsNotReadyNothingMoves) {
    c.two().stick.unplug();
    ASSERT_TRUE(c.until([&] { return !c.two().node().report().ready; }, 60 * kSecond));
    c.world.time.advance(3 * kSecond);
    const auto starts = c.one().service.starts;
    c.command("drill", "two");
    ASSERT_TRUE(c.until([&] { return ended(); }, 10 * kSecond));
    EXPECT_TRUE(c.told.has("drill_refused"));
    c.world.time.advance(60 * kSecond);
    EXPECT_TRUE(c.one().is(NodeState::active));
    EXPECT_EQ(c.one().service.starts, starts);
}

TEST_F(DrillTest, AControllerThatDiesInEachPhaseIsReplacedByOneThatGoesOn) {
    c.command("drill", "two");
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::promoting); }, 180 * kSecond));
    restart();
    ASSERT_TRUE(c.until([&] { return dwells(); }, 180 * kSecond));
    restart();
    ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::promoting); }, 300 * kSecond));
    restart();
    ASSERT_TRUE(c.until([&] { return ended(); }, 300 * kSecond));
    EXPECT_TRUE(c.told.has("drill_done")) << last();
    EXPECT_EQ(journal().holder, "one");
}

TEST_F(DrillTest, AControllerOnItsSpareHostFinishesIt) {
    c.configure_spare();
    c.controller.reset();
    c.start_controller();
    c.start_spare();
    ASSERT_TRUE(c.until([&] { return c.waits(c.spare); }, 60 * kSecond));
    c.world.time.advance(c.world.config.timing.hold_down + 10 * kSecond);
    c.command("drill", "two");
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::promoting); }, 180 * kSecond));
    c.controller.reset();
    ASSERT_TRUE(c.until([&] { return ended(); }, 600 * kSecond));
    EXPECT_TRUE(c.told.has("drill_done")) << last();
    EXPECT_EQ(journal().holder, "one");
}

TEST_F(DrillTest, AFailedPromotionGoesBackAndIsReported) {
    c.two().stick.deaf = true;
    c.world.config.air_check = "required";
    c.command("drill", "two");
    ASSERT_TRUE(c.until([&] { return ended(); }, 400 * kSecond));
    EXPECT_TRUE(c.told.has("drill_failed"));
    EXPECT_EQ(journal().last_drill.result, "failed");
    EXPECT_TRUE(c.until([&] { return c.one().is(NodeState::active); }, 60 * kSecond));
}

TEST_F(DrillTest, ADongleThatVanishesInTheDwellEndsItAndTheRoleIsRescued) {
    c.command("drill", "two");
    ASSERT_TRUE(c.until([&] { return dwells(); }, 180 * kSecond));
    c.two().stick.unplug();
    ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::active); }, 120 * kSecond));
    EXPECT_TRUE(c.told.has("drill_failed"));
    EXPECT_FALSE(journal().drill);
}

}  // namespace
}  // namespace zha::sim
