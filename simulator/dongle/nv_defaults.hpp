// What: the NV items that the firmware creates by itself, at boot and when it forms a network.
// Why: hosts decide by the presence, length and value of these items what a dongle is.
// Contract: lengths are those of a CC2652 with natural alignment; values those of a factory reset.
#pragma once

#include <cstdint>
#include <span>

#include "simulator/dongle/nv_store.hpp"

namespace zha::sim {

struct NvDefault {
    std::uint16_t id;
    Bytes value;
};

/// Configuration items of a dongle without a network. EXTADDR and TCLK_SEED are not among them.
std::span<const NvDefault> factory_items();

/// A run of equal table entries.
struct NvTable {
    std::uint16_t item;
    std::uint16_t entries;
    Bytes empty;
};

/// Tables that exist from the first boot on, and those that forming a network creates.
std::span<const NvTable> boot_tables();
std::span<const NvTable> network_tables();

Bytes make_nib(const NetworkParams& network, std::uint32_t channel_mask, Ieee coordinator);
/// The network in NIB and active key info; false when either is missing or says "no network".
bool read_network(const NvStore& nv, NetworkParams& network, std::uint32_t& channel_mask);
Bytes make_key_info(std::uint8_t sequence, const Key& key);
Bytes make_nwk_key(std::uint8_t sequence, const Key& key, std::uint32_t counter);

}  // namespace zha::sim
