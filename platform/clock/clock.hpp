// What: the Clock seam: monotonic boot time, wall time for people, and waiting.
// Why: daemons run on RealClock, simulations on a virtual one; nobody else asks for the time.
// Contract: now() never goes back and counts suspended time; sleep_until() returns false when
//      cancelled. One thread.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include "core/types.hpp"

namespace zha {

template <class T>
using Task = asio::awaitable<T>;

class Clock {
  public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
    virtual WallSeconds wall() const = 0;
    virtual Task<bool> sleep_until(Time deadline) = 0;
    Task<bool> sleep_for(Millis d) { return sleep_until(now() + d); }
};

/// Seconds that the local time of this host is ahead of UTC at that instant.
std::int64_t local_offset(WallSeconds at);

/// CLOCK_BOOTTIME and asio timers on the given executor.
class RealClock final : public Clock {
  public:
    explicit RealClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    Time now() const override;
    WallSeconds wall() const override;
    Task<bool> sleep_until(Time deadline) override;

  private:
    asio::any_io_executor executor_;
};

}  // namespace zha
