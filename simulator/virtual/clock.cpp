#include "simulator/virtual/clock.hpp"

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <cmath>

namespace zha::sim {

namespace {

constexpr WallSeconds kWallAtStart = 1750000000;

/// Takes a sleeper off the timeline, also when its coroutine is destroyed.
struct Alarm {
    VirtualTime& time;
    Schedule::Handle handle;
    ~Alarm() { time.cancel(handle); }
};

}  // namespace

Schedule::Handle VirtualTime::after(Micros delay, std::function<void()> callback) {
    return schedule_.after(delay, [this, callback = std::move(callback)] {
        callback();
        run_dry();
    });
}

void VirtualTime::run_dry() {
    for (bool ran = true; ran;) {
        ran = false;
        // By index: what runs may bring another context, and none is taken away meanwhile.
        for (std::size_t i = 0; i < contexts_.size(); ++i) {
            contexts_[i]->restart();
            ran = contexts_[i]->poll() > 0 || ran;
        }
    }
    if (look_) look_();
}

void VirtualTime::advance(Millis span) {
    run_dry();
    schedule_.advance(span);
}

bool VirtualTime::advance_until(const std::function<bool()>& done, Millis limit) {
    run_dry();
    return schedule_.advance_until(done, limit);
}

Time VirtualClock::now() const {
    const auto own = static_cast<double>(time_.elapsed().count()) * rate_;
    return offset_ + Millis{static_cast<Millis::rep>(own / 1000.0)};
}

WallSeconds VirtualClock::wall() const {
    return kWallAtStart + time_.elapsed().count() / 1000000;
}

Task<bool> VirtualClock::sleep_until(Time deadline) {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    bool due = false;
    do {
        const auto left = std::max(deadline - now(), Millis{0});
        const auto span =
            Micros{std::llround(std::ceil(static_cast<double>(left.count()) * 1000.0 / rate_))};
        due = false;
        const Alarm alarm{time_, time_.after(span, [&] {
                              due = true;
                              timer.cancel();
                          })};
        asio::error_code error;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    } while (due && now() < deadline);
    co_return due;
}

}  // namespace zha::sim
