// What: the simulator's schedule on an asio event loop, in real time.
// Why: the same firmware and air run in virtual time in tests and in real time here.
// Contract: one thread, the one that runs the io_context. Order as in simulator/schedule.hpp.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <map>
#include <unordered_map>

#include "simulator/schedule.hpp"

namespace zha::sim {

class AsioSchedule final : public Schedule {
  public:
    explicit AsioSchedule(asio::io_context& io);
    Micros now() const override;
    Handle after(Micros delay, std::function<void()> callback) override;
    void cancel(Handle handle) override;

  private:
    using Due = std::pair<Micros, Handle>;
    void arm();
    void run_due();
    asio::steady_timer timer_;
    std::chrono::steady_clock::time_point began_;
    std::map<Due, std::function<void()>> queue_;
    std::unordered_map<Handle, Micros> due_;
    Handle next_ = 1;
};

}  // namespace zha::sim
