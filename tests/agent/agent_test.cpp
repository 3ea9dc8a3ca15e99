#include <gtest/gtest.h>

#include "node-agent/steps/steps.hpp"
#include "tests/agent/script.hpp"

namespace zha::sim {
namespace {

class AgentTest : public ::testing::Test {
  protected:
    void boot(bool settled = true) {
        if (settled) host.settle();
        host.boot();
    }
    bool reaches(NodeState state, Millis within) {
        return world.time.advance_until([&] { return host.is(state); }, within);
    }
    void become_active(Epoch epoch = 1) {
        ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond)) << host.node().fault;
        script.grant(epoch);
        ASSERT_TRUE(reaches(NodeState::active, 40 * kSecond)) << host.node().fault;
    }
    /// Time until `done`; a failure when it takes longer than `limit`.
    Millis takes(const std::function<bool()>& done, Millis limit) {
        const auto from = world.time.elapsed();
        EXPECT_TRUE(world.time.advance_until(done, limit)) << to_string(host.node().state);
        return std::chrono::duration_cast<Millis>(world.time.elapsed() - from);
    }
    bool fault_mentions(const std::string& word) {
        for (const auto& fault : script.faults)
            if (fault.find(word) != std::string::npos) return true;
        return false;
    }

    World world;
    Host host{world, "one"};
    Script script{world, "one"};
    const Timing& timing = world.config.timing;
};

/// What the broker says of each of two controllers.
struct TwoControllersTest : AgentTest {
    void SetUp() override {
        world.config.controller.spare.emplace();
        boot();
        become_active();
    }
    void says(bool spare, const std::string& state) {
        world.broker.inject({world.topics().controller_status(spare),
                             R"({"state":")" + state + R"(","incarnation":1})", true});
        world.time.advance(Millis{100});
    }
    bool survives() {
        world.time.advance(3 * timing.lease);
        return host.is(NodeState::active);
    }
};

TEST_F(TwoControllersTest, OneThatWaitsRenewsNobodySoTheNodeHoldsOn) {
    says(false, "offline");
    says(true, "standby");
    script.silent = true;
    EXPECT_TRUE(survives());
}

TEST_F(TwoControllersTest, WhileEitherIsOnlineNothingIsHeld) {
    says(false, "offline");
    says(true, "online");
    script.silent = true;
    EXPECT_FALSE(survives());
}

TEST_F(TwoControllersTest, TheWordOfOneAloneDoesNotCountRightAfterAConnection) {
    script.silent = true;
    says(true, "offline");
    const auto presence = [&] { return host.node().lease.presence(); };
    world.time.advance(timing.lease / 2);
    EXPECT_EQ(presence(), ControllerPresence::offline) << "the other one was never started";
    host.agent->bus.cut();
    world.time.advance(timing.lease);
    host.agent->bus.restore();
    ASSERT_TRUE(
        world.time.advance_until([&] { return host.agent->bus.connected(); }, 10 * kSecond));
    world.time.advance(2 * kSecond);
    EXPECT_EQ(presence(), ControllerPresence::unknown);
    says(false, "standby");
    EXPECT_EQ(presence(), ControllerPresence::offline);
}

TEST_F(AgentTest, BootsThroughFencingToStandby) {
    host.stick.radio = true;  // as a former run left it
    boot();
    ASSERT_TRUE(reaches(NodeState::fencing, kSecond));
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond)) << host.node().fault;
    EXPECT_FALSE(host.stick.on_air());
    world.time.advance(2 * kSecond);
    EXPECT_EQ(script.last.state, NodeState::standby);
    EXPECT_TRUE(script.last.ready);
    EXPECT_EQ(script.last.snapshot.id, "one-0-1");
    EXPECT_EQ(host.stick.writes, 0U);
}

