#include "znp/nvram/compare.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "znp/nvram/osal_names.hpp"

namespace zha::znp {
namespace {

std::string hex(const Bytes& bytes) {
    std::string out;
    for (const auto byte : bytes) out += fmt::format("{:02x}", byte);
    return out;
}

std::string shown(const Bytes* value, bool secret) {
    if (!value) return "absent";
    return secret ? fmt::format("({} bytes)", value->size()) : hex(*value);
}

const char* table_name(ExItem item) {
    switch (item) {
        case ExItem::legacy:
            return "LEGACY";
        case ExItem::addrmgr:
            return "ADDRMGR";
        case ExItem::binding_table:
            return "BINDING_TABLE";
        case ExItem::device_list:
            return "DEVICE_LIST";
        case ExItem::tclk_table:
            return "TCLK_TABLE";
        case ExItem::tclk_ic_table:
            return "TCLK_IC_TABLE";
        case ExItem::aps_key_data_table:
            return "APS_KEY_DATA_TABLE";
        case ExItem::nwk_sec_material_table:
            return "NWK_SEC_MATERIAL_TABLE";
    }
    return "UNKNOWN";
}

}  // namespace

bool is_secret(ItemKey key) {
    if (key.item == ExItem::aps_key_data_table || key.item == ExItem::tclk_ic_table) return true;
    if (key.item != ExItem::legacy) return false;
    if (osal_range_of(key.sub)) return true;
    // The NIB has room for former keys; 0xB1..0xD3 are settings of the startup attribute sets.
    constexpr std::uint16_t ids[] = {osal::NIB,
                                     osal::NWK_ACTIVE_KEY_INFO,
                                     osal::NWK_ALTERN_KEY_INFO,
                                     osal::PRECFGKEY,
                                     osal::NWKKEY,
                                     osal::TCLK_SEED,
                                     0x0068,
                                     0x0069,
                                     0x006A,
                                     0x006B,
                                     0x0070,
                                     0x0072,
                                     0x0073,
                                     0x0074};
    if (std::find(std::begin(ids), std::end(ids), key.sub) != std::end(ids)) return true;
    return (key.sub >= 0x00B1 && key.sub <= 0x00D3) || key.sub >= 0x0101;
}

std::string item_name(ItemKey key) {
    const auto name = key.item == ExItem::legacy ? osal_key(key.sub) : std::string();
    return fmt::format("{}.{}", table_name(key.item),
                       name.empty() ? fmt::format("0x{:04X}", key.sub) : name);
}

std::vector<std::string> differences(const Image& left, const Image& right) {
    std::set<ItemKey> keys;
    for (const auto& item : left.items) keys.insert(item.first);
    for (const auto& item : right.items) keys.insert(item.first);
    std::vector<std::string> out;
    for (const auto key : keys) {
        const auto *a = left.find(key), *b = right.find(key);
        if (a && b && *a == *b) continue;
        const bool secret = is_secret(key);
        if (secret && a && b)
            out.push_back(item_name(key) + ": differs");
        else
            out.push_back(
                fmt::format("{}: {} -> {}", item_name(key), shown(a, secret), shown(b, secret)));
    }
    return out;
}

}  // namespace zha::znp
