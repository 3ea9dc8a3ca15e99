// What: the complete NVRAM content of a ZNP dongle as a value, and zigpy-znp's JSON form of it.
// Why: this is what makes a standby *the same* coordinator; the file format is the field's own.
// Contract: items are keyed by what the MT interface addresses; from_json(to_json(x)) == x and the
//      text is byte-identical to zigpy_znp.tools.nvram_read's for the same content. Holds network
//      keys: never log it; files are 0600.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "core/result.hpp"
#include "znp/mt/frame.hpp"

namespace zha::znp {

/// Extended item ids under sysId 1 (ZSTACK). `legacy`: subId is an OSAL id.
enum class ExItem : std::uint16_t {
    legacy = 0,
    addrmgr = 1,
    binding_table = 2,
    device_list = 3,
    tclk_table = 4,
    tclk_ic_table = 5,
    aps_key_data_table = 6,
    nwk_sec_material_table = 7,
};

/// Only newer firmware has it, and the file format has no name for it.
inline constexpr auto kExGroupTable = static_cast<ExItem>(8);

struct ItemKey {
    ExItem item = ExItem::legacy;
    std::uint16_t sub = 0;
    auto operator<=>(const ItemKey&) const = default;
};

/// OSAL ids the product itself reasons about. Names are TI's.
namespace osal {
inline constexpr std::uint16_t EXTADDR = 0x0001, STARTUP_OPTION = 0x0003, NIB = 0x0021,
                               POLL_RATE_OLD16 = 0x0024, EXTENDED_PAN_ID = 0x002D,
                               NWK_ACTIVE_KEY_INFO = 0x003A, NWK_ALTERN_KEY_INFO = 0x003B,
                               APS_USE_EXT_PANID = 0x0047, APS_LINK_KEY_TABLE = 0x004C,
                               BDBNODEISONANETWORK = 0x0055, ZIGPY_ZNP_MIGRATION_ID = 0x005F,
                               HAS_CONFIGURED_ZSTACK3 = 0x0060, PRECFGKEY = 0x0062, NWKKEY = 0x0082,
                               PANID = 0x0083, CHANLIST = 0x0084, LOGICAL_TYPE = 0x0087,
                               ZDO_DIRECT_CB = 0x008F, TCLK_SEED = 0x0101;
}

struct Image {
    std::map<ItemKey, Bytes> items;
    bool operator==(const Image&) const = default;
    const Bytes* find(ItemKey key) const {
        auto it = items.find(key);
        return it == items.end() ? nullptr : &it->second;
    }
    const Bytes* legacy(std::uint16_t id) const { return find({ExItem::legacy, id}); }
};

std::string to_json(const Image& image);
/// Errors name the section and key; unknown sections, odd hex, holes in tables are refused.
Result<Image> from_json(const std::string& text);

/// The network an image (or a configuration) belongs to. Keys compare, but never print.
struct Identity {
    std::uint16_t pan_id = 0;
    std::uint64_t extended_pan_id = 0;  ///< MSB-first number, as people write it
    std::uint8_t channel = 0;
    std::array<std::uint8_t, 16> network_key{};
    std::uint64_t ieee = 0;  ///< coordinator; 0 = not compared
    std::uint8_t update_id = 0;
};

/// Errc::not_found when the image carries no network (HAS_CONFIGURED, NIB or keys missing);
/// Errc::corrupt when its parts contradict each other.
Result<Identity> identity_of(const Image& image);
/// Hash of PAN, EPID and key (SHA-256, first 16 hex digits): equal = same network, not reversible.
std::string fingerprint(const Identity& identity);

/// Tools that restore a network write NWK_ACTIVE_KEY_INFO, which the firmware goes by, and leave
/// NWKKEY of a former network to it: it writes it anew at its next start. This writes what it would.
/// Only when all else agrees on one network (both key items, PRECFGKEY, and a counter of this NIB);
/// otherwise the image is half of something, and stays as it is. True: NWKKEY was changed.
bool settle_key(Image& image);
/// Highest outgoing NWK frame counter in the image (NWK_SEC_MATERIAL_TABLE, NWKKEY); 0 when none.
std::uint32_t frame_counter(const Image& image);
/// Raises every outgoing counter (NWK, TCLK, APS): NWK to max(present, at_least) + margin, the
/// link-key ones by `margin`. Errc::refused near the end of the 32-bit space (0xF0000000).
Status raise_counters(Image& image, std::uint32_t at_least, std::uint32_t margin);

}  // namespace zha::znp