TEST_F(AgentTest, IsPromotedWithALeaseAndVerified) {
    boot();
    become_active();
    EXPECT_TRUE(host.stick.on_air());
    EXPECT_EQ(host.stick.writes, 1U);
    EXPECT_GE(znp::frame_counter(host.stick.image), 7500U + 2500U);
    world.time.advance(60 * kSecond);
    EXPECT_EQ(script.last.state, NodeState::active);
    EXPECT_EQ(script.last.epoch, 1U);
    EXPECT_EQ(script.last.released, 0U);
    EXPECT_EQ(script.last.service_version, "2.14.1");
    EXPECT_EQ(script.last.ieee, sample::kIeee);
}

TEST_F(AgentTest, IsNotPromotedWithoutALease) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    script.grant(1);
    script.order.lease = Millis{0};
    world.time.advance(60 * kSecond);
    EXPECT_TRUE(host.is(NodeState::standby));
    EXPECT_EQ(host.stick.writes, 0U);
    EXPECT_EQ(host.service.starts, 0U);
}

TEST_F(AgentTest, SilencesItselfWhenNoOrdersCome) {
    boot();
    become_active();
    script.silent = true;
    const auto time = takes([&] { return !host.stick.on_air(); }, timing.lease + timing.fence);
    EXPECT_GT(time, timing.lease - 2 * timing.heartbeat) << "a lease is used to its end";
    world.time.advance(10 * kSecond);
    EXPECT_EQ(script.last.released, 1U);
    EXPECT_EQ(host.service.starts, 1U);
}

TEST_F(AgentTest, SilencesItselfWhenItsCableIsCut) {
    boot();
    become_active();
    host.agent->bus.cut();
    takes([&] { return !host.stick.on_air(); }, timing.lease + timing.fence);
    world.time.advance(60 * kSecond);
    EXPECT_FALSE(host.stick.on_air());
    EXPECT_EQ(host.service.starts, 1U);
}

TEST_F(AgentTest, AnOrderThatArrivesLateDoesNotExtendTheLease) {
    boot();
    become_active();
    host.agent->bus.cut();
    // Held by the network and delivered before the session is given up: all nonces but one are old.
    world.time.advance(Millis{5000});
    script.silent = true;
    host.agent->bus.restore();
    takes([&] { return !host.stick.on_air(); }, timing.lease + timing.fence);
}

TEST_F(AgentTest, UnplugWhileActiveReleasesTheEpochForGood) {
    boot();
    become_active();
    host.stick.unplug();
    ASSERT_TRUE(reaches(NodeState::fault, 5 * kSecond));
    world.time.advance(2 * kSecond);
    EXPECT_EQ(script.last.released, 1U);
    EXPECT_EQ(script.last.dongle, DongleState::absent);
    host.stick.plug();
    world.time.advance(120 * kSecond);  // epoch 1 is granted over and over
    EXPECT_EQ(host.service.starts, 1U);
    EXPECT_FALSE(host.stick.on_air());
    script.grant(2);
    EXPECT_TRUE(reaches(NodeState::active, 60 * kSecond)) << host.node().fault;
}

TEST_F(AgentTest, AnotherAgentOnTheSameHostRemembersTheRelease) {
    boot();
    become_active();
    host.kill_agent();
    EXPECT_TRUE(host.stick.on_air());
    host.boot();
    takes([&] { return !host.stick.on_air(); }, timing.fence);
    world.time.advance(120 * kSecond);
    EXPECT_EQ(host.service.starts, 1U) << "what was on the air before is not resumed";
    EXPECT_EQ(script.last.released, 1U);
}

TEST_F(AgentTest, ServiceDeathIsRestartedOnceInPlaceAndThenReleased) {
    boot();
    become_active();
    host.service.die();
    ASSERT_TRUE(reaches(NodeState::recovering, 2 * kSecond));
    ASSERT_TRUE(reaches(NodeState::active, 20 * kSecond)) << host.node().fault;
    EXPECT_EQ(host.service.starts, 2U);
    EXPECT_EQ(host.node().lease.memory().released, 0U);
    world.time.advance(30 * kSecond);
    host.service.die();
    takes([&] { return script.last.released == 1; }, timing.fence);
    world.time.advance(60 * kSecond);
    EXPECT_EQ(host.service.starts, 2U);
    EXPECT_FALSE(host.stick.on_air());
}

