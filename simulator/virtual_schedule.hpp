// What: a schedule whose time moves only when it is told to.
// Why: tests of the air and of devices run hours of simulated time at once, the same every time.
// Contract: one thread. Callbacks run inside advance(), at their due time, in the order of
// Schedule.
//      A callback may schedule and cancel others; what falls due within the span runs too.
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "simulator/schedule.hpp"

namespace zha::sim {

class VirtualSchedule : public Schedule {
  public:
    Micros now() const override { return now_; }

    Handle after(Micros delay, std::function<void()> callback) override {
        const Handle handle = next_++;
        const Micros due = now_ + std::max(delay, Micros{0});
        queue_.emplace(Place{due, handle}, std::move(callback));
        due_.emplace(handle, due);
        return handle;
    }

    void cancel(Handle handle) override {
        auto found = due_.find(handle);
        if (found == due_.end()) return;
        queue_.erase({found->second, handle});
        due_.erase(found);
    }

    /// Runs everything that falls due within `span`, then stands at its end.
    void advance(Micros span) {
        const Micros end = now_ + span;
        while (!queue_.empty() && queue_.begin()->first.first <= end) run_next();
        now_ = end;
    }

    /// Advances until `done`, at most by `limit`. False: it did not happen.
    bool advance_until(const std::function<bool()>& done, Micros limit) {
        const Micros end = now_ + limit;
        while (!done()) {
            if (queue_.empty() || queue_.begin()->first.first > end) {
                now_ = end;
                return done();
            }
            run_next();
        }
        return true;
    }

    std::size_t pending() const { return queue_.size(); }

  private:
    using Place = std::pair<Micros, Handle>;  ///< handles rise, so ties keep their order

    void run_next() {
        auto next = queue_.begin();
        now_ = next->first.first;
        auto callback = std::move(next->second);
        due_.erase(next->first.second);
        queue_.erase(next);
        callback();
    }

    Micros now_{0};
    Handle next_ = 1;
    std::map<Place, std::function<void()>> queue_;
    std::map<Handle, Micros> due_;
};

}  // namespace zha::sim
