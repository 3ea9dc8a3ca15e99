#include "simulator/dongle/nv_defaults.hpp"

#include <algorithm>
#include <array>

#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

/// A NIB as the firmware writes it, before the network's own values are put in.
constexpr std::array<std::uint8_t, nv::kNibSize> kNibTemplate = {
    0x60, 0x05, 0x02, 0x33, 0x0f, 0x33, 0x00, 0x1e, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x8f,
    0x00, 0x07, 0x00, 0x02, 0x0d, 0x1e, 0x00, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x44, 0x08, 0x00, 0x00, 0x80, 0x00, 0x00, 0x0f,
    0x0f, 0x04, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0f, 0x05, 0x00,
    0x01, 0x78, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

Bytes poll_rates() {
    Writer rates;
    for (std::uint32_t milliseconds : {3000, 100, 100, 100, 0, 0, 0, 0, 0, 0}) {
        rates.u32(milliseconds);
    }
    return rates;
}

Bytes empty_tclk_entry() {
    return Writer().fill(16, 0).u8(0xFF).fill(3, 0);
}

}  // namespace

std::span<const NvDefault> factory_items() {
    static const std::vector<NvDefault> items = {
        {nv::kStartupOption, {0x00}},
        {0x0004, {0x0A}},
        {0x0028, {0x02}},
        {0x0029, {0x03}},
        {0x002A, {0x02}},
        {0x002B, {0x14}},
        {0x002C, {0x1E}},
        {nv::kExtendedPanId, Bytes(8, 0xFF)},
        {0x002E, {0x02}},
        {0x002F, {0x05}},
        {0x0030, {0x1E}},
        {0x0032, {0x01}},
        {0x0033, {0x78}},
        {0x0034, {0x0A}},
        {nv::kPollRate, poll_rates()},
        {0x0036, {0x01}},
        {0x0037, {0x01}},
        {0x0038, {0xFF}},
        {0x0039, {0x05}},
        {nv::kActiveKey, Bytes(17, 0)},
        {nv::kAlternKey, Bytes(17, 0)},
        {0x003C, {0x00}},
        {0x003D, {0x01}},
        {0x003E, {0x00}},
        {0x0043, {0x03}},
        {0x0044, {0xB8, 0x0B}},
        {0x0045, {0x02}},
        {0x0046, {0x80, 0x3E}},
        {0x0047, Bytes(8, 0)},
        {0x0048, {0x01}},
        {0x0049, {0xFE, 0xFF}},
        {0x004B, {0x02}},
        {0x004D, {0xE8, 0x03}},
        {0x004E, {0x0A}},
        {0x004F, {0x05, 0x00}},
        {0x0051, {0x00}},
        {0x0052, {0x00}},
        {0x0053, {0x00}},
        {0x0054, {0x00}},
        {nv::kBdbNodeIsOnANetwork, {0x00}},
        {nv::kPrecfgKey, Bytes(16, 0)},
        {0x0063, {0x00}},
        {0x0065, {0x01}},
        {0x0066, {0x01}},
        {0x0067, {0x00}},
        {0x006D, {0x01}},
        {0x0071, Bytes(8, 0)},
        {0x0081, Bytes(17, 0)},
        {nv::kNwkKey, Bytes(24, 0)},
        {nv::kPanId, {0xFF, 0xFF}},
        {nv::kChanList, {0x00, 0x08, 0x00, 0x00}},
        {0x0086, {0x04}},
        {0x0087, {0x00}},
        {0x0088, {0x14}},
        {0x008F, {0x01}},
        {0x00A1, {0xE0}},
    };
    return items;
}

std::span<const NvTable> boot_tables() {
    static const std::array<NvTable, 3> tables = {
        NvTable{nv::kTclk, nv::kTclkEntries, empty_tclk_entry()},
        NvTable{nv::kApsKeyData, nv::kApsKeyEntries, Bytes(24, 0)},
        NvTable{nv::kNwkSecMaterial, nv::kSecMaterialEntries, Bytes(12, 0)}};
    return tables;
}

std::span<const NvTable> network_tables() {
    static const std::array<NvTable, 3> tables = {
        NvTable{nv::kAddrMgr, nv::kAddrMgrEntries, Bytes(12, 0xFF)},
        NvTable{nv::kBinding, 1, Bytes(14, 0xFF)},
        NvTable{nv::kDeviceList, nv::kDeviceListEntries, Bytes(16, 0xFF)}};
    return tables;
}

Bytes make_nib(const NetworkParams& network, std::uint32_t channel_mask, Ieee coordinator) {
    Bytes nib(kNibTemplate.begin(), kNibTemplate.end());
    set_le(nib, nv::kNibChannel, 1, network.channel);
    set_le(nib, nv::kNibCoordExtAddress, 8, coordinator);
    set_le(nib, nv::kNibPanId, 2, network.pan_id);
    set_le(nib, nv::kNibChannelList, 4, channel_mask);
    set_le(nib, nv::kNibExtendedPanId, 8, network.extended_pan_id);
    set_le(nib, nv::kNibUpdateId, 1, network.update_id);
    return nib;
}

bool read_network(const NvStore& nv, NetworkParams& network, std::uint32_t& channel_mask) {
    const Bytes* nib = nv.find(nv::kNib);
    const Bytes* key = nv.find(nv::kActiveKey);
    if (nib == nullptr || nib->size() != nv::kNibSize || key == nullptr || key->size() != 17) {
        return false;
    }
    network.channel = (*nib)[nv::kNibChannel];
    network.pan_id = static_cast<std::uint16_t>(get_le(*nib, nv::kNibPanId, 2));
    network.extended_pan_id = get_le(*nib, nv::kNibExtendedPanId, 8);
    network.update_id = (*nib)[nv::kNibUpdateId];
    network.key_seq = (*key)[0];
    std::copy(key->begin() + 1, key->end(), network.key.begin());
    channel_mask = static_cast<std::uint32_t>(get_le(*nib, nv::kNibChannelList, 4));
    return network.channel >= 11 && network.channel <= 26 && (*nib)[nv::kNibKeyLoaded] != 0 &&
           network.pan_id != 0xFFFF;
}

Bytes make_key_info(std::uint8_t sequence, const Key& key) {
    return Writer().u8(sequence).bytes(key);
}

Bytes make_nwk_key(std::uint8_t sequence, const Key& key, std::uint32_t counter) {
    return Writer().u8(sequence).bytes(key).fill(3, 0xFF).u32(counter);
}

}  // namespace zha::sim
