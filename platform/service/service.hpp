// What: the Service seam: start, stop and watch one zigbee2mqtt.
// Why: OpenRC, systemd, a command of the user's or a child process do the same job for the agent.
// Contract: every call is idempotent and verified: start() returns once the process runs, stop()
// once
//      it is gone (or an error says that it is not). stop() escalates to SIGKILL at half of the
//      time.
#pragma once

#include <functional>
#include <memory>

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

/// `stopped` means gone, however it ended: no process of it is left.
struct ServiceStatus {
    ServiceState state = ServiceState::unknown;
    int pid = 0;         ///< 0 when unknown or not running
    int exit_code = -1;  ///< of the last run, when known
};

class Service {
  public:
    virtual ~Service() = default;
    virtual Task<Status> start(Time deadline) = 0;
    virtual Task<Status> stop(Time deadline) = 0;
    /// SIGKILL at once, then wait until it is gone.
    virtual Task<Status> kill(Time deadline) = 0;
    virtual Task<Result<ServiceStatus>> status(Time deadline) = 0;
    /// Called (on the daemon's thread) when a running service ended by itself. Drivers that cannot
    /// be told poll once a second.
    virtual void on_exit(std::function<void(const ServiceStatus&)> handler) = 0;
};

/// Makes the driver named in `config.driver`; Errc::invalid for an unknown one.
Result<std::unique_ptr<Service>> make_service(const ServiceConfig& config, const NodeConfig& node,
                                              asio::any_io_executor executor, Clock& clock);

}  // namespace zha
