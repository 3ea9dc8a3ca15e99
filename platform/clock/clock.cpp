#include "platform/clock/clock.hpp"

#include <time.h>

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace zha {

namespace {

/// asio's timers stand still while the host is suspended, our time does not: looking again this
/// often bounds how late a deadline is noticed after a resume.
constexpr Millis kLookAgain{1000};

}  // namespace

Time RealClock::now() const {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return std::chrono::duration_cast<Millis>(std::chrono::seconds(ts.tv_sec) +
                                              std::chrono::nanoseconds(ts.tv_nsec));
}

WallSeconds RealClock::wall() const {
    timespec ts{};
    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec;
}

std::int64_t local_offset(WallSeconds at) {
    const time_t instant = at;
    tm local{};
    // localtime_r() need not look at TZ and /etc/localtime by itself; tzset() does, cheaply.
    tzset();
    return localtime_r(&instant, &local) == nullptr ? 0 : local.tm_gmtoff;
}

Task<bool> RealClock::sleep_until(Time deadline) {
    asio::steady_timer timer(executor_);
    do {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return false;
        timer.expires_after(std::clamp(deadline - now(), Millis{0}, kLookAgain));
        asio::error_code error;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return false;
    } while (now() < deadline);
    co_return true;
}

}  // namespace zha
