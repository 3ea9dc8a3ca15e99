#include "core/lease.hpp"

#include "core/limits.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace zha {
namespace {

TEST(Lease, DefaultTimingHolds) {
    const auto status = check_timing(Timing{});
    EXPECT_TRUE(status) << status.error().message;
}

TEST(Lease, HoldDownCoversTheSlowestHolderOnTheFastestClock) {
    Timing t;
    t.lease = Millis{15000};
    t.fence = Millis{6000};
    t.drift = 0.01;  // 1.01 * (15000 / 0.99 + 6000) = 21363.03, and one for reading whole ones
    EXPECT_EQ(required_hold_down(t), Millis{21365});
}

TEST(Lease, WithoutDriftHoldDownIsLeaseAndFenceAndOneReading) {
    Timing t;
    t.drift = 0;
    EXPECT_EQ(required_hold_down(t), t.lease + t.fence + Millis{1});
}

TEST(Lease, OneMillisecondTooShortIsRefusedWithTheRequiredValue) {
    Timing t;
    t.hold_down = required_hold_down(t);
    EXPECT_TRUE(check_timing(t));
    t.hold_down -= Millis{1};
    const auto status = check_timing(t);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message.rfind("hold_down: ", 0), 0u);
    EXPECT_NE(status.error().message.find(" 21365ms "), std::string::npos);
}

TEST(Lease, LeaseMustOutliveLostReports) {
    Timing t;
    t.heartbeat = t.lease / 2;
    const auto status = check_timing(t);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message.rfind("lease: ", 0), 0u);
}

TEST(Lease, DriftOutOfRangeIsRefusedBeforeItIsDividedBy) {
    for (const double drift : {-0.01, 0.5, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
        Timing t;
        t.drift = drift;
        const auto status = check_timing(t);
        ASSERT_FALSE(status) << drift;
        EXPECT_EQ(status.error().message.rfind("drift: ", 0), 0u);
    }
}

TEST(Lease, ZeroAndEndlessDurationsAreRefused) {
    Timing t;
    t.fence = Millis{0};
    EXPECT_FALSE(check_timing(t));
    t.fence = Millis::max();
    EXPECT_FALSE(check_timing(t));
}

TEST(Lease, PromotionContainsTheStart) {
    Timing t;
    t.promote_timeout = t.start_timeout - Millis{1};
    EXPECT_FALSE(check_timing(t));
}

TEST(Lease, WorstGapIsTheSlowerWayPlusPromotion) {
    Timing t;
    t.local_restarts = 0;  // host lost is slower: W
    const auto hand_over = kSettleMost + kStageMost + t.heartbeat + t.promote_timeout;
    EXPECT_EQ(worst_rto(t), t.start_timeout * t.local_restarts + t.fence + hand_over);
    t.hold_down = Millis{3600000};  // now waiting for a lost host is what takes longest
    EXPECT_EQ(worst_rto(t), t.hold_down + t.heartbeat + t.promote_timeout);
}

}  // namespace
}  // namespace zha
