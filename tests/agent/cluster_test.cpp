#include "simulator/cluster/cluster.hpp"

#include <gtest/gtest.h>

namespace zha::sim {
namespace {

class ClusterTest : public ::testing::Test {
  protected:
    /// Both ready, then the first one is made active.
    void SetUp() override {
        ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::standby); }, 30 * kSecond));
        c.world.time.advance(2 * kSecond);
        c.command("switchover", "one");
        ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 120 * kSecond))
            << to_string(c.one().node().state) << " " << c.one().node().fault << ", "
            << to_string(c.two().node().state) << " " << c.two().node().fault;
        c.world.time.advance(10 * kSecond);
    }
    void TearDown() override { EXPECT_EQ(c.overlap, ""); }

    Cluster c;
    const Timing& timing = c.world.config.timing;
};

TEST_F(ClusterTest, PlannedSwitchoverMovesTheRoleAndBack) {
    c.command("switchover", "two");
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond))
        << c.two().node().fault;
    EXPECT_FALSE(c.one().stick.on_air());
    EXPECT_EQ(
        c.told.lines.back().kind == "switchover_completed" || c.told.has("switchover_completed"),
        true);
    EXPECT_EQ(znp::identity_of(c.two().stick.image)->ieee, 0x00124B00AABBCCDDU);
    c.command("switchover", "one");
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 180 * kSecond))
        << c.one().node().fault;
    EXPECT_GT(znp::frame_counter(c.one().stick.image), znp::frame_counter(c.two().stick.image));
}

TEST_F(ClusterTest, ADevicePairedBeforeAMoveWhoseLastSnapshotFailsIsStillThereAfterIt) {
    auto& one = c.one();
    const auto paired = sample::database(2);
    one.put("database.db", paired);
    one.stick.image.items[{znp::ExItem::legacy, 0x0F05}] = {7};  // something new in the dongle
    ASSERT_TRUE(c.world.store.remove_all(one.self.data / "coordinator_backup.json"));
    c.command("switchover", "two");
    ASSERT_TRUE(c.until([&] { return c.told.has("switchover_failed"); }, 180 * kSecond));
    ASSERT_TRUE(c.until([&] { return c.settled(one, c.two()); }, 60 * kSecond)) << one.node().fault;
    EXPECT_EQ(c.two().service.starts, 0U);
    EXPECT_EQ(c.world.store.read(one.self.data / "database.db").value(), paired);
    EXPECT_TRUE(one.stick.image.items.contains({znp::ExItem::legacy, 0x0F05}));
}

TEST_F(ClusterTest, AnActiveDongleThatResetsItselfIsNoticedAndStartedAgainInPlace) {
    c.one().stick.radio = false;
    ASSERT_TRUE(
        c.until([&] { return c.told.has("dongle_fault"); }, timing.ping * (timing.ping_fall + 1)));
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 60 * kSecond));
    EXPECT_EQ(c.one().service.starts, 2U);
    EXPECT_EQ(c.two().service.starts, 0U);
    EXPECT_TRUE(c.until([&] { return c.told.has("dongle_recovered"); }, 10 * kSecond));
}

TEST_F(ClusterTest, AnActiveDongleThatResetsItselfIsNoticedAfterAWordOfSomebodyElse) {
    c.world.time.advance(600 * kSecond);  // no late will is expected any more, and none mended
    c.world.broker.inject({"zigbee2mqtt/bridge/state", R"({"state":"offline"})", true});
    c.one().stick.radio = false;
    ASSERT_TRUE(
        c.until([&] { return c.told.has("dongle_fault"); }, timing.ping * (timing.ping_fall + 1)));
    EXPECT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 60 * kSecond));
}

TEST_F(ClusterTest, ABrokerStoppedInOrderTakesNoSightFromTheWatch) {
    c.world.broker.stop(true);
    c.world.time.advance(2 * kSecond);
    c.world.broker.start();
    const auto said = [&] { return c.world.broker.retained("zigbee2mqtt/bridge/state"); };
    ASSERT_TRUE(c.until([&] { return said() == R"({"state":"online"})"; }, 10 * kSecond));
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 60 * kSecond));
    EXPECT_EQ(c.one().service.starts, 1U);
    c.one().stick.radio = false;
    EXPECT_TRUE(
        c.until([&] { return c.told.has("dongle_fault"); }, timing.ping * (timing.ping_fall + 1)));
}

