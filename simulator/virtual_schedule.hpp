// What: a schedule whose time moves only when it is told to.
// Why: tests of the air and of devices run hours of simulated time at once, the same every time.
// Contract: one thread. Callbacks run inside advance(), at their due time, in the order of
// Schedule.
//      A callback may schedule and cancel others; what falls due within the span runs too.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "simulator/schedule.hpp"

namespace zha::sim {

class VirtualSchedule : public Schedule {
  public:
    Micros now() const override { return now_; }

    Handle after(Micros delay, std::function<void()> callback) override {
        std::size_t slot = slots_.size();
        if (free_.empty()) {
            slots_.emplace_back();
        } else {
            slot = free_.back();
            free_.pop_back();
        }
        const Handle handle = next_++ << kSlotBits | slot;
        slots_[slot] = {handle, std::move(callback)};
        queue_.push_back({now_ + std::max(delay, Micros{0}), handle});
        std::push_heap(queue_.begin(), queue_.end(), later);
        return handle;
    }

    void cancel(Handle handle) override {
        const auto slot = handle & kSlotMask;
        if (slot >= slots_.size() || slots_[slot].handle != handle) return;
        // Its place in the queue is dropped when its turn comes.
        (void)take(handle);
    }

    /// Runs everything that falls due within `span`, then stands at its end.
    void advance(Micros span) {
        const Micros end = now_ + span;
        while (due_by(end)) run_next();
        now_ = end;
    }

    /// Advances until `done`, at most by `limit`. False: it did not happen.
    bool advance_until(const std::function<bool()>& done, Micros limit) {
        const Micros end = now_ + limit;
        while (!done()) {
            if (!due_by(end)) {
                now_ = end;
                return done();
            }
            run_next();
        }
        return true;
    }

    /// Called after every callback.
    void after_each(std::function<void()> look) { look_ = std::move(look); }

    std::size_t pending() const { return slots_.size() - free_.size(); }

  private:
    static constexpr unsigned kSlotBits = 24;
    static constexpr Handle kSlotMask = (Handle{1} << kSlotBits) - 1;

    struct Place {
        Micros due;
        Handle handle;  ///< rises, so ties keep their order
    };
    /// Who waits; handle 0: nobody.
    struct Slot {
        Handle handle = 0;
        std::function<void()> callback;
    };

    static bool later(const Place& a, const Place& b) {
        return a.due != b.due ? a.due > b.due : a.handle > b.handle;
    }

    std::function<void()> take(Handle handle) {
        const auto index = static_cast<std::size_t>(handle & kSlotMask);
        auto& slot = slots_[index];
        slot.handle = 0;
        free_.push_back(index);
        return std::exchange(slot.callback, nullptr);
    }

    Handle pop() {
        const auto handle = queue_.front().handle;
        std::pop_heap(queue_.begin(), queue_.end(), later);
        queue_.pop_back();
        return handle;
    }

    /// Does anything fall due until then?
    bool due_by(Micros end) {
        while (!queue_.empty() && queue_.front().due <= end) {
            const auto handle = queue_.front().handle;
            if (slots_[handle & kSlotMask].handle == handle) return true;
            pop();
        }
        return false;
    }

    void run_next() {
        now_ = queue_.front().due;
        take(pop())();
        if (look_) look_();
    }

    Micros now_{0};
    Handle next_ = 1;
    std::vector<Place> queue_;  ///< a heap, the next one first
    std::vector<Slot> slots_;
    std::vector<std::size_t> free_;
    std::function<void()> look_;
};

}  // namespace zha::sim
