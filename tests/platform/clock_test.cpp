#include "platform/clock/clock.hpp"

#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/post.hpp>
#include <cstdlib>
#include <ctime>

#include "tests/platform/run.hpp"

namespace zha {
namespace {

using asio::experimental::awaitable_operators::operator||;

TEST(RealClock, SleepsAtLeastUntilTheDeadline) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    const Time deadline = clock.now() + Millis{30};
    EXPECT_TRUE(run(context, clock.sleep_until(deadline)));
    EXPECT_GE(clock.now(), deadline);
}

TEST(RealClock, DeadlineInThePastIsReachedAtOnce) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    EXPECT_TRUE(run(context, clock.sleep_until(Time{0})));
}

Task<bool> first_of(RealClock& clock) {
    const auto winner = co_await (clock.sleep_for(Millis{10}) || clock.sleep_for(Millis{50000}));
    co_return winner.index() == 0;
}

TEST(RealClock, CancelledSleepEndsEarly) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    const Time begin = clock.now();
    EXPECT_TRUE(run(context, first_of(clock)));
    EXPECT_LT(clock.now() - begin, Millis{40000});
}

Task<bool> sleep_and_note(RealClock& clock, std::optional<bool>& slept) {
    slept = co_await clock.sleep_for(Millis{50000});
    co_return true;
}

TEST(RealClock, CancelledSleepSaysSo) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    std::optional<bool> slept;
    asio::cancellation_signal cancel;
    asio::co_spawn(context, sleep_and_note(clock, slept),
                   asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr, bool) {}));
    asio::post(context, [&] { cancel.emit(asio::cancellation_type::terminal); });
    context.run_for(std::chrono::seconds(20));
    ASSERT_TRUE(slept);
    EXPECT_FALSE(*slept);
}

TEST(RealClock, WallTimeIsTheCalendars) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    EXPECT_NEAR(double(clock.wall()), double(std::time(nullptr)), 2.0);
}

TEST(LocalOffset, FollowsDaylightSavingOfTheHost) {
    ASSERT_EQ(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    EXPECT_EQ(local_offset(1'767'225'600), 3600) << "January 2026";
    EXPECT_EQ(local_offset(1'782'864'000), 7200) << "July 2026";
    ASSERT_EQ(setenv("TZ", "UTC", 1), 0);
    EXPECT_EQ(local_offset(1'782'864'000), 0);
}

}  // namespace
}  // namespace zha