TEST_F(ClusterTest, AnActiveDongleThatHangsLosesTheRoleAsSoonAsItCanBeSilenced) {
    c.one().stick.hung = true;
    ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::fault); },
                        timing.ping * (timing.ping_fall + 2)));
    EXPECT_FALSE(c.two().stick.on_air()) << "its silence is not proven";
    c.one().stick.hung = false;
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
}

TEST_F(ClusterTest, AZigbee2mqttThatNeverAnsweredTheQuestionIsNotDoubted) {
    c.one().z2m.dumb = true;
    c.one().service.die();
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 60 * kSecond));
    c.world.time.advance(timing.ping * 20);
    EXPECT_EQ(c.one().service.starts, 2U);
}

TEST_F(ClusterTest, AStandbysDongleThatHangsIsNotReadyUntilItAnswersAgain) {
    c.two().stick.hung = true;
    ASSERT_TRUE(c.until([&] { return c.told.has("standby_not_ready"); },
                        timing.ping * (timing.ping_fall + 1)));
    EXPECT_TRUE(c.two().is(NodeState::standby));
    EXPECT_TRUE(c.one().stick.on_air());
    c.two().stick.hung = false;
    EXPECT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, timing.ping));
    EXPECT_EQ(c.two().node().fault, "");
}

TEST_F(ClusterTest, ASnapshotThatRotsOnAStandbysDiskIsToldAndFetchedAgain) {
    auto& two = c.two();
    const auto id = two.node().report().staged.id;
    const auto file = two.self.state / "staged" / id / "nvram.json";
    ASSERT_TRUE(c.world.store.write(file, "rotten"));
    ASSERT_TRUE(c.until([&] { return c.told.has("standby_not_ready"); }, 660 * kSecond));
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), two); }, 60 * kSecond));
    EXPECT_EQ(two.node().report().staged.id, c.one().node().report().snapshot.id);
    EXPECT_NE(
        c.world.store.read(two.self.state / "staged" / two.node().report().staged.id / "nvram.json")
            .value(),
        "rotten");
}

TEST_F(ClusterTest, WhilePausedADeadServiceIsRestartedInPlaceAndNothingMoves) {
    const auto say = [&](const std::string& command) {
        c.world.broker.inject({c.world.topics().command(), command, false});
    };
    say(R"({"id":"command-p","verb":"pause"})");
    c.world.time.advance(2 * kSecond);
    c.one().service.die();
    const auto again = [&] { return c.one().service.starts == 2 && c.settled(c.one(), c.two()); };
    ASSERT_TRUE(c.until(again, 60 * kSecond));
    c.one().service.die();
    c.world.time.advance(120 * kSecond);
    EXPECT_FALSE(c.one().stick.on_air()) << "no restart is left";
    EXPECT_FALSE(c.two().stick.on_air()) << "paused";
    say(R"({"id":"command-r","verb":"resume"})");
    EXPECT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 120 * kSecond));
}

TEST_F(ClusterTest, AnUnpluggedDongleFailsOverWithoutAnOperator) {
    c.one().stick.unplug();
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::active); }, 60 * kSecond))
        << c.two().node().fault;
    EXPECT_TRUE(c.two().stick.on_air());
    c.one().stick.plug();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 120 * kSecond))
        << "the old one comes back as a standby";
}

TEST_F(ClusterTest, ALostHostIsReplacedAfterTheHoldDownAndNotBefore) {
    const auto from = c.world.time.elapsed();
    c.one().agent->bus.cut();
    c.one().z2m.cut();
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::promoting); },
                        timing.hold_down + timing.fence + 10 * kSecond));
    EXPECT_GT(c.world.time.elapsed() - from, timing.lease);
    EXPECT_FALSE(c.one().stick.on_air());
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::active); }, 60 * kSecond));
    c.one().agent->bus.restore();
    c.one().z2m.restore();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 120 * kSecond));
}

TEST_F(ClusterTest, ALostControllerIsSurvivedInPlace) {
    c.controller.reset();
    c.world.time.advance(600 * kSecond);
    EXPECT_TRUE(c.one().is(NodeState::active)) << "held on the broker's word";
    EXPECT_EQ(c.one().service.starts, 1U);
    c.start_controller();
    c.world.time.advance(60 * kSecond);
    EXPECT_TRUE(c.settled(c.one(), c.two()));
    EXPECT_EQ(c.one().service.starts, 1U) << "and nothing moved when it came back";
}

