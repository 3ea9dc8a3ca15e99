#include "znp/nvram/osal_names.hpp"

#include <array>
#include <charconv>

namespace zha::znp {
namespace {

constexpr std::array<OsalName, 143> kNames{{
    {"HAS_CONFIGURED_ZSTACK1", 0x0F00},
    {"HAS_CONFIGURED_ZSTACK3", 0x0060},
    {"ZIGPY_ZNP_MIGRATION_ID", 0x005F},
    {"EXTADDR", 0x0001},
    {"BOOTCOUNTER", 0x0002},
    {"STARTUP_OPTION", 0x0003},
    {"START_DELAY", 0x0004},
    {"NIB", 0x0021},
    {"DEVICE_LIST", 0x0022},
    {"ADDRMGR", 0x0023},
    {"POLL_RATE_OLD16", 0x0024},
    {"QUEUED_POLL_RATE", 0x0025},
    {"RESPONSE_POLL_RATE", 0x0026},
    {"REJOIN_POLL_RATE", 0x0027},
    {"DATA_RETRIES", 0x0028},
    {"POLL_FAILURE_RETRIES", 0x0029},
    {"STACK_PROFILE", 0x002A},
    {"INDIRECT_MSG_TIMEOUT", 0x002B},
    {"ROUTE_EXPIRY_TIME", 0x002C},
    {"EXTENDED_PAN_ID", 0x002D},
    {"BCAST_RETRIES", 0x002E},
    {"PASSIVE_ACK_TIMEOUT", 0x002F},
    {"BCAST_DELIVERY_TIME", 0x0030},
    {"NWK_MODE", 0x0031},
    {"CONCENTRATOR_ENABLE", 0x0032},
    {"CONCENTRATOR_DISCOVERY", 0x0033},
    {"CONCENTRATOR_RADIUS", 0x0034},
    {"POLL_RATE", 0x0035},
    {"CONCENTRATOR_RC", 0x0036},
    {"NWK_MGR_MODE", 0x0037},
    {"SRC_RTG_EXPIRY_TIME", 0x0038},
    {"ROUTE_DISCOVERY_TIME", 0x0039},
    {"NWK_ACTIVE_KEY_INFO", 0x003A},
    {"NWK_ALTERN_KEY_INFO", 0x003B},
    {"ROUTER_OFF_ASSOC_CLEANUP", 0x003C},
    {"NWK_LEAVE_REQ_ALLOWED", 0x003D},
    {"NWK_CHILD_AGE_ENABLE", 0x003E},
    {"DEVICE_LIST_KA_TIMEOUT", 0x003F},
    {"BINDING_TABLE", 0x0041},
    {"GROUP_TABLE", 0x0042},
    {"APS_FRAME_RETRIES", 0x0043},
    {"APS_ACK_WAIT_DURATION", 0x0044},
    {"APS_ACK_WAIT_MULTIPLIER", 0x0045},
    {"BINDING_TIME", 0x0046},
    {"APS_USE_EXT_PANID", 0x0047},
    {"APS_USE_INSECURE_JOIN", 0x0048},
    {"COMMISSIONED_NWK_ADDR", 0x0049},
    {"APS_NONMEMBER_RADIUS", 0x004B},
    {"APS_LINK_KEY_TABLE", 0x004C},
    {"APS_DUPREJ_TIMEOUT_INC", 0x004D},
    {"APS_DUPREJ_TIMEOUT_COUNT", 0x004E},
    {"APS_DUPREJ_TABLE_SIZE", 0x004F},
    {"DIAGNOSTIC_STATS", 0x0050},
    {"NWK_PARENT_INFO", 0x0051},
    {"NWK_ENDDEV_TIMEOUT_DEF", 0x0052},
    {"END_DEV_TIMEOUT_VALUE", 0x0053},
    {"END_DEV_CONFIGURATION", 0x0054},
    {"BDBNODEISONANETWORK", 0x0055},
    {"BDBREPORTINGCONFIG", 0x0056},
    {"SECURITY_LEVEL", 0x0061},
    {"PRECFGKEY", 0x0062},
    {"PRECFGKEYS_ENABLE", 0x0063},
    {"SECURITY_MODE", 0x0064},
    {"SECURE_PERMIT_JOIN", 0x0065},
    {"APS_LINK_KEY_TYPE", 0x0066},
    {"APS_ALLOW_R19_SECURITY", 0x0067},
    {"DISTRIBUTED_KEY", 0x0068},
    {"IMPLICIT_CERTIFICATE", 0x0069},
    {"DEVICE_PRIVATE_KEY", 0x006A},
    {"CA_PUBLIC_KEY", 0x006B},
    {"KE_MAX_DEVICES", 0x006C},
    {"USE_DEFAULT_TCLK", 0x006D},
    {"RNG_COUNTER", 0x006F},
    {"RANDOM_SEED", 0x0070},
    {"TRUSTCENTER_ADDR", 0x0071},
    {"CERT_283", 0x0072},
    {"PRIVATE_KEY_283", 0x0073},
    {"PUBLIC_KEY_283", 0x0074},
    {"LEGACY_NWK_SEC_MATERIAL_TABLE_START", 0x0075},
    {"LEGACY_NWK_SEC_MATERIAL_TABLE_END", 0x0080},
    {"USERDESC", 0x0081},
    {"NWKKEY", 0x0082},
    {"PANID", 0x0083},
    {"CHANLIST", 0x0084},
    {"LEAVE_CTRL", 0x0085},
    {"SCAN_DURATION", 0x0086},
    {"LOGICAL_TYPE", 0x0087},
    {"NWKMGR_MIN_TX", 0x0088},
    {"NWKMGR_ADDR", 0x0089},
    {"ZDO_DIRECT_CB", 0x008F},
    {"SCENE_TABLE", 0x0091},
    {"MIN_FREE_NWK_ADDR", 0x0092},
    {"MAX_FREE_NWK_ADDR", 0x0093},
    {"MIN_FREE_GRP_ID", 0x0094},
    {"MAX_FREE_GRP_ID", 0x0095},
    {"MIN_GRP_IDS", 0x0096},
    {"MAX_GRP_IDS", 0x0097},
    {"OTA_BLOCK_REQ_DELAY", 0x0098},
    {"SAPI_ENDPOINT", 0x00A1},
    {"SAS_SHORT_ADDR", 0x00B1},
    {"SAS_EXT_PANID", 0x00B2},
    {"SAS_PANID", 0x00B3},
    {"SAS_CHANNEL_MASK", 0x00B4},
    {"SAS_PROTOCOL_VER", 0x00B5},
    {"SAS_STACK_PROFILE", 0x00B6},
    {"SAS_STARTUP_CTRL", 0x00B7},
    {"SAS_TC_ADDR", 0x00C1},
    {"SAS_TC_MASTER_KEY", 0x00C2},
    {"SAS_NWK_KEY", 0x00C3},
    {"SAS_USE_INSEC_JOIN", 0x00C4},
    {"SAS_PRECFG_LINK_KEY", 0x00C5},
    {"SAS_NWK_KEY_SEQ_NUM", 0x00C6},
    {"SAS_NWK_KEY_TYPE", 0x00C7},
    {"SAS_NWK_MGR_ADDR", 0x00C8},
    {"SAS_CURR_TC_MASTER_KEY", 0x00D1},
    {"SAS_CURR_NWK_KEY", 0x00D2},
    {"SAS_CURR_PRECFG_LINK_KEY", 0x00D3},
    {"USE_NVOCMP", 0x00FF},
    {"TCLK_SEED", 0x0101},
    {"TCLK_JOIN_DEV", 0x0102},
    {"TCLK_DEFAULT", 0x0103},
    {"LEGACY_TCLK_IC_TABLE_START", 0x0104},
    {"LEGACY_TCLK_IC_TABLE_END", 0x0110},
    {"LEGACY_TCLK_TABLE_START", 0x0111},
    {"LEGACY_TCLK_TABLE_END", 0x01FF},
    {"LEGACY_APS_LINK_KEY_DATA_START", 0x0201},
    {"LEGACY_APS_LINK_KEY_DATA_END", 0x02FF},
    {"DUPLICATE_BINDING_TABLE", 0x0300},
    {"DUPLICATE_DEVICE_LIST", 0x0301},
    {"DUPLICATE_DEVICE_LIST_KA_TIMEOUT", 0x0302},
    {"LEGACY_PROXY_TABLE_START", 0x0310},
    {"LEGACY_PROXY_TABLE_END", 0x031F},
    {"LEGACY_SINK_TABLE_START", 0x0320},
    {"LEGACY_SINK_TABLE_END", 0x032F},
    {"APP_ITEM_1", 0x0F01},
    {"APP_ITEM_2", 0x0F02},
    {"APP_ITEM_3", 0x0F03},
    {"APP_ITEM_4", 0x0F04},
    {"APP_ITEM_5", 0x0F05},
    {"APP_ITEM_6", 0x0F06},
    {"RF_TEST_PARMS", 0x0F07},
    {"UNKNOWN", 0x0F08},
    {"INVALID_INDEX", 0xFFFF},
}};

constexpr std::array<OsalRange, 6> kRanges{{
    {"LEGACY_NWK_SEC_MATERIAL_TABLE_START", 0x0075, 0x0080},
    {"LEGACY_TCLK_IC_TABLE_START", 0x0104, 0x0110},
    {"LEGACY_TCLK_TABLE_START", 0x0111, 0x01FF},
    {"LEGACY_APS_LINK_KEY_DATA_START", 0x0201, 0x02FF},
    {"LEGACY_PROXY_TABLE_START", 0x0310, 0x031F},
    {"LEGACY_SINK_TABLE_START", 0x0320, 0x032F},
}};

std::optional<std::uint16_t> find_name(std::string_view name) {
    for (const auto& known : kNames)
        if (known.name == name) return known.id;
    return std::nullopt;
}

}  // namespace

std::span<const OsalName> osal_names() {
    return kNames;
}
std::span<const OsalRange> osal_ranges() {
    return kRanges;
}

const OsalRange* osal_range_from(std::uint16_t id) {
    for (const auto& range : kRanges)
        if (range.start == id) return &range;
    return nullptr;
}

const OsalRange* osal_range_of(std::uint16_t id) {
    for (const auto& range : kRanges)
        if (id >= range.start && id < range.end) return &range;
    return nullptr;
}

std::optional<std::uint16_t> osal_id(std::string_view key) {
    const auto plus = key.find('+');
    const auto base = find_name(key.substr(0, plus));
    const auto* range = base ? osal_range_from(*base) : nullptr;
    if (!base || plus == std::string_view::npos) return range ? std::nullopt : base;
    if (!range) return std::nullopt;
    const auto digits = key.substr(plus + 1);
    std::uint16_t offset = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
    const bool plain = digits.size() == 1 || !digits.starts_with('0');
    if (error != std::errc() || end != digits.data() + digits.size() || !plain) return std::nullopt;
    if (offset >= range->end - range->start) return std::nullopt;
    return static_cast<std::uint16_t>(range->start + offset);
}

std::string osal_key(std::uint16_t id) {
    if (const auto* range = osal_range_of(id))
        return std::string(range->name) + "+" + std::to_string(id - range->start);
    for (const auto& known : kNames)
        if (known.id == id) return std::string(known.name);
    return {};
}

}  // namespace zha::znp
