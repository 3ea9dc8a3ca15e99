#include "platform/clock/clock.hpp"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <ctime>

namespace zha {

namespace {

/// A timer may fire late after the host was suspended, never by more than this.
constexpr Millis kLongestSleep{1000};

}  // namespace

Time RealClock::now() const {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return std::chrono::duration_cast<Millis>(std::chrono::seconds(t.tv_sec) +
                                              std::chrono::nanoseconds(t.tv_nsec));
}

WallSeconds RealClock::wall() const {
    return std::time(nullptr);
}

Task<bool> RealClock::sleep_until(Time deadline) {
    // The timer runs on the monotonic clock, which stops while the host is suspended; short naps
    // keep the boot-time deadline.
    asio::steady_timer timer(executor_);
    for (;;) {
        const auto left = deadline - now();
        if (left <= Millis{0}) co_return true;
        timer.expires_after(std::min(left, kLongestSleep));
        asio::error_code error;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
    }
}

}  // namespace zha
