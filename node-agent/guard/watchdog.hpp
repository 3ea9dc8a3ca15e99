// What: the hardware watchdog: it resets the host unless it is fed in time.
// Why: a frozen host cannot fence its dongle; a reset one can, as soon as its agent is back.
// Contract: close(clean) with true disarms it, as far as the driver allows that; with false, or
// when
//      the process just ends, it runs on and the host is reset. A fake stands in for it in tests.
#pragma once

#include <memory>

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha::guard {

class Watchdog {
  public:
    virtual ~Watchdog() = default;
    virtual void feed() = 0;
    virtual void close(bool clean) = 0;
};

/// Opens and arms `device` so that it fires at most `within` after it was last fed. Errc::invalid
/// when it cannot be so quick; it is disarmed again then.
Result<std::unique_ptr<Watchdog>> open_watchdog(const Path& device, Millis within);

/// By `mode`: nullptr for off, and, with a warning, for automatic without a usable device.
Result<std::unique_ptr<Watchdog>> choose_watchdog(const std::string& mode, const Path& device,
                                                  Millis within);

}  // namespace zha::guard
