// What: what the worker tells its guard, and how it gets there: a pair of SOCK_SEQPACKET.
// Why: the guard must know, without asking, until when the radio may be on and whether it is.
// Contract: fixed size, written and read whole. Sending never blocks: a guard that does not read
//      must not stop its worker.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/types.hpp"

namespace zha::guard {

/// What the worker can say about its radio.
enum class Radio : std::uint32_t {
    silent,    ///< proof held: zigbee2mqtt gone, the dongle reset and read back, or no dongle
    on,        ///< may be on the air, and nobody is at the fence
    fencing,   ///< may be on the air; zigbee2mqtt is gone or being ended, the reset comes next
    unproven,  ///< may be on the air; the fence was tried and failed, and that was reported
};

struct Beat {
    std::uint64_t number = 0;          ///< one more with each
    std::int64_t lease_until_ms = 0;   ///< CLOCK_BOOTTIME; 0 = no lease
    Radio radio = Radio::on;           ///< see above
    std::uint32_t mark = 0x5A484142U;  ///< of this format
    Time lease_until() const { return Time{lease_until_ms}; }
};
static_assert(std::is_trivially_copyable_v<Beat> && sizeof(Beat) == 24);

/// False when nobody reads any more.
bool send_beat(int pipe, const Beat& beat);
/// The newest one waiting in the pipe; nothing when none is, or on rubbish.
std::optional<Beat> receive_beat(int pipe);

}  // namespace zha::guard
