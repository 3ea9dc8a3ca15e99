// What: an outlet that can be switched, the controller's hold on it, and a second path to a host.
// Why: what a controller makes of a fence device's word has to be seen at the radio that it cuts.
// Contract: orders are carried out one after the other, in the order in which they came, also when
//      nobody waits for the answer any more. It never says what is not so: "off" is asked after the
//      order and is the state of that moment. VirtualFence and VirtualProbe are one controller's.
#pragma once

#include <functional>

#include "platform/fence/fence_device.hpp"
#include "platform/probe/host_probe.hpp"
#include "simulator/virtual/clock.hpp"

namespace zha::sim {

struct VirtualOutlet {
    explicit VirtualOutlet(VirtualTime& t) : time(t) {}

    enum class Trouble {
        none,
        refuses,  ///< says no, and nothing happens
        dead,     ///< answers nothing, and nothing happens
        slow,     ///< does it, much later
        breaks,   ///< does it, and its answer is lost
    };

    /// By an order that has arrived, or by hand.
    void turn(bool to);
    /// Is carried out after what was ordered before.
    void order(bool to);

    VirtualTime& time;
    bool on = true;
    bool by_order = false;  ///< the last one to switch it was a controller
    Trouble trouble = Trouble::none;
    Millis takes{300};
    Millis late{0};  ///< slow: on top of that
    unsigned orders = 0;
    std::function<void(bool)> turned;

  private:
    Micros free_at_{0};
};

class VirtualFence final : public FenceDevice {
  public:
    /// `dead`: the controller's host has lost its power in this instant, and tells nobody anything.
    VirtualFence(VirtualOutlet& outlet, Clock& clock, std::function<bool()> dead)
        : outlet_(outlet), clock_(clock), dead_(std::move(dead)) {}

    Task<Status> off(Time deadline) override { return switch_to(false, deadline); }
    Task<Status> on(Time deadline) override { return switch_to(true, deadline); }
    Task<Result<bool>> state(Time deadline) override;

  private:
    Task<Status> switch_to(bool to, Time deadline);
    Task<Status> silence(Time deadline);

    VirtualOutlet& outlet_;
    Clock& clock_;
    std::function<bool()> dead_;
};

/// What is answered, and after how long.
struct VirtualPath {
    std::function<bool()> there;  ///< in truth
    Millis takes{100};
    bool lies = false;
    bool silent = false;
};

class VirtualProbe final : public HostProbe {
  public:
    VirtualProbe(VirtualPath& path, Clock& clock) : path_(path), clock_(clock) {}
    Task<bool> answers(Time deadline) override;

  private:
    VirtualPath& path_;
    Clock& clock_;
};

}  // namespace zha::sim
