// What: the guard of a simulated host: the real rules (node-agent/guard/watch_rules.hpp) on a
//      virtual clock. Why: what happens to a worker that dies or hangs must be what the product
//      does, not what somebody thought it does.
// Contract: look() after every event; a beat is taken for granted whenever the worker runs. Forks,
//      signals and the fencer's serial line are modelled: a fence takes kOpening and the dongle's
//      reset, and proves silence as RealDongle would.
#pragma once

#include "node-agent/guard/watch_rules.hpp"
#include "simulator/cluster/host.hpp"

namespace zha::sim {

class VirtualGuard {
  public:
    /// `guards`: false for an agent with --no-guard. `within`: of the watchdog; `bite`: it resets
    /// the host (empty: there is none).
    VirtualGuard(Host& host, bool guards, Millis within, std::function<void()> bite)
        : host_(host), guards_(guards), within_(within), bite_(std::move(bite)) {}

    /// zha-agent is started.
    void begin();
    /// The host has no power any more.
    void end();
    /// SIGKILL from somewhere; nobody fences then but us.
    void worker_killed();
    /// The worker's loop stands still for a while.
    void hang_worker(Millis length);
    void look();

  private:
    void act(Time now);
    void fence(Time now);
    void fenced(unsigned attempt, bool in_time);
    void watch_the_feeding(Time now);
    void tick();

    Host& host_;
    bool guards_;
    Millis within_;
    std::function<void()> bite_;
    guard::WatchRules rules_{guard::Limits(host_.world.config.timing)};
    std::uint64_t beats_ = 0;
    unsigned life_ = 0;  ///< of the guard; what was begun in another one is void
    unsigned attempt_ = 0;
    bool on_ = false;
    bool hung_ = false;
    bool fencing_ = false;
    bool unfed_ = false;
    bool ticking_ = false;
};

}  // namespace zha::sim
