#include "znp/nvram/tables.hpp"

#include <algorithm>

namespace zha::znp {
namespace {

constexpr std::uint8_t kNobody = 0x00;          // ADDRMGR: no user of the entry
constexpr std::size_t kTclkDevice = 8;          // TCLK_TABLE: EUI64 of the device
constexpr std::size_t kTclkAttribute = 16;      // TCLK_TABLE: state of its key
constexpr std::uint8_t kTclkDefaultKey = 0xFF;  // no key was ever made

bool filled(const Bytes& bytes, std::size_t from, std::size_t size, std::uint8_t with) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(size),
                       [with](std::uint8_t byte) { return byte == with; });
}

}  // namespace

std::span<const ExItem> nv_tables() {
    static constexpr std::array tables{ExItem::addrmgr,
                                       ExItem::binding_table,
                                       ExItem::device_list,
                                       ExItem::tclk_table,
                                       ExItem::tclk_ic_table,
                                       ExItem::aps_key_data_table,
                                       ExItem::nwk_sec_material_table};
    return tables;
}

std::pair<std::uint16_t, std::size_t> table_shape(const Image& image, ExItem table) {
    auto it = image.items.lower_bound({table, 0});
    const std::size_t size =
        it != image.items.end() && it->first.item == table ? it->second.size() : 0;
    std::uint16_t count = 0;
    for (; it != image.items.end() && it->first.item == table; ++it) ++count;
    return {count, size};
}

bool is_free_entry(ExItem table, const Bytes& entry) {
    if (filled(entry, 0, entry.size(), 0xFF) || filled(entry, 0, entry.size(), 0x00)) return true;
    if (table == ExItem::addrmgr) return entry[0] == kNobody;
    if (table == ExItem::tclk_table && entry.size() > kTclkAttribute)
        return entry[kTclkAttribute] == kTclkDefaultKey && filled(entry, kTclkDevice, 8, 0);
    return false;
}

}  // namespace zha::znp
