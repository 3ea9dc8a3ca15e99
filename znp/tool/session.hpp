// What: one operation on a dongle, from opening the port to closing it.
// Why: a command line does not want to see coroutines.
// Contract: blocks until done or until the time is over; the port is closed then.
#pragma once

#include "znp/driver/driver.hpp"

namespace zha::znp {

struct PortOptions {
    std::string port;
    int timeout_s = 120;
};

struct Dump {
    DeviceIdentity device;
    Image image, extra;
};

Result<DeviceIdentity> identify_port(const PortOptions& options);
Result<Image> read_port(const PortOptions& options);
/// Everything, for a file and its side file.
Result<Dump> dump_port(const PortOptions& options);
Result<WriteSummary> write_port(const PortOptions& options, const Image& image, WriteRules rules);
Status reset_port(const PortOptions& options);

}  // namespace zha::znp