TEST_F(ClusterTest, WithoutHoldALostControllerEndsTheRole) {
    c.world.config.on_controller_loss = "fence";
    c.one().kill_agent();
    c.one().boot();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond));
    c.two().kill_agent();
    c.two().boot();
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 180 * kSecond));
    c.controller.reset();
    EXPECT_TRUE(c.until([&] { return !c.one().stick.on_air(); },
                        (timing.lease + timing.fence) * 102 / 100));
}

TEST_F(ClusterTest, ALostBrokerSilencesTheActiveAndComesBackByItself) {
    c.world.broker.stop();
    EXPECT_TRUE(c.until([&] { return !c.one().stick.on_air(); },
                        (timing.lease + timing.fence) * 102 / 100));
    c.world.time.advance(120 * kSecond);
    EXPECT_FALSE(c.one().stick.on_air());
    EXPECT_FALSE(c.two().stick.on_air());
    c.world.broker.start();
    EXPECT_TRUE(c.until([&] { return c.settled(c.one(), c.two()) || c.settled(c.two(), c.one()); },
                        180 * kSecond));
}

TEST_F(ClusterTest, AShortBreakOfTheBrokerChangesNothing) {
    c.world.broker.stop();
    c.world.time.advance(5 * kSecond);
    c.world.broker.start();
    c.world.time.advance(120 * kSecond);
    EXPECT_TRUE(c.settled(c.one(), c.two()));
    EXPECT_EQ(c.one().service.starts, 1U);
}

TEST_F(ClusterTest, AControllerRestartedInTheMiddleOfAMoveFinishesIt) {
    c.command("switchover", "two");
    ASSERT_TRUE(c.until([&] { return c.two().is(NodeState::promoting); }, 120 * kSecond));
    c.controller.reset();
    c.world.time.advance(3 * kSecond);
    c.start_controller();
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 240 * kSecond))
        << c.two().node().fault;
}

TEST_F(ClusterTest, AnUnstableNetworkMovesNothing) {
    c.world.broker.trouble = {Millis{1}, Millis{200}, 0.05, 0.05};
    c.world.time.advance(600 * kSecond);
    EXPECT_TRUE(c.one().is(NodeState::active));
    EXPECT_EQ(c.one().service.starts, 1U);
}

TEST_F(ClusterTest, ANetworkSlowerThanAHeartbeatIsSafe) {
    c.world.broker.trouble = {Millis{1}, Millis{2000}, 0.1, 0.1};
    c.world.time.advance(600 * kSecond);
    c.world.broker.trouble = {};
    EXPECT_TRUE(c.until([&] { return c.settled(c.one(), c.two()) || c.settled(c.two(), c.one()); },
                        240 * kSecond))
        << "and the role is back when it is quick again";
}

TEST_F(ClusterTest, ACoordinatorThatIsStillHeardForbidsThePromotion) {
    c.bring_into_range();
    // The agent dies with its host's kernel half alive: nobody silences that dongle.
    c.one().kill_agent();
    c.one().z2m.cut();
    c.one().service.forget();
    ASSERT_TRUE(c.until([&] { return c.two().stick.listens > 0; }, 120 * kSecond));
    c.world.time.advance(300 * kSecond);
    EXPECT_TRUE(c.one().stick.on_air());
    EXPECT_FALSE(c.two().stick.on_air());
    EXPECT_TRUE(c.told.has("two_on_air"));
    EXPECT_EQ(c.two().stick.writes, 0U) << "vetoed before anything was changed";
    EXPECT_NE(c.two().node().heard_on, 0);
}

TEST_F(ClusterTest, OnceTheOtherOneIsSilentThePromotionGoesOn) {
    c.bring_into_range();
    c.one().kill_agent();
    c.one().z2m.cut();
    ASSERT_TRUE(c.until([&] { return c.two().stick.listens > 0; }, 120 * kSecond));
    c.one().stick.unplug();
    EXPECT_TRUE(c.until([&] { return c.two().is(NodeState::active); }, 120 * kSecond))
        << c.two().node().fault;
    EXPECT_EQ(c.two().node().heard_on, 0);
}

TEST_F(ClusterTest, ADongleThatCannotListenIsPromotedUnlessListeningIsRequired) {
    c.two().stick.deaf = true;
    c.command("switchover", "two");
    ASSERT_TRUE(c.until([&] { return c.settled(c.two(), c.one()); }, 180 * kSecond))
        << c.two().node().fault;
    c.world.config.air_check = "required";
    c.two().stick.deaf = false;  // for the way back
    c.one().stick.deaf = true;
    const auto writes = c.one().stick.writes;
    c.command("switchover", "one");
    ASSERT_TRUE(c.until([&] { return c.told.has("switchover_failed"); }, 240 * kSecond));
    EXPECT_TRUE(c.until([&] { return c.two().is(NodeState::active); }, 240 * kSecond));
    EXPECT_EQ(c.one().stick.writes, writes);
}