TEST_F(AgentTest, AFailedWriteLeavesTheDongleDirtyAndNeverStarts) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    host.stick.break_writes = true;
    script.grant(1);
    world.time.advance(60 * kSecond);
    EXPECT_EQ(script.last.dongle, DongleState::dirty);
    EXPECT_EQ(script.last.released, 1U);
    host.kill_agent();
    host.boot();
    world.time.advance(60 * kSecond);
    EXPECT_EQ(script.last.dongle, DongleState::dirty) << "also in the memory of the next agent";
    EXPECT_EQ(host.service.starts, 0U);
    EXPECT_EQ(script.last.snapshot.id, "one-0-1") << "half an image is no snapshot";
}

TEST_F(AgentTest, ADirtyDongleIsHealedByACompleteWrite) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    host.stick.break_writes = true;
    script.grant(1);
    world.time.advance(30 * kSecond);
    script.grant(2);
    ASSERT_TRUE(reaches(NodeState::active, 60 * kSecond)) << host.node().fault;
    EXPECT_EQ(host.stick.writes, 2U);
    EXPECT_TRUE(znp::identity_of(host.stick.image));
    EXPECT_FALSE(host.node().dirty);
}

TEST_F(AgentTest, TheGateSeesAHalfWrittenDongleWithoutTheJournal) {
    boot();
    become_active();
    auto& node = host.node();
    ASSERT_TRUE(steps::pass_gate(node, sample::kIeee));
    const auto good = *node.image;
    namespace osal = znp::osal;
    for (const auto id : {osal::STARTUP_OPTION, osal::BDBNODEISONANETWORK}) {
        node.image = good;
        auto& item = node.image->items[{znp::ExItem::legacy, id}];
        item[0] = item[0] == 0 ? 3 : 0;
        ASSERT_FALSE(node.dirty);
        const auto passed = steps::pass_gate(node, sample::kIeee);
        ASSERT_FALSE(passed);
        EXPECT_NE(passed.error().message.find("must not be started"), std::string::npos);
    }
    node.image = good;
}

TEST_F(AgentTest, APowerCutInTheMiddleOfAWriteIsRemembered) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    script.grant(1);
    ASSERT_TRUE(world.time.advance_until([&] { return host.stick.writes == 1; }, 20 * kSecond));
    host.kill_agent();
    host.boot();
    world.time.advance(20 * kSecond);
    EXPECT_EQ(script.last.dongle, DongleState::dirty);
    EXPECT_EQ(host.service.starts, 0U);
}

TEST_F(AgentTest, AFullDiskStopsAPromotionBeforeTheDongleIsTouched) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    world.store.full(true);
    script.grant(1);
    world.time.advance(60 * kSecond);
    EXPECT_EQ(host.stick.writes, 0U);
    EXPECT_EQ(host.service.starts, 0U);
    EXPECT_TRUE(fault_mentions("space"));
}

TEST_F(AgentTest, ADongleThatCannotBeSilencedIsNeverReportedReleased) {
    boot();
    become_active();
    host.stick.defiant = true;
    script.order.goal = Goal::standby;
    script.order.lease = Millis{0};
    for (int i = 0; i < 240; ++i) {
        world.time.advance(kSecond);
        ASSERT_EQ(script.last.released, 0U);
        ASSERT_NE(script.last.state, NodeState::standby);
    }
    EXPECT_NE(script.last.fault, "");
    host.stick.unplug();
    takes([&] { return script.last.released == 1; }, 20 * kSecond);
}

TEST_F(AgentTest, AHungDongleIsNeverReportedReleased) {
    boot();
    become_active();
    host.stick.hung = true;
    script.silent = true;
    world.time.advance(180 * kSecond);
    EXPECT_EQ(script.last.released, 0U);
    EXPECT_FALSE(host.service.running());
    host.stick.hung = false;
    takes([&] { return script.last.released == 1; }, 30 * kSecond);
    EXPECT_FALSE(host.stick.on_air());
}

