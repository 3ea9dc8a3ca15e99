// From an image to a backup.
#include "znp/nvram/coordinator_backup.hpp"

#include <algorithm>
#include <map>

#include "znp/nvram/layout.hpp"

namespace zha::znp {
namespace {

using namespace layout;

constexpr std::uint16_t kNoAddress = 0xFFF8;  // from here on: broadcasts and "not known"

Key128 key_at(const Bytes& bytes, std::size_t at) {
    Key128 key{};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), key.size(), key.begin());
    return key;
}

std::uint32_t u32(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(little(bytes, at, 4));
}

/// The counter that this network goes on with: its own entry, or the generic one, or the key's.
std::uint32_t counter_of(const Image& image, std::uint64_t epid) {
    std::uint32_t own = 0, generic = 0, with_key = 0;
    const auto entries = count(image, ExItem::nwk_sec_material_table);
    for (std::uint16_t i = 0; i < entries; ++i) {
        const auto* entry = sized(image, {ExItem::nwk_sec_material_table, i}, kSecMaterial);
        if (!entry) continue;
        const auto whose = little(*entry, kSecMaterialEpid, 8);
        if (whose == epid) own = std::max(own, u32(*entry, 0));
        if (whose == ~std::uint64_t{0}) generic = u32(*entry, 0);
    }
    const auto* key = sized(image, {ExItem::legacy, osal::NWKKEY}, kNwkKey);
    if (key && !blank(*key, 1, 16)) with_key = u32(*key, kNwkKeyCounter);
    return std::max(own != 0 ? own : generic, with_key);
}

struct AddressEntry {
    std::uint64_t ieee;
    std::uint16_t nwk;
    std::uint8_t user;
};

std::optional<AddressEntry> address(const Image& image, std::uint16_t index) {
    const auto* entry = sized(image, {ExItem::addrmgr, index}, kAddrmgr);
    if (!entry || (*entry)[0] == 0 || (*entry)[0] == 0xFF || blank(*entry, kAddrmgrIeee, 8))
        return std::nullopt;
    return AddressEntry{little(*entry, kAddrmgrIeee, 8),
                        static_cast<std::uint16_t>(little(*entry, kAddrmgrNwk, 2)), (*entry)[0]};
}

using LinkKeys = std::map<std::uint64_t, LinkKey>;

void add_hashed_keys(const Image& image, const Key128& seed, LinkKeys& keys) {
    const auto entries = count(image, ExItem::tclk_table);
    for (std::uint16_t i = 0; i < entries; ++i) {
        const auto* entry = sized(image, {ExItem::tclk_table, i}, kTclk);
        if (!entry || blank(*entry, kTclkIeee, 8)) continue;
        const auto ieee = little(*entry, kTclkIeee, 8);
        const auto key = hashed_key(seed, (*entry)[kTclkShift] & 15u, ieee);
        keys[ieee] = {key, u32(*entry, 0), u32(*entry, kTclkRx)};
    }
}

/// Keys of their own: the table says whose they are, another one holds them.
void add_stored_keys(const Image& image, LinkKeys& keys) {
    const auto* table = image.legacy(osal::APS_LINK_KEY_TABLE);
    if (!table || table->size() < kLinkKeyHead) return;
    const auto room = (table->size() - kLinkKeyHead) / kLinkKey;
    const auto used = std::min<std::size_t>(room, little(*table, 0, 2));
    for (std::size_t i = 0; i < used; ++i) {
        const auto at = kLinkKeyHead + i * kLinkKey;
        const auto whose = address(image, static_cast<std::uint16_t>(little(*table, at, 2)));
        const auto sub = static_cast<std::uint16_t>(little(*table, at + kLinkKeySub, 2));
        const auto* entry = sized(image, {ExItem::aps_key_data_table, sub}, kApsKey);
        if ((*table)[at + kLinkKeyState] != kLinkKeyAuthenticated) continue;
        if (!whose || !entry || blank(*entry, 0, 16)) continue;
        keys[whose->ieee] = {key_at(*entry, 0), u32(*entry, kApsKeyTx), u32(*entry, kApsKeyRx)};
    }
}

/// Tools that restore a network leave NWKKEY to the firmware, which writes it at the next start:
/// until then it is of a former network, and says nothing.
Image without_former_key(const Image& from) {
    Image image = from;
    const auto* info = sized(image, {ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO}, kKeyInfo);
    const auto* stored = sized(image, {ExItem::legacy, osal::NWKKEY}, kNwkKey);
    if (info && stored && !std::equal(info->begin(), info->end(), stored->begin()))
        image.items.erase({ExItem::legacy, osal::NWKKEY});
    return image;
}

}  // namespace

Result<CoordinatorBackup> backup_of(const Image& from) {
    const auto image = without_former_key(from);
    const auto identity = identity_of(image);
    if (!identity) return identity.error();
    CoordinatorBackup out;
    const auto& nib = *image.legacy(osal::NIB);
    out.ieee = identity->ieee, out.pan_id = identity->pan_id, out.channel = identity->channel;
    out.extended_pan_id = identity->extended_pan_id, out.update_id = identity->update_id;
    out.network_key = identity->network_key;
    out.security_level = nib[kNibSecurityLevel];
    out.channel_mask = u32(nib, kNibChannelList);
    out.key_sequence = image.legacy(osal::NWK_ACTIVE_KEY_INFO)->at(0);
    out.frame_counter = counter_of(image, out.extended_pan_id);
    LinkKeys keys;
    if (const auto* seed = sized(image, {ExItem::legacy, osal::TCLK_SEED}, 16)) {
        out.tclk_seed = key_at(*seed, 0);
        add_hashed_keys(image, *out.tclk_seed, keys);
    }
    add_stored_keys(image, keys);
    std::map<std::uint64_t, BackupDevice> devices;
    const auto entries = count(image, ExItem::addrmgr);
    for (std::uint16_t i = 0; i < entries; ++i) {
        const auto entry = address(image, i);
        if (!entry || (entry->user & (kUserAssociated | kUserSecurity)) == 0) continue;
        auto& device = devices[entry->ieee];
        device.ieee = entry->ieee;
        if (entry->nwk < kNoAddress) device.nwk = entry->nwk;
        device.is_child = (entry->user & kUserAssociated) != 0;
    }
    // A key may have outlived the address of its device; it is worth keeping.
    for (const auto& [ieee, key] : keys) {
        const auto added = devices.try_emplace(ieee, BackupDevice{ieee, std::nullopt, false, {}});
        added.first->second.link_key = key;
    }
    for (const auto& device : devices) out.devices.push_back(device.second);
    return out;
}

}  // namespace zha::znp
