// What: what the coordinator's own ZDO answers to requests for itself, and how the host gets them.
// Why: a host asks in two ways, by a command of MT or by a data request to endpoint 0; the answers
//      are the same.
// Contract: payloads are those of ZDP, without the transaction number. Answers never come before
//      the SRSP of what asked for them.
#pragma once

#include <optional>

#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/firmware.hpp"

namespace zha::sim {

/// A request that the stack answers from what it knows; nothing for one that it does not know.
std::optional<Bytes> own_zdo_answer(Firmware& firmware, std::uint16_t cluster, Reader& request);

/// Measures the energy on each channel of the mask, `count` times; `notify` gets each result as
/// the payload of Mgmt_NWK_Update_notify. False: these are not the parameters of a scan.
bool scan_energy(Firmware& firmware, std::uint32_t mask, std::uint8_t duration, std::uint8_t count,
                 const std::function<void(const Bytes&)>& notify);

/// A data request from endpoint 0 to endpoint 0; the first byte of the payload is its number.
void send_zdo(Firmware& firmware, std::uint16_t destination, std::uint16_t cluster,
              const Bytes& payload);

/// How long one look at all channels of a mask takes, by the exponent that IEEE 802.15.4 uses.
Micros scan_time(std::uint32_t mask, std::uint8_t duration);

}  // namespace zha::sim
