// What: one operation on a dongle, from opening the port to closing it.
// Why: a command line does not want to see coroutines.
// Contract: blocks until done or until the time is over; the port is closed then.
#pragma once

#include "znp/driver/driver.hpp"

namespace zha::znp {

struct RunStats {
    Traffic traffic;
    double seconds = 0;  ///< from opening the port to the last answer
};

struct PortOptions {
    std::string port;
    int timeout_s = 120;
    std::function<void(Progress)> progress{};
    std::function<Status(const Image&)> keep_backup{};  ///< see DriverHooks
    std::function<void(const RunStats&)> finished{};    ///< also after a failure
};

struct Dump {
    std::optional<DeviceIdentity> device;  ///< nothing when it was not asked
    Image image, extra;
};

Result<Image> read_port(const PortOptions& options);
/// Everything, for a file and its side file.
Result<Dump> dump_port(const PortOptions& options);
/// With what is known from a former image, see Driver; not what the dongle says of itself.
Result<Dump> dump_port_known(const PortOptions& options, const Image& former);
Result<Dump> dump_port_since(const PortOptions& options, const Image& since);
Result<WriteSummary> write_port(const PortOptions& options, const Image& image, WriteRules rules);
Result<WriteSummary> write_port_delta(const PortOptions& options, const Image& image,
                                      const Image& mirrored, WriteRules rules);
Status reset_port(const PortOptions& options);

}  // namespace zha::znp
