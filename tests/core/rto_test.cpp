#include "core/rto.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/lease.hpp"
#include "core/limits.hpp"

namespace zha {
namespace {

RtoClass of(const Config& config, const std::string& key) {
    for (auto& c : rto_classes(config))
        if (c.key == key) return c;
    ADD_FAILURE() << "no class " << key;
    return {};
}

TEST(Rto, EveryClassSaysWhoActsAndHasAKeyOfItsOwn) {
    const auto all = rto_classes(Config{});
    for (const auto& c : all) {
        EXPECT_FALSE(c.note.empty()) << c.key;
        EXPECT_EQ(std::count_if(all.begin(), all.end(),
                                [&](const RtoClass& other) { return other.key == c.key; }),
                  1)
            << c.key;
    }
    for (const auto* key : {"planned", "service_restart", "service_failover", "dongle_pulled",
                            "agent_killed", "host_lost", "host_frozen", "partition",
                            "controller_lost", "broker_short", "broker_long"})
        EXPECT_TRUE(of(Config{}, key).worst()) << key;
}

TEST(Rto, ALostHostCostsTheHoldDownAndAPromotion) {
    Config config;
    const auto& t = config.timing;
    EXPECT_EQ(of(config, "host_lost").worst(), t.hold_down + t.heartbeat + t.promote_timeout);
    config.timing.fall = 100;  // it is noticed later than its lease is over
    EXPECT_EQ(of(config, "host_lost").worst(), t.heartbeat * 100 + t.heartbeat + t.promote_timeout);
}

TEST(Rto, EveryRestartInPlaceLengthensAFailover) {
    Config config;
    const auto one = *of(config, "service_failover").worst();
    config.timing.local_restarts = 3;
    EXPECT_EQ(*of(config, "service_failover").worst() - one,
              2 * (config.timing.start_timeout + kServiceAge + kServiceAnswerMost));
}

TEST(Rto, NoClassOfAFailoverIsBelowTheBoundOfTheLease) {
    // worst_rto() counts from the moment in which the failure is seen.
    const Config config;
    const auto seen = *of(config, "service_failover").worst() -
                      2 * (kServiceAge + kServiceAnswerMost) - config.timing.heartbeat;
    EXPECT_EQ(seen, worst_rto(config.timing));
}

TEST(Rto, WithoutAutomaticFailoverNobodyPromisesAnything) {
    Config config;
    config.controller.automatic_failover = false;
    EXPECT_FALSE(of(config, "host_lost").worst());
    EXPECT_TRUE(of(config, "planned").worst());
    EXPECT_TRUE(of(config, "service_restart").worst());
}

TEST(Rto, RequiredFencingHasNoBoundWithoutTheDevice) {
    Config config;
    config.fencing = "required";
    EXPECT_FALSE(of(config, "host_lost").worst());
    EXPECT_FALSE(of(config, "planned_rollback").worst());
    EXPECT_NE(of(config, "partition").note.find("required"), std::string::npos);
}

TEST(Rto, AHungDongleIsNoticedByThePings) {
    Config config;
    const auto& t = config.timing;
    const auto noticed = t.ping + 3 * kDongleAnswerMost + t.fence;
    EXPECT_EQ(of(config, "dongle_hangs").worst(), noticed + t.start_timeout);
    config.timing.local_restarts = 0;
    EXPECT_GT(of(config, "dongle_hangs").worst(), noticed + t.promote_timeout);
    config.timing.ping_fall = 0;
    EXPECT_FALSE(of(config, "dongle_hangs").worst());
}

TEST(Rto, ALostControllerCostsNothingUnderHoldAndEverythingUnderFence) {
    Config config;
    EXPECT_EQ(of(config, "controller_lost").worst(), Millis{0});
    config.on_controller_loss = "fence";
    EXPECT_FALSE(of(config, "controller_lost").worst());
    config.controller.spare.emplace();
    EXPECT_EQ(of(config, "controller_lost").worst(), Millis{0});
}

TEST(Rto, UnderFenceASpareControllerHasToRenewWithinTheLease) {
    Config config;
    config.on_controller_loss = "fence";
    EXPECT_TRUE(check_takeover(config)) << "there is no spare one";
    config.controller.spare.emplace();
    EXPECT_TRUE(check_takeover(config)) << "by itself it waits no longer than that";
    config.controller.spare->takeover_after = Millis{2307};
    EXPECT_TRUE(check_takeover(config));
    config.controller.spare->takeover_after = Millis{2308};
    const auto refused = check_takeover(config);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("at most 2307ms"), std::string::npos)
        << refused.error().message;
    config.on_controller_loss = "hold";
    EXPECT_TRUE(check_takeover(config));
}

TEST(Rto, AShortLeaseLeavesASpareControllerNoRoom) {
    Config config;
    config.on_controller_loss = "fence";
    config.controller.spare.emplace();
    config.timing.lease = Millis{3000};
    const auto refused = check_takeover(config);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("lengthen timing.lease"), std::string::npos);
}

}  // namespace
}  // namespace zha
