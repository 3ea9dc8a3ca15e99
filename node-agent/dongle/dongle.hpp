// What: the Dongle seam: what the agent needs of a ZNP dongle.
// Why: the real one is znp::Driver on a serial port in mode `exclusive` (later a live port that
//      shares the dongle with zigbee2mqtt); simulations use a virtual one.
// Contract: open() takes the port exclusively; nothing here ever starts the radio or forms a
// network.
//      Every call is bounded by its deadline. Key material stays inside znp::Image.
#pragma once

#include <vector>

#include "core/result.hpp"
#include "platform/clock/clock.hpp"
#include "znp/nvram/image.hpp"

namespace zha {

/// What a dongle says of itself.
struct DongleInfo {
    std::string ieee;               ///< effective coordinator IEEE, 16 hex digits, MSB first
    std::uint32_t revision = 0;     ///< CODE_REVISION, e.g. 20240710
    std::uint8_t product = 0;       ///< 1 = Z-Stack 3.x.0
    std::uint8_t device_state = 0;  ///< 9 = coordinator on the air
};

/// How an image differs from the previous content of the dongle.
struct WriteReport {
    unsigned items_written = 0;
    unsigned items_verified = 0;
    std::uint32_t frame_counter = 0;  ///< NWK counter as read back
};

/// Who answered a scan of the air.
struct HeardBeacon {
    std::uint16_t source = 0;  ///< 0 = a coordinator
    std::uint16_t pan_id = 0;
    std::uint8_t channel = 0;
    std::uint64_t extended_pan_id = 0;
};

class Dongle {
  public:
    virtual ~Dongle() = default;
    /// Is there a port at all? An unplugged dongle's is gone.
    virtual bool present() = 0;
    /// Opens the port for us alone and identifies the dongle. Errc::busy when somebody holds it.
    virtual Task<Result<DongleInfo>> open(Time deadline) = 0;
    virtual void close() = 0;
    /// Opens if needed, resets, reads back a device state other than 9. Idempotent.
    virtual Task<Result<DongleInfo>> fence(Time deadline) = 0;
    /// Scans one channel with a fenced dongle, which stays silent but for the question itself: a
    /// reset and its state prove that, or this is an error. No answer proves nothing.
    virtual Task<Result<std::vector<HeardBeacon>>> listen(std::uint8_t channel, Time deadline) = 0;
    /// Does it answer at all? Opens if needed; changes nothing.
    virtual Task<Status> ping(Time deadline) = 0;
    /// Complete NVRAM content. `open()` first.
    virtual Task<Result<znp::Image>> read(Time deadline) = 0;
    /// Makes the dongle hold `image`: differences only, in the safe order, everything read back,
    /// then reset and identity compared. The dongle must be fenced.
    virtual Task<Result<WriteReport>> write(const znp::Image& image, Time deadline) = 0;
};

}  // namespace zha