TEST_F(AgentTest, AServiceThatDoesNotEndIsNeverReportedReleased) {
    boot();
    become_active();
    host.service.immortal = true;
    script.silent = true;
    world.time.advance(180 * kSecond);
    EXPECT_EQ(script.last.released, 0U);
    EXPECT_NE(script.last.fault, "");
}

TEST_F(AgentTest, AnotherDonglesPortInConfigurationIsRefusedByTheGate) {
    host.settle();
    host.put("configuration.yaml", sample::configuration("/dev/zha-other"));
    boot(false);
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond)) << host.node().fault;
    script.grant(1);
    world.time.advance(60 * kSecond);
    EXPECT_EQ(host.service.starts, 0U);
    EXPECT_TRUE(fault_mentions("serial.port")) << host.node().fault;
    EXPECT_EQ(script.last.released, 1U);
}

TEST_F(AgentTest, AMuteServiceIsNotActiveAndIsTakenDown) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    host.z2m.mute = true;
    script.grant(1);
    world.time.advance(timing.promote_timeout + timing.fence);
    EXPECT_FALSE(host.stick.on_air());
    EXPECT_EQ(script.last.released, 1U);
    EXPECT_TRUE(fault_mentions("online")) << host.node().fault;
}

TEST_F(AgentTest, AServiceStartedBehindItsBackIsKilledAndFenced) {
    boot();
    ASSERT_TRUE(reaches(NodeState::standby, 20 * kSecond));
    script.order.goal = Goal::standby;
    sim::Loop loop;
    world.time.drive(loop);
    asio::co_spawn(loop, host.service.start(host.clock.now() + kSecond), asio::detached);
    world.time.advance(10 * kSecond);
    world.time.forget(loop);
    EXPECT_EQ(host.service.starts, 1U);
    EXPECT_FALSE(host.service.running());
    EXPECT_FALSE(host.stick.on_air());
}

class FormTest : public AgentTest {
  protected:
    void SetUp() override {
        host.z2m.forms = [this] {
            host.put("coordinator_backup.json", sample::backup());
            host.put("database.db", sample::database(0));
            return sample::image(0);
        };
    }
    void ask_for_a_network() {
        boot(false);
        ASSERT_TRUE(reaches(NodeState::catchingup, 20 * kSecond)) << host.node().fault;
        world.time.advance(kSecond);
        script.grant(1);
        script.order.allow_form = true;
        world.time.advance(90 * kSecond);
    }
};

TEST_F(FormTest, ABlankDongleFormsWhenAnOperatorAsks) {
    ask_for_a_network();
    EXPECT_EQ(script.last.state, NodeState::active) << host.node().fault;
    EXPECT_EQ(script.last.snapshot.epoch, 1U);
    EXPECT_EQ(host.service.starts, 2U) << "once to form, once from the first snapshot";
}

TEST_F(FormTest, ABlankDongleFormsNothingUnasked) {
    boot(false);
    ASSERT_TRUE(reaches(NodeState::catchingup, 20 * kSecond));
    script.grant(1);
    world.time.advance(90 * kSecond);
    EXPECT_EQ(host.service.starts, 0U);
}

TEST_F(FormTest, IsRefusedWhenTheDatabaseHoldsDevices) {
    host.put("database.db", sample::database(3));
    ask_for_a_network();
    EXPECT_EQ(host.service.starts, 0U);
    EXPECT_TRUE(fault_mentions("3 devices")) << host.node().fault;
}

TEST_F(FormTest, IsRefusedWhenABackupOfANetworkExists) {
    host.put("coordinator_backup.json", sample::backup());
    ask_for_a_network();
    EXPECT_EQ(host.service.starts, 0U);
    EXPECT_TRUE(fault_mentions("coordinator_backup.json")) << host.node().fault;
}

}  // namespace
}  // namespace zha::sim
