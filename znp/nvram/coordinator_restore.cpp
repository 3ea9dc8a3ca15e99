// From a backup to an image, on the base of a dump of the dongle that is to take it.
#include <fmt/core.h>

#include "znp/nvram/coordinator_backup.hpp"
#include "znp/nvram/layout.hpp"

namespace zha::znp {
namespace {

using namespace layout;

constexpr std::uint16_t kUnknownAddress = 0xFFFE;
constexpr std::uint8_t kVerified = 2, kDefaultKey = 0xFF;

constexpr ItemKey legacy(std::uint16_t id) {
    return {ExItem::legacy, id};
}

Error misfit(std::string why) {
    return {Errc::refused, "backup does not fit the base: " + std::move(why)};
}

Bytes bytes_of(const Key128& key) {
    return {key.begin(), key.end()};
}

Bytes number(std::uint64_t value, std::size_t size) {
    Bytes out(size);
    put(out, 0, value, size);
    return out;
}

/// What the stack writes when it forms a network, without that network's own values.
Bytes default_nib() {
    Bytes nib(kNib, 0);
    constexpr std::pair<std::size_t, std::uint8_t> values[] = {
        {1, 5},   {2, 2},     {3, 51},   {4, 15}, {5, 51},  {7, 30},   {11, 1},
        {13, 1},  {14, 0x8F}, {16, 7},   {18, 2}, {19, 13}, {20, 30},  {38, 8},
        {44, 15}, {45, 15},   {46, 4},   {48, 1}, {52, 1},  {102, 15}, {103, 5},
        {105, 1}, {106, 120}, {107, 10}, {108, 1}};
    for (const auto& [at, value] : values) nib[at] = value;
    return nib;
}

void put_network(const CoordinatorBackup& backup, Image& image) {
    auto& items = image.items;
    const auto* old = sized(image, legacy(osal::NIB), kNib);
    Bytes nib = old && (*old)[kNibKeyLoaded] != 0 ? *old : default_nib();
    nib[kNibSecurityLevel] = backup.security_level;
    nib[kNibChannel] = backup.channel;
    nib[kNibKeyLoaded] = 1;
    nib[kNibUpdateId] = backup.update_id;
    put(nib, kNibPan, backup.pan_id, 2);
    put(nib, kNibChannelList, backup.channel_mask, 4);
    put(nib, kNibEpid, backup.extended_pan_id, 8);
    items[legacy(osal::NIB)] = nib;
    items[legacy(osal::EXTADDR)] = number(backup.ieee, 8);
    items[legacy(osal::PANID)] = number(backup.pan_id, 2);
    items[legacy(osal::CHANLIST)] = number(backup.channel_mask, 4);
    items[legacy(osal::EXTENDED_PAN_ID)] = number(backup.extended_pan_id, 8);
    items[legacy(osal::APS_USE_EXT_PANID)] = number(backup.extended_pan_id, 8);
    items[legacy(osal::LOGICAL_TYPE)] = {0};
    items[legacy(osal::ZDO_DIRECT_CB)] = {1};
    items[legacy(osal::STARTUP_OPTION)] = {0};
    items[legacy(osal::BDBNODEISONANETWORK)] = {1};
    items[legacy(osal::HAS_CONFIGURED_ZSTACK3)] = {kConfigured};
    items.try_emplace(legacy(0x0085), Bytes{0});  // LEAVE_CTRL
    Bytes groups(22, 0xFF);
    put(groups, 0, 0, 2);
    items.try_emplace(legacy(0x0042), groups);  // GROUP_TABLE of firmware that keeps it here
}

Status put_keys(const CoordinatorBackup& backup, Image& image) {
    auto& items = image.items;
    auto info = bytes_of(backup.network_key);
    items[legacy(osal::PRECFGKEY)] = info;
    info.insert(info.begin(), backup.key_sequence);
    items[legacy(osal::NWK_ACTIVE_KEY_INFO)] = info;
    items[legacy(osal::NWK_ALTERN_KEY_INFO)] = info;
    info.resize(kNwkKey, 0xFF);
    put(info, kNwkKeyCounter, backup.frame_counter, 4);
    items[legacy(osal::NWKKEY)] = info;
    const auto entries = count(image, ExItem::nwk_sec_material_table);
    if (entries == 0) return misfit("it has no NWK_SEC_MATERIAL_TABLE");
    for (std::uint16_t i = 0; i < entries; ++i)
        items[{ExItem::nwk_sec_material_table, i}] = Bytes(kSecMaterial, 0);
    auto& own = items[{ExItem::nwk_sec_material_table, 0}];
    put(own, 0, backup.frame_counter, 4);
    put(own, kSecMaterialEpid, backup.extended_pan_id, 8);
    return {};
}

/// Empties a table and keeps its size; a table that the base lacks gets `otherwise` entries.
std::uint16_t clear_table(Image& image, ExItem table, const Bytes& empty, std::uint16_t otherwise) {
    const auto found = count(image, table);
    const auto entries = found != 0 ? found : otherwise;
    for (std::uint16_t i = 0; i < entries; ++i) image.items[{table, i}] = empty;
    return entries;
}

/// What the stack makes when it forms its first network: a base that never had one lacks these.
struct NetworkTables {
    std::uint16_t addresses = 0, bindings = 0, children = 0;
};

std::optional<NetworkTables> usual_tables(const Image& base) {
    if (count(base, ExItem::tclk_table) != 200) return std::nullopt;
    return NetworkTables{257, 1, 51};
}

struct Tables {
    std::uint16_t addresses, hashed, stored;
    Key128 seed;
};

Result<Tables> clear_tables(const CoordinatorBackup& backup, Image& image) {
    const auto* seed_item = sized(image, legacy(osal::TCLK_SEED), 16);
    Tables out{};
    if (backup.tclk_seed)
        out.seed = *backup.tclk_seed;
    else if (const auto common = common_seed(backup.devices))
        out.seed = *common;
    else if (seed_item)
        std::copy(seed_item->begin(), seed_item->end(), out.seed.begin());
    else
        return misfit("neither of them has a TCLK_SEED");
    auto sizes = usual_tables(image).value_or(NetworkTables{});
    if (count(image, ExItem::addrmgr) == 0 && sizes.addresses == 0)
        return misfit(
            "it is a dump of a dongle that never had a network, so that the size of its ADDRMGR "
            "table is not known; take a dump of one with the same firmware that had a network");
    Bytes unused(kTclk, 0);
    unused[kTclkAttr] = kDefaultKey;
    out.addresses = clear_table(image, ExItem::addrmgr, Bytes(kAddrmgr, 0xFF), sizes.addresses);
    clear_table(image, ExItem::binding_table, Bytes(14, 0xFF), sizes.bindings);
    clear_table(image, ExItem::device_list, Bytes(16, 0xFF), sizes.children);
    out.hashed = clear_table(image, ExItem::tclk_table, unused, 0);
    out.stored = clear_table(image, ExItem::aps_key_data_table, Bytes(kApsKey, 0), 0);
    image.items[legacy(osal::TCLK_SEED)] = bytes_of(out.seed);
    return out;
}

void put_address(const BackupDevice& device, std::uint16_t index, Image& image) {
    Bytes entry(kAddrmgr, 0xFF);
    entry[0] = static_cast<std::uint8_t>((device.is_child ? kUserAssociated : 0) |
                                         (device.link_key ? kUserSecurity : 0));
    put(entry, kAddrmgrNwk, device.nwk.value_or(kUnknownAddress), 2);
    put(entry, kAddrmgrIeee, device.ieee, 8);
    image.items[{ExItem::addrmgr, index}] = entry;
}

void put_hashed(const BackupDevice& device, unsigned shift, std::uint16_t index, Image& image) {
    Bytes entry(kTclk, 0);
    put(entry, 0, device.link_key->tx_counter, 4);
    put(entry, kTclkRx, device.link_key->rx_counter, 4);
    put(entry, kTclkIeee, device.ieee, 8);
    entry[kTclkAttr] = kVerified;
    entry[kTclkShift] = static_cast<std::uint8_t>(shift);
    image.items[{ExItem::tclk_table, index}] = entry;
}

void put_stored(const BackupDevice& device, std::uint16_t address, std::uint16_t index,
                Bytes& table, Image& image) {
    auto entry = bytes_of(device.link_key->key);
    entry.resize(kApsKey);
    put(entry, kApsKeyTx, device.link_key->tx_counter, 4);
    put(entry, kApsKeyRx, device.link_key->rx_counter, 4);
    image.items[{ExItem::aps_key_data_table, index}] = entry;
    const auto at = kLinkKeyHead + index * kLinkKey;
    put(table, at, address, 2);
    put(table, at + kLinkKeySub, index, 2);
    table[at + kLinkKeyState] = kLinkKeyAuthenticated;
    put(table, 0, index + 1u, 2);
}

Status put_devices(const CoordinatorBackup& backup, const Tables& tables, Image& image) {
    Bytes table(kLinkKeyHead + kLinkKey * tables.stored, 0);
    std::uint16_t addresses = 0, hashed = 0, stored = 0;
    for (const auto& device : backup.devices) {
        if (!device.is_child && !device.link_key) continue;  // nothing that this dongle keeps
        if (addresses == tables.addresses)
            return misfit(fmt::format("it has room for {} devices", tables.addresses));
        put_address(device, addresses++, image);
        if (!device.link_key) continue;
        const auto shift = seed_shift(tables.seed, *device.link_key, device.ieee);
        if (shift && hashed == tables.hashed)
            return misfit(fmt::format("it has room for {} derived link keys", tables.hashed));
        if (!shift && stored == tables.stored)
            return misfit(fmt::format("it has room for {} link keys of their own", tables.stored));
        if (shift) {
            put_hashed(device, *shift, hashed++, image);
        } else {
            put_stored(device, static_cast<std::uint16_t>(addresses - 1), stored++, table, image);
        }
    }
    image.items[legacy(osal::APS_LINK_KEY_TABLE)] = table;
    return {};
}

}  // namespace

Result<Image> image_from(const CoordinatorBackup& backup, const Image& base) {
    Image image = base;
    // Marks of another client are not this network's.
    image.items.erase(legacy(osal::ZIGPY_ZNP_MIGRATION_ID));
    const auto tables = clear_tables(backup, image);
    if (!tables) return tables.error();
    put_network(backup, image);
    if (const auto done = put_keys(backup, image); !done) return done.error();
    if (const auto done = put_devices(backup, *tables, image); !done) return done.error();
    const auto identity = identity_of(image);
    if (!identity) return within("backup", identity.error());
    return image;
}

}  // namespace zha::znp
