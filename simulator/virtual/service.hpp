// What: a Service without a process: what the init system of one host would do.
// Why: tests let zigbee2mqtt die, hang and take its time on command.
// Contract: as Service. It belongs to the host, so it outlives an agent; the handler of a dead
//      agent is cleared with forget(). `began` and `ended` tell the world what the process is.
#pragma once

#include "platform/service/service.hpp"
#include "simulator/virtual/clock.hpp"

namespace zha::sim {

class VirtualService final : public Service {
  public:
    VirtualService(VirtualTime& time, Clock& clock) : time_(time), clock_(clock) {}

    Task<Status> start(Time deadline) override;
    Task<Status> stop(Time deadline) override;
    Task<Status> kill(Time deadline) override;
    Task<Result<ServiceStatus>> status(Time deadline) override;
    void on_exit(std::function<void(const ServiceStatus&)> handler) override;
    void forget() { on_exit_ = nullptr; }

    /// It dies by itself, now.
    void die(int exit_code = 1);
    bool running() const { return running_; }

    Millis start_time{300};  ///< until the process runs
    Millis stop_time{2000};  ///< of a graceful stop
    bool broken = false;     ///< does not start
    bool immortal = false;   ///< no signal ends it
    unsigned starts = 0;
    std::function<void()> began;
    std::function<void()> ended;

  private:
    void end(int exit_code);
    Task<Status> end_after(Millis span, Time deadline);

    VirtualTime& time_;
    Clock& clock_;
    std::function<void(const ServiceStatus&)> on_exit_;
    bool running_ = false;
    int exit_code_ = -1;
};

}  // namespace zha::sim
