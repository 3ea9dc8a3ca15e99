// What: a ZNP dongle without a serial line: plugged or not, hung or not, on the air or not.
// Why: the agent's promises are about this thing's radio, so tests must see it as it truly is.
// Contract: the stick itself (VirtualStick) is one object for the whole test; VirtualDongle is one
//      agent's hold on it. The radio stays on when the service dies: only a reset or pulling the
//      plug ends it.
#pragma once

#include <functional>

#include "node-agent/dongle/dongle.hpp"
#include "simulator/virtual/clock.hpp"

namespace zha::sim {

struct VirtualStick {
    bool plugged = true;
    bool powered = true;             ///< by its hub or outlet
    bool hung = false;               ///< answers nothing, and a reset does not help
    bool defiant = false;            ///< stays on the air whatever resets it
    bool radio = false;              ///< as the air sees it; meaningless without power
    bool taken = false;              ///< the service holds the port
    bool break_writes = false;       ///< the next write fails in its middle
    std::function<void()> in_write;  ///< called once, in the middle of the next write
    bool break_late = false;         ///< ... at its very end: all but one item is there
    bool torn = false;               ///< a write was begun and not finished
    unsigned writes = 0;             ///< begun
    unsigned resets = 0;
    std::uint32_t firmware = 20240710;
    znp::Image image;
    /// All sticks in radio range, this one included; nobody: it hears nothing.
    const std::vector<VirtualStick*>* air = nullptr;
    bool deaf = false;     ///< its firmware does not scan
    unsigned listens = 0;  ///< scans of the air
    Millis scan_time{600};
    Millis reset_time{700};
    Millis read_time{3000};
    Millis write_time{4000};

    std::vector<HeardBeacon> beacons(std::uint8_t channel) const;
    bool there() const { return plugged && powered; }
    bool on_air() const { return there() && radio; }
    void unplug() { plugged = radio = taken = false; }
    /// With power it starts silent, as it was left in its flash.
    void power(bool on) {
        powered = on;
        if (!on) radio = taken = false;
    }
    void plug() { plugged = true; }
};

class VirtualDongle final : public Dongle {
  public:
    VirtualDongle(VirtualStick& stick, Clock& clock) : stick_(stick), clock_(clock) {}

    bool present() override { return stick_.there(); }
    Task<Result<DongleInfo>> open(Time deadline) override;
    void close() override { open_ = false; }
    Task<Result<DongleInfo>> fence(Time deadline) override;
    Task<Result<std::vector<HeardBeacon>>> listen(std::uint8_t channel, Time deadline) override;
    Task<Status> ping(Time deadline) override;
    Task<Result<znp::Image>> read(Time deadline) override;
    Task<Result<WriteReport>> write(const znp::Image& image, Time deadline) override;

  private:
    /// Takes `span`; an error when the stick is not there or does not answer until then.
    Task<Status> busy(Millis span, Time deadline);
    DongleInfo info() const;

    VirtualStick& stick_;
    Clock& clock_;
    bool open_ = false;
};

}  // namespace zha::sim
