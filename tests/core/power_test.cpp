// Fence devices and second paths: what their word is worth, and what it is not.
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::has_event;
using test::House;

/// What the controller notes when the device of a node says "off" just now.
void says_off(House& h, const std::string& node, Epoch epoch) {
    auto& view = h.view(node);
    view.fenced_off = epoch;
    view.fence_asked = view.fenced_at = h.s.now;
}

/// "a" is active, has a device, and falls silent; the broker says that it is gone.
struct Lost : House {
    explicit Lost(const char* fencing, const char* driver = "exec", const char* cuts = "host") {
        config.fencing = fencing;
        config.nodes.front().fence.driver = driver;
        config.nodes.front().fence.cuts = cuts;
        settle();
        s.bridge = BridgeState::offline;
        view("a").gone = true;
        s.bridge_at = s.now;
        last = view("a").leased_at;
        live(Millis{6000}, "a");
    }
    void confirm() { says_off(*this, "a", 5); }
    Time hold_down_over() const { return last + config.timing.hold_down; }
    Time last{0};
};

TEST(Power, AConfirmedOffReplacesTheHoldDown) {
    Lost h("automatic");
    ASSERT_TRUE(h.d.fence.contains("a"));
    EXPECT_EQ(h.phase(), MovePhase::releasing);
    EXPECT_TRUE(h.journal().unpowered.contains("a")) << "noted before the device is told";
    h.confirm();
    h.live(Millis{2000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
    EXPECT_EQ(h.journal().epoch, 6u);
    EXPECT_LT(h.s.now, h.hold_down_over());
}

TEST(Power, ADongleWithoutPowerEndsNoLease) {
    Lost h("automatic", "exec", "dongle");
    ASSERT_TRUE(h.d.fence.contains("a"));
    h.confirm();
    while (h.s.now + Millis{1000} < h.hold_down_over()) {
        h.live(Millis{1000}, "a");
        ASSERT_EQ(h.journal().holder, "a")
            << "switched on by hand, an unheard agent starts it again";
    }
    h.live(Millis{4000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, AFenceThatIsNotConfirmedLeavesTheHoldDown) {
    Lost h("automatic");
    h.view("a").fence_fault = "not confirmed";
    h.step();
    EXPECT_TRUE(has_event(h.d, EventKind::fence_failed));
    while (h.s.now + Millis{1000} < h.hold_down_over()) {
        h.live(Millis{1000}, "a");
        ASSERT_EQ(h.journal().holder, "a");
    }
    h.live(Millis{4000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, AWordOfTheNodeBeforeTheDevicesAnswerIsNoReasonToGivePowerBack) {
    Lost h("automatic");
    const auto asked = h.s.now;
    h.live(Millis{1000});
    h.confirm();
    h.view("a").fence_asked = asked;
    h.step();
    EXPECT_EQ(h.journal().holder, "a")
        << "the order was carried out after that word, or not at all";
    EXPECT_FALSE(h.d.restore.contains("a")) << "it would be switched off and on for ever";
}

TEST(Power, WithFencingOffNoDeviceIsAskedAndNoneBelieved) {
    Lost h("off");
    EXPECT_TRUE(h.d.fence.empty());
    h.confirm();
    h.live(Millis{5000}, "a");
    EXPECT_EQ(h.journal().holder, "a");
}

TEST(Power, RequiredMeansNoFailoverWithoutAConfirmedOff) {
    Lost h("required");
    EXPECT_TRUE(h.d.fence.contains("a"));
    h.live(Millis{300000}, "a");
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_FALSE(h.moving()) << "an operator can still order one";
    h.confirm();
    h.live(Millis{3000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, RequiredWithoutADeviceMovesNothingByItself) {
    Lost h("required", "");
    h.live(Millis{300000}, "a");
    EXPECT_EQ(h.journal().holder, "a");
    EXPECT_TRUE(h.d.fence.empty());
    h.command(OperatorCommand::Verb::failover, "b");
    h.live(Millis{30000}, "a");
    EXPECT_EQ(h.journal().holder, "b") << "an operator vouches, and the hold-down is over";
}

TEST(Power, RequiredHoldsWhenAPlannedMoveLosesTheOldNode) {
    House h;
    h.config.fencing = "required";
    h.config.nodes.front().fence.driver = "exec";
    h.settle();
    h.command(OperatorCommand::Verb::switchover, "b");
    ASSERT_EQ(h.phase(), MovePhase::draining);
    h.live(Millis{300000}, "a");
    EXPECT_EQ(h.journal().holder, "a") << "it may be on the air";
    EXPECT_FALSE(h.moving()) << "an operator can order a failover";
    h.command(OperatorCommand::Verb::failover, "b");
    h.live(Millis{30000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, RequiredHoldsForTheWayBackOfADrill) {
    House h{"a", "b"};
    h.config.fencing = "required";
    h.config.nodes.back().fence.driver = "exec";
    h.settle();
    h.live(Millis{30000});
    h.command(OperatorCommand::Verb::drill, "b");
    h.fenced("a", NodeState::standby);
    h.live(Millis{3000});
    ASSERT_EQ(h.journal().holder, "b");
    h.live(Millis{40000}, "b");
    ASSERT_EQ(h.journal().holder, "b") << "it was granted the role and fell silent";
    EXPECT_TRUE(h.d.fence.contains("b"));
    says_off(h, "b", h.journal().epoch);
    h.live(Millis{3000}, "b");
    EXPECT_EQ(h.journal().holder, "a");
}

/// A planned move to "b" is under way when its holder falls silent.
TEST(Power, RequiredMeansThatNoPlannedMoveGoesOnWithoutAConfirmedOff) {
    House h;
    h.config.fencing = "required";
    h.config.nodes.front().fence.driver = "exec";
    h.settle();
    h.command(OperatorCommand::Verb::switchover, "b");
    h.live(h.config.timing.hold_down + Millis{10000}, "a");
    EXPECT_EQ(h.journal().holder, "a") << "who ordered it vouches for nobody";
    EXPECT_TRUE(h.d.fence.contains("a"));
    says_off(h, "a", 5);
    h.live(Millis{3000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, AWordFromANodeAfterItWasSwitchedOffProvesTheWrongOutlet) {
    Lost h("automatic");
    h.confirm();
    h.pass(Millis{10});
    h.hear("a");
    h.view("a").gone = true;
    h.live(Millis{10000}, "a");
    EXPECT_EQ(h.journal().holder, "a") << "the confirmation is worth nothing";
    EXPECT_TRUE(h.d.fence.contains("a")) << "and it is asked again";
}

TEST(Power, AnOffOfAnFormerEpochIsNotBelieved) {
    Lost h("automatic");
    says_off(h, "a", 4);
    h.live(Millis{5000}, "a");
    EXPECT_EQ(h.journal().holder, "a");
}

TEST(Power, AnOffOfAnEarlierSessionIsAskedForAgain) {
    Lost h("required");
    h.confirm();
    h.pass(Millis{10});
    h.s.since = h.s.now;
    h.live(h.config.timing.hold_down * 2, "a");
    EXPECT_EQ(h.journal().holder, "a") << "somebody may have switched it on meanwhile";
    EXPECT_TRUE(h.d.fence.contains("a"));
    h.confirm();
    h.live(Millis{3000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, AHolderThatReportsIsNeverSwitchedOff) {
    House h;
    h.config.fencing = "required";
    h.config.nodes.front().fence.driver = "exec";
    h.settle();
    h.s.bridge = BridgeState::offline;
    h.report("a").state = NodeState::fault;
    h.live(Millis{120000});
    EXPECT_TRUE(h.d.fence.empty());
    h.command(OperatorCommand::Verb::failover, "b");
    h.live(Millis{60000});
    EXPECT_TRUE(h.d.fence.empty());
}

TEST(Power, PowerComesBackOnceTheRoleIsElsewhere) {
    Lost h("automatic");
    h.confirm();
    h.live(Millis{2000}, "a");
    ASSERT_EQ(h.journal().holder, "b");
    EXPECT_TRUE(h.d.restore.empty()) << "not during the move";
    h.active("b", 6);
    h.s.bridge = BridgeState::online;
    h.live(Millis{3000}, "a");
    ASSERT_FALSE(h.moving());
    EXPECT_TRUE(h.d.restore.contains("a"));
    h.view("a").power_back = true;
    h.view("a").fenced_off = 0;
    h.step();
    EXPECT_TRUE(has_event(h.d, EventKind::power_restored));
    EXPECT_TRUE(h.journal().unpowered.empty());
}

TEST(Power, WhenTheNextHolderIsLostTooTheFirstOneGetsItsPowerBack) {
    Lost h("automatic");
    h.report("c").ready = false;
    h.confirm();
    h.live(Millis{2000}, "a");
    ASSERT_EQ(h.journal().holder, "b");
    for (int second = 0; second < 60; ++second) {
        h.pass(Millis{1000});
        h.hear("c");
        h.step();
    }
    EXPECT_FALSE(h.moving());
    EXPECT_EQ(h.journal().holder, "b") << "nobody else can take over";
    EXPECT_TRUE(h.d.restore.contains("a")) << "or both stayed off for ever";
    EXPECT_FALSE(h.d.restore.contains("b"));
}

/// Told to be off, it may be off though nobody waited for its device any more. And nobody takes
/// over for one of several reasons.
TEST(Power, AHolderThatWasSwitchedOffForNothingGetsItsPowerBackOnceNoLeaseIsLeft) {
    const std::vector<std::function<void(House&)>> reasons{
        [](House& h) { h.report("b").ready = h.report("c").ready = false; },
        [](House& h) { h.command(OperatorCommand::Verb::pause, ""); },
        [](House& h) {  // the broker's word was lost
            h.view("a").gone = false;
            h.s.bridge = BridgeState::unknown;
        },
    };
    for (const auto& reason : reasons) {
        Lost h("required");
        ASSERT_TRUE(h.journal().unpowered.contains("a"));
        reason(h);
        while (h.s.now + Millis{1000} < h.hold_down_over()) {
            h.live(Millis{1000}, "a");
            ASSERT_FALSE(h.d.restore.contains("a")) << "it may have a lease";
        }
        h.live(Millis{4000}, "a");
        EXPECT_TRUE(h.d.restore.contains("a")) << "or it stayed off for ever";
        EXPECT_EQ(h.journal().holder, "a");
        EXPECT_FALSE(h.journal().released) << "only its own word ends the epoch";
    }
}

/// Its device has said "off", and nobody is ready to take over.
struct Dark : Lost {
    Dark() : Lost("required") {
        others_ready(false);
        confirm();
        live(Millis{1000}, "a");
    }
    void others_ready(bool ready) { report("b").ready = report("c").ready = ready; }
};

TEST(Power, AConfirmedOffEndsTheEpochThoughNobodyCanTakeOverYet) {
    Dark h;
    EXPECT_TRUE(h.journal().released);
    EXPECT_TRUE(h.d.restore.contains("a")) << "it may be the only one that gets ready";
    h.view("a").fenced_off = 0;  // as when its device is told "on", and does not answer
    h.others_ready(true);
    h.live(h.config.timing.hold_down, "a");
    EXPECT_EQ(h.journal().holder, "b") << "once was enough";
}

/// The outlet switched something else, or the holder was frozen: it speaks, and is not silent.
TEST(Power, AHolderThatSpeaksBeforeAnybodyWasGrantedAnythingKeepsItsEpoch) {
    Dark h;
    ASSERT_TRUE(h.journal().released);
    auto& a = h.report("a");
    a.state = NodeState::fault;
    a.fault = "the dongle does not obey";
    h.pass(Millis{10});
    h.hear_all();
    h.step();
    EXPECT_FALSE(h.journal().released);
    EXPECT_TRUE(has_event(h.d, EventKind::fence_failed));
    h.others_ready(true);
    h.live(Millis{120000});
    EXPECT_EQ(h.journal().holder, "a") << "a coordinator may be on the air there";
    h.fenced("a", NodeState::standby);
    h.live(Millis{30000});
    EXPECT_NE(h.journal().epoch, 5u) << "its own word ends it";
}

TEST(Power, ADecisionThatEndsAMoveGivesNoPower) {
    House h;
    h.config.fencing = "required";
    h.config.nodes.front().fence.driver = "exec";
    h.settle();
    h.s.bridge = BridgeState::offline;
    h.command(OperatorCommand::Verb::switchover, "b");
    const auto end = h.s.now + 5 * h.config.timing.hold_down;
    bool ended = false;
    while (h.s.now < end) {
        h.view("a").gone = true;
        h.live(Millis{500}, "a");
        ended = ended || !h.moving();
        ASSERT_TRUE(h.d.restore.empty()) << "the next one wants it off again";
    }
    EXPECT_TRUE(ended);
}

TEST(Power, AHolderThatIsToBeSwitchedOffGetsNoPower) {
    Lost h("required");
    h.live(2 * h.config.timing.hold_down, "a");
    EXPECT_TRUE(h.d.fence.contains("a"));
    EXPECT_TRUE(h.d.restore.empty());
}

/// The device did not confirm "off", and may still do it.
TEST(Power, AHostThatReportsAgainHasPowerWhenItsDeviceSaysSo) {
    Lost h("automatic");
    ASSERT_TRUE(h.journal().unpowered.contains("a"));
    h.fenced("a", NodeState::fault);
    h.live(Millis{1000});
    EXPECT_TRUE(h.journal().unpowered.contains("a"));
    h.active("b", 6);
    h.s.bridge = BridgeState::online;
    h.live(Millis{3000});
    ASSERT_FALSE(h.moving());
    EXPECT_TRUE(h.d.restore.contains("a"));
    h.view("a").power_back = true;
    h.step();
    EXPECT_TRUE(h.journal().unpowered.empty());
}

/// It was heard while its device was busy switching it off.
TEST(Power, AHolderThatHasJustBeenSwitchedOffIsNotGivenPowerForAnOlderWord) {
    Lost h("automatic");
    h.hear("a");
    h.pass(Millis{10});
    h.confirm();
    h.step();
    EXPECT_FALSE(h.d.restore.contains("a"));
    h.live(Millis{9000}, "a");
    EXPECT_EQ(h.journal().holder, "b");
}

TEST(Power, ADongleAloneGetsItsPowerOnlyUnderAnAgentThatReports) {
    Lost h("automatic", "uhubctl", "dongle");
    h.confirm();
    h.live(Millis{2000}, "a");
    h.active("b", 6);
    h.s.bridge = BridgeState::online;
    h.live(Millis{5000}, "a");
    EXPECT_TRUE(h.d.restore.empty());
    h.fenced("a", NodeState::fault);
    h.step();
    EXPECT_TRUE(h.d.restore.contains("a"));
}

TEST(Power, AnAnswerOnAnotherPathIsToldAndChangesNothing) {
    for (const auto probe : {Probe::answers, Probe::silent}) {
        Lost h("off");
        h.view("a").probe = probe;
        h.step();
        EXPECT_EQ(has_event(h.d, EventKind::path_down), probe == Probe::answers);
        while (h.s.now + Millis{1000} < h.hold_down_over()) {
            h.live(Millis{1000}, "a");
            ASSERT_EQ(h.journal().holder, "a");
        }
        h.live(Millis{4000}, "a");
        EXPECT_EQ(h.journal().holder, "b");
    }
}

}  // namespace
}  // namespace zha
