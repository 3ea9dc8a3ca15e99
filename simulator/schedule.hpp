// What: the simulator's clock and timers.
// Why: firmware and air never look at a clock themselves, so that they run in virtual time too.
// Contract: callbacks run on one thread, in order of due time, ties in order of scheduling.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace zha::sim {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;

class Schedule {
  public:
    virtual ~Schedule() = default;
    /// Time since the simulation began.
    virtual Micros now() const = 0;
    using Handle = std::uint64_t;
    virtual Handle after(Micros delay, std::function<void()> callback) = 0;
    virtual void cancel(Handle handle) = 0;
};

}  // namespace zha::sim
