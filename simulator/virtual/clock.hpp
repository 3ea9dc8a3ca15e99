// What: one timeline that moves only when it is told to, and the clocks of the hosts on it.
// Why: what the daemons do within hours is tested within a second, the same every time.
// Contract: one thread. The daemons' loops are driven by VirtualTime: all of them run dry
//      between any two instants. Sleepers wake one at a time, by due time, then by age. forget()
//      ends the sleepers of a loop like the death of a process; destroy it afterwards.
#pragma once

#include <asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "platform/clock/clock.hpp"
#include "simulator/virtual/loop.hpp"
#include "simulator/virtual_schedule.hpp"

namespace zha::sim {

class VirtualTime {
  public:
    VirtualTime() {
        schedule_.after_each([this] {
            if (!std::exchange(overslept_, false)) run_dry();
        });
    }
    VirtualTime(const VirtualTime&) = delete;
    VirtualTime& operator=(const VirtualTime&) = delete;

    void drive(Loop& loop) {
        driven_.push_back({&loop, [&loop] { return loop.run(); }});
    }
    /// The same of one whose coroutines need more of asio than a Loop has.
    void drive(asio::io_context& io) {
        driven_.push_back({&io, [&io] {
                               io.restart();
                               return io.poll() > 0;
                           }});
    }
    void forget(asio::execution_context& loop);
    /// A process that does not run: who is due meanwhile wakes up at the thaw.
    void freeze(asio::execution_context& loop) { frozen_.insert(&loop); }
    void thaw(asio::execution_context& loop);

    Micros elapsed() const { return schedule_.now(); }
    Schedule::Handle after(Micros delay, std::function<void()> callback) {
        return schedule_.after(delay, std::move(callback));
    }
    void cancel(Schedule::Handle handle) { schedule_.cancel(handle); }

    void advance(Millis span);
    /// False: `done` did not come true within `limit`.
    bool advance_until(const std::function<bool()>& done, Millis limit);
    /// Called whenever everybody has run dry: a place to check what must always hold.
    void at_each_step(std::function<void()> look) { look_ = std::move(look); }

    /// A coroutine that waits for its time. Destroying it destroys the coroutine.
    class Sleeper {
      public:
        virtual ~Sleeper() = default;
        virtual void wake() = 0;
        virtual void cancel() = 0;
    };
    /// Wakes `sleeper`, which belongs to `context`, after `delay`.
    std::uint64_t sleep(const asio::execution_context& context, Micros delay,
                        std::unique_ptr<Sleeper> sleeper);
    /// It does not sleep on: nobody waits for it any more.
    void rouse(std::uint64_t id);

  private:
    struct Waiting {
        std::uint64_t id;
        const asio::execution_context* context;
        std::unique_ptr<Sleeper> sleeper;
        Schedule::Handle alarm = 0;
        bool overdue = false;  ///< due while frozen
    };
    using Sleepers = std::vector<Waiting>;
    Sleepers::iterator find(std::uint64_t id);
    void due(std::uint64_t id);
    void run_dry();

    VirtualSchedule schedule_;
    struct Driven {
        const asio::execution_context* context;
        std::function<bool()> run;  ///< false: nothing was to be done
    };
    std::deque<Driven> driven_;
    Sleepers sleepers_;  ///< by id, which is by age; they are few
    std::uint64_t next_sleeper_ = 0;
    std::set<const asio::execution_context*> frozen_;
    bool overslept_ = false;  ///< what was due was frozen: nothing has happened
    std::function<void()> look_;
};

/// The clock of one host: it began at `offset` and runs at `rate` of the true time. Its timers are
/// late by less than `grain`, as those of a busy host are; 0 = never late.
class VirtualClock final : public Clock {
  public:
    explicit VirtualClock(VirtualTime& time, Millis offset = Millis{1000000}, double rate = 1.0,
                          Millis grain = Millis{0})
        : time_(time), offset_(offset), rate_(rate), grain_(grain) {}
    Time now() const override;
    WallSeconds wall() const override;
    Task<bool> sleep_until(Time deadline) override;

  private:
    VirtualTime& time_;
    Micros until(Time deadline) const;

    Millis offset_;
    double rate_;
    Millis grain_;
};

}  // namespace zha::sim