/// Faults by dice, one of many a few seconds apart; what was broken is mended a while later.
class Chaos {
  public:
    Chaos(Cluster& c, std::uint64_t seed) : c_(c), random_(seed) {}
    void step() {
        auto& host = *c_.hosts[pick(2)];
        switch (pick(c_.world.config.controller.spare ? 11 : 9)) {
            case 9:
                c_.spare.reset();
                return later(60, [this] {
                    if (!c_.spare) c_.start_spare();
                });
            case 10:
                if (c_.spare) c_.spare->bus.cut();
                return later(45, [this] {
                    if (c_.spare) c_.spare->bus.restore();
                });
            case 0:
                host.stick.unplug();
                return later(60, [&host] { host.stick.plug(); });
            case 1:
                return host.service.die();
            case 2:
                if (host.agent) host.agent->bus.cut();
                host.z2m.cut();
                host.unreachable = true;
                return later(45, [&host] {
                    if (host.agent) host.agent->bus.restore();
                    host.z2m.restore();
                    host.unreachable = false;
                });
            case 3:
                // As its supervisor does: it is back within the time that a fence may take.
                host.kill_agent();
                return later(3, [&host] {
                    if (!host.agent) host.boot();
                });
            case 4:
                c_.controller.reset();
                return later(60, [this] {
                    if (!c_.controller) c_.start_controller();
                });
            case 5:
                if (c_.controller) c_.controller->bus.cut();
                return later(45, [this] {
                    if (c_.controller) c_.controller->bus.restore();
                });
            case 6:
                c_.world.broker.stop();
                return later(40, [this] { c_.world.broker.start(); });
            case 7:
                c_.world.broker.trouble = {Millis{1}, Millis{1 + pick(1500)}, 0.1, 0.1};
                return later(60, [this] { c_.world.broker.trouble = {}; });
            default:
                return c_.command(pick(3) == 0 ? "failover" : "switchover", host.self.name);
        }
    }
    Millis pause() { return Millis{100 + pick(12000)}; }

  private:
    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
    void later(unsigned most_seconds, std::function<void()> mend) {
        c_.world.time.after(Millis{200 + pick(most_seconds * 1000)}, std::move(mend));
    }

    Cluster& c_;
    std::mt19937_64 random_;
};

class ChaosTest : public ::testing::TestWithParam<std::uint64_t> {};

void survive_chaos(Cluster& c, std::uint64_t seed) {
    ASSERT_TRUE(c.until([&] { return c.one().is(NodeState::standby); }, 30 * kSecond));
    c.world.time.advance(2 * kSecond);
    c.command("switchover", "one");
    ASSERT_TRUE(c.until([&] { return c.settled(c.one(), c.two()); }, 120 * kSecond));
    Chaos chaos(c, seed);
    const auto end = c.world.time.elapsed() + 600 * kSecond;
    while (c.world.time.elapsed() < end && c.overlap.empty()) {
        chaos.step();
        c.world.time.advance(chaos.pause());
    }
    c.world.time.advance(70 * kSecond);  // everything is mended
    ASSERT_EQ(c.overlap, "");
    // After two failed promotions a node waits for an operator.
    for (const auto& host : c.hosts) c.command("clear-fault", host->self.name);
    EXPECT_TRUE(
        c.until([&] { return c.one().stick.on_air() || c.two().stick.on_air(); }, 300 * kSecond))
        << to_string(c.one().node().state) << " " << c.one().node().fault << ", "
        << to_string(c.two().node().state) << " " << c.two().node().fault;
    EXPECT_EQ(c.overlap, "");
}

TEST_P(ChaosTest, NeverTwoRadiosAndAlwaysOneInTheEnd) {
    Cluster c(GetParam());
    survive_chaos(c, GetParam());
}

TEST_P(ChaosTest, NeitherWithTwoControllers) {
    Cluster c(GetParam());
    c.configure_spare();
    c.start_controller();
    c.start_spare();
    survive_chaos(c, GetParam());
}

/// 20, or what ZHA_CHAOS_SEEDS says, for a long night.
std::uint64_t seeds() {
    const char* wanted = std::getenv("ZHA_CHAOS_SEEDS");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 20;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChaosTest, ::testing::Range<std::uint64_t>(1, seeds() + 1));

}  // namespace
}  // namespace zha::sim
