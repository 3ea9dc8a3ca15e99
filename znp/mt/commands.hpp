// What: the MT commands the driver needs: their ids, how to write a request, how to read an answer.
// Why: offsets and lengths of a protocol belong in one place, not into the driver's logic.
// Contract: pure. Every answer is checked for its length: a short one is Errc::protocol.
//      Source: TI "Z-Stack Monitor and Test API" (SWRA198) and TI's public MT sources, which win
//      where the two differ (EXT commands have the ids 0x1C/0x1D, SYS_NV_LENGTH answers 4 bytes).
#pragma once

#include <optional>
#include <vector>

#include "core/result.hpp"
#include "znp/mt/frame.hpp"
#include "znp/nvram/image.hpp"

namespace zha::znp::mt {

namespace id {
inline constexpr std::uint8_t SYS_RESET_REQ = 0x00, SYS_PING = 0x01, SYS_VERSION = 0x02,
                              SYS_GET_EXTADDR = 0x04, SYS_OSAL_NV_READ = 0x08,
                              SYS_OSAL_NV_READ_EXT = 0x1C, SYS_NV_CREATE = 0x30,
                              SYS_NV_DELETE = 0x31, SYS_NV_LENGTH = 0x32, SYS_NV_READ = 0x33,
                              SYS_NV_WRITE = 0x34, SYS_RESET_IND = 0x80,
                              UTIL_GET_DEVICE_INFO = 0x00, ZDO_NWK_DISCOVERY_REQ = 0x26,
                              ZDO_BEACON_NOTIFY_IND = 0xC5, ZDO_NWK_DISCOVERY_CNF = 0xC7;
}

/// Status bytes of the OSAL commands (OSAL) and of the SYS_NV commands (NVINTF).
namespace status {
inline constexpr std::uint8_t SUCCESS = 0x00, OSAL_INVALID = 0x02, OSAL_UNINIT = 0x09,
                              OSAL_FAILED = 0x0A, NV_NOT_FOUND = 0x0A, NV_EXISTS = 0x0D;
}

/// One frame carries no more of an item, and the firmware writes an item only as a whole.
inline constexpr std::size_t kMaxItem = 240;
inline constexpr std::uint8_t kDeviceStateHold = 0, kDeviceStateCoordinator = 9;

/// OSAL ids and sub ids above this do not fit into the flash item header.
inline constexpr std::uint16_t kMaxSub = 0x03FF;

Frame ping();
Frame version();
Frame get_extaddr();
Frame get_device_info();
/// An AREQ: the answer is SYS_RESET_IND.
Frame soft_reset();
/// Whole items by their id; answers what is there, without asking for the length first.
Frame osal_read_ext(std::uint16_t id, std::uint16_t offset);
Frame osal_read(std::uint16_t id, std::uint8_t offset);
Frame nv_length(ItemKey key);
Frame nv_read(ItemKey key, std::uint8_t length);
/// Replaces the whole item, creates it when absent. `value` holds at most kMaxItem bytes.
Frame nv_write(ItemKey key, const Bytes& value);
Frame nv_create(ItemKey key, std::uint32_t length);
Frame nv_delete(ItemKey key);

struct Version {
    std::uint8_t transport = 0, product = 0, major = 0, minor = 0, maintenance = 0;
    std::uint32_t revision = 0;  ///< 0 when the firmware does not say
};

struct DeviceInfo {
    std::uint64_t ieee = 0;
    std::uint16_t network_address = 0;
    std::uint8_t state = 0;
};

/// What a read gave: a status and, when that is SUCCESS, bytes.
struct Value {
    std::uint8_t status = 0;
    Bytes data;
};

/// An active scan by a dongle that is in no network. `duration`: each channel takes
/// 15.36 ms * (2^duration + 1). Beacons come as AREQs, then a confirmation.
Frame network_discovery(std::uint32_t channels, std::uint8_t duration);

/// A coordinator or router that answered an active scan.
struct Beacon {
    std::uint16_t source = 0;  ///< 0 = a coordinator
    std::uint16_t pan_id = 0;
    std::uint8_t channel = 0;
    std::uint64_t extended_pan_id = 0;
    bool operator==(const Beacon&) const = default;
};

/// Those of one notification.
Result<std::vector<Beacon>> parse_beacons(const Frame& notification);

Result<Version> parse_version(const Frame& answer);
Result<std::uint64_t> parse_extaddr(const Frame& answer);
Result<DeviceInfo> parse_device_info(const Frame& answer);
Result<Value> parse_value(const Frame& answer);
Result<std::uint32_t> parse_length(const Frame& answer);
Result<std::uint8_t> parse_status(const Frame& answer);

/// "SYS_NV_READ LEGACY 0x0021": where an error happened.
std::string describe(const Frame& request);
std::string describe(ItemKey key);

}  // namespace zha::znp::mt
