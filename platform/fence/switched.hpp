// What: what all drivers have in common: say it, then ask until the device says so, too.
// Why: an outlet takes a moment, and an accepted command is no proof.
// Contract: internal to platform/fence. say() may succeed without effect; ask() tells the truth.
#pragma once

#include <algorithm>

#include "platform/fence/fence_device.hpp"

namespace zha::fence_detail {

class Switched : public FenceDevice {
  public:
    explicit Switched(Clock& clock) : clock_(clock) {}
    Task<Status> off(Time deadline) override { return set(false, deadline); }
    Task<Status> on(Time deadline) override { return set(true, deadline); }
    Task<Result<bool>> state(Time deadline) override { return ask(deadline); }

  protected:
    virtual Task<Status> say(bool powered, Time deadline) = 0;
    virtual Task<Result<bool>> ask(Time deadline) = 0;
    Clock& clock_;

  private:
    Task<Status> set(bool powered, Time deadline) {
        constexpr Millis kAgain{500};
        const auto said = co_await say(powered, deadline);
        if (!said) co_return said;
        for (;;) {
            const auto seen = co_await ask(deadline);
            if (seen && *seen == powered) co_return Status();
            if (clock_.now() + kAgain >= deadline) {
                if (!seen) co_return within("not confirmed", seen.error());
                co_return Status(Errc::mismatch, std::string("not confirmed: the device says ") +
                                                     (*seen ? "on" : "off"));
            }
            if (!co_await clock_.sleep_for(kAgain)) co_return Status(Errc::timeout, "cancelled");
        }
    }
};

std::unique_ptr<FenceDevice> make_exec(const FenceConfig&, asio::any_io_executor, Clock&);
std::unique_ptr<FenceDevice> make_uhubctl(const FenceConfig&, asio::any_io_executor, Clock&);
std::unique_ptr<FenceDevice> make_mqtt(const FenceConfig&, Clock&, Bus&);
Result<std::unique_ptr<FenceDevice>> make_snmp(const FenceConfig&, asio::any_io_executor, Clock&);

/// Of a port in what uhubctl prints: off when every line of this port says so; an error when there
/// is none.
Result<bool> uhubctl_state(const std::string& output, unsigned port);

}  // namespace zha::fence_detail
