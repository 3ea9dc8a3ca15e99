// What: a byte stream to a dongle: a serial port (libserialport) or TCP.
// Why: the driver above does not care which.
// Contract: one owner; reads and writes are asio coroutines on one thread; closing cancels them
// with
//      Errc::unavailable. A port that vanishes ends reads with Errc::unavailable.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"
#include "platform/clock/clock.hpp"
#include "znp/mt/frame.hpp"

namespace zha::znp {

class Transport {
  public:
    virtual ~Transport() = default;
    virtual Task<Result<std::size_t>> read_some(std::span<std::uint8_t> into) = 0;
    virtual Task<Status> write(std::span<const std::uint8_t> bytes) = 0;
    /// Both modem lines in one call; a no-op on TCP. true = asserted.
    virtual Status set_lines(bool dtr, bool rts) = 0;
    virtual void close() = 0;
};

/// "tcp://host:port" or a device path. Symbolic links are resolved first, because libserialport
/// only knows names under /sys/class/tty. Errc::not_found, Errc::busy, Errc::invalid say what is
/// wrong.
Task<Result<std::unique_ptr<Transport>>> open_transport(std::string port,
                                                        asio::any_io_executor executor,
                                                        Clock& clock, Time deadline);

}  // namespace zha::znp
