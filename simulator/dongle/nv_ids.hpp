// What: the names of the NV items and tables that the emulated firmware itself uses.
// Why: the numbers are those of Z-Stack; they belong in one place.
// Contract: items of the OSAL set are (item 0, sub = id); tables are (item = table, sub = index).
#pragma once

#include <cstddef>
#include <cstdint>

namespace zha::sim::nv {

inline constexpr std::uint16_t kLegacy = 0;
inline constexpr std::uint16_t kAddrMgr = 1;
inline constexpr std::uint16_t kBinding = 2;
inline constexpr std::uint16_t kDeviceList = 3;
inline constexpr std::uint16_t kTclk = 4;
inline constexpr std::uint16_t kApsKeyData = 6;
inline constexpr std::uint16_t kNwkSecMaterial = 7;

inline constexpr std::uint16_t kExtAddr = 0x0001;
inline constexpr std::uint16_t kStartupOption = 0x0003;
inline constexpr std::uint16_t kNib = 0x0021;
inline constexpr std::uint16_t kPollRateOld16 = 0x0024;
inline constexpr std::uint16_t kExtendedPanId = 0x002D;
inline constexpr std::uint16_t kPollRate = 0x0035;
inline constexpr std::uint16_t kActiveKey = 0x003A;
inline constexpr std::uint16_t kAlternKey = 0x003B;
inline constexpr std::uint16_t kGroupTable = 0x0042;
inline constexpr std::uint16_t kApsLinkKeyTable = 0x004C;
inline constexpr std::uint16_t kBdbNodeIsOnANetwork = 0x0055;
inline constexpr std::uint16_t kHasConfigured = 0x0060;
inline constexpr std::uint16_t kPrecfgKey = 0x0062;
inline constexpr std::uint16_t kNwkKey = 0x0082;
inline constexpr std::uint16_t kPanId = 0x0083;
inline constexpr std::uint16_t kChanList = 0x0084;
inline constexpr std::uint16_t kLeaveCtrl = 0x0085;
inline constexpr std::uint16_t kTclkSeed = 0x0101;

inline constexpr std::uint8_t kClearConfig = 0x01;
inline constexpr std::uint8_t kClearState = 0x02;
inline constexpr std::uint8_t kClearFrameCounter = 0x80;

inline constexpr std::size_t kNibSize = 116;
inline constexpr std::size_t kNibChannel = 24;
inline constexpr std::size_t kNibCoordExtAddress = 28;
inline constexpr std::size_t kNibPanId = 36;
inline constexpr std::size_t kNibChannelList = 40;
inline constexpr std::size_t kNibExtendedPanId = 57;
inline constexpr std::size_t kNibKeyLoaded = 65;
inline constexpr std::size_t kNibUpdateId = 114;
inline constexpr std::size_t kNwkKeyCounter = 20;

inline constexpr std::uint16_t kAddrMgrEntries = 257;
inline constexpr std::uint16_t kDeviceListEntries = 51;
inline constexpr std::uint16_t kTclkEntries = 200;
inline constexpr std::uint16_t kApsKeyEntries = 3;
inline constexpr std::uint16_t kSecMaterialEntries = 5;

}  // namespace zha::sim::nv
