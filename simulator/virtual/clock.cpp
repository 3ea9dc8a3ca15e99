#include "simulator/virtual/clock.hpp"

#include <algorithm>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <cmath>

namespace zha::sim {

namespace {

constexpr WallSeconds kWallAtStart = 1750000000;

template <class Handler>
class HandlerSleeper final : public VirtualTime::Sleeper {
  public:
    HandlerSleeper(Handler&& handler, bool& due) : handler_(std::move(handler)), due_(due) {}
    void wake() override {
        asio::get_associated_cancellation_slot(handler_).clear();
        due_ = true;
        std::move(handler_)();
    }
    void cancel() override {
        // Not from within whoever cancels.
        auto executor = asio::get_associated_executor(handler_);
        asio::post(executor, std::move(handler_));
    }

  private:
    Handler handler_;
    bool& due_;
};

}  // namespace

std::uint64_t VirtualTime::sleep(const asio::execution_context& context, Micros delay,
                                 std::unique_ptr<Sleeper> sleeper) {
    const auto id = ++next_sleeper_;
    const auto alarm = schedule_.after(delay, [this, id] { due(id); });
    sleepers_.push_back({id, &context, std::move(sleeper), alarm});
    return id;
}

VirtualTime::Sleepers::iterator VirtualTime::find(std::uint64_t id) {
    const auto it = std::lower_bound(sleepers_.begin(), sleepers_.end(), id,
                                     [](const Waiting& w, std::uint64_t i) { return w.id < i; });
    return it == sleepers_.end() || it->id == id ? it : sleepers_.end();
}

void VirtualTime::rouse(std::uint64_t id) {
    const auto it = find(id);
    if (it == sleepers_.end()) return;
    schedule_.cancel(it->alarm);
    const auto sleeper = std::move(it->sleeper);
    sleepers_.erase(it);
    sleeper->cancel();
}

void VirtualTime::due(std::uint64_t id) {
    const auto it = find(id);
    if (frozen_.contains(it->context)) {
        it->overdue = overslept_ = true;
        return;
    }
    const auto sleeper = std::move(it->sleeper);
    sleepers_.erase(it);
    sleeper->wake();
}

void VirtualTime::thaw(asio::execution_context& loop) {
    frozen_.erase(&loop);
    for (auto& waiting : sleepers_) {
        if (waiting.context != &loop || !std::exchange(waiting.overdue, false)) continue;
        const auto whose = waiting.id;
        waiting.alarm = schedule_.after(Micros{0}, [this, whose] { due(whose); });
    }
}

void VirtualTime::forget(asio::execution_context& loop) {
    std::erase_if(driven_, [&](const Driven& d) { return d.context == &loop; });
    frozen_.erase(&loop);
    // What a dying coroutine's frame destroys may itself look at the sleepers: take them out first.
    std::vector<std::unique_ptr<Sleeper>> ended;
    std::erase_if(sleepers_, [&](Waiting& waiting) {
        if (waiting.context != &loop) return false;
        schedule_.cancel(waiting.alarm);
        ended.push_back(std::move(waiting.sleeper));
        return true;
    });
}

void VirtualTime::run_dry() {
    for (bool ran = true; ran;) {
        ran = false;
        // By index: what runs may bring another loop, and none is taken away meanwhile.
        for (std::size_t i = 0; i < driven_.size(); ++i) ran = driven_[i].run() || ran;
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

Micros VirtualClock::until(Time deadline) const {
    auto at = deadline;
    if (grain_ > Millis{0}) {
        // Not all in the same instant: what sleeps for another span wakes at another phase.
        const Millis phase{(deadline - now()).count() * 37 % grain_.count()};
        at = Millis{((deadline + phase).count() / grain_.count() + 1) * grain_.count()} - phase;
    }
    const auto left = std::max(at - now(), Millis{0});
    const auto exact = static_cast<double>(left.count()) * 1000.0 / rate_;
    const Micros whole{static_cast<Micros::rep>(exact)};
    return static_cast<double>(whole.count()) < exact ? whole + Micros{1} : whole;
}

Task<bool> VirtualClock::sleep_until(Time deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto& context = asio::query(executor, asio::execution::context);
    bool due = false;
    do {
        due = false;
        const auto span = until(deadline);
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            [this, span, &context, &due](auto handler) {
                using Held = HandlerSleeper<decltype(handler)>;
                auto slot = asio::get_associated_cancellation_slot(handler);
                const auto id =
                    time_.sleep(context, span, std::make_unique<Held>(std::move(handler), due));
                if (slot.is_connected())
                    slot.assign([this, id](asio::cancellation_type) { time_.rouse(id); });
            },
            asio::use_awaitable);
    } while (due && now() < deadline);
    co_return due;
}

}  // namespace zha::sim
