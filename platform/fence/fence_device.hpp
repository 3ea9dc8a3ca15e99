// What: the FenceDevice seam: an outlet, a plug or a hub port that takes a node's power away.
// Why: a lost node may still be on the air; a device that says "off" ends that without waiting.
// Contract: every call ends by its deadline. off() and on() succeed only when the device itself was
//      asked afterwards and said so: a fence that is not confirmed is a fence that failed. Nothing
//      here blocks the daemon's thread. Use one at a time.
#pragma once

#include <memory>

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/bus/bus.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

class FenceDevice {
  public:
    virtual ~FenceDevice() = default;
    virtual Task<Status> off(Time deadline) = 0;
    virtual Task<Status> on(Time deadline) = 0;
    /// true = powered.
    virtual Task<Result<bool>> state(Time deadline) = 0;
};

/// Errc::invalid when the secret of it cannot be read or the driver is unknown. `bus` is used by
/// the driver mqtt only, and outlives the device.
Result<std::unique_ptr<FenceDevice>> make_fence_device(const FenceConfig& config,
                                                       asio::any_io_executor executor, Clock& clock,
                                                       Bus& bus);

}  // namespace zha
