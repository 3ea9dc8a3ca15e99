// What: where things are in the structures of Z-Stack 3.x.0 on the CC2652 (natural alignment,
//      little-endian), and how to take them out and put them in.
// Why: an offset stands in one place.
// Contract: pure; callers check the size of an item first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "znp/nvram/image.hpp"

namespace zha::znp::layout {

inline constexpr std::size_t kNib = 116, kNibSecurityLevel = 12, kNibChannel = 24, kNibPan = 36,
                             kNibState = 38, kNibChannelList = 40, kNibEpid = 57,
                             kNibKeyLoaded = 65, kNibUpdateId = 114;
inline constexpr std::size_t kKeyInfo = 17, kNwkKey = 24, kNwkKeyCounter = 20;
inline constexpr std::size_t kSecMaterial = 12, kSecMaterialEpid = 4;
inline constexpr std::size_t kTclk = 20, kTclkRx = 4, kTclkIeee = 8, kTclkAttr = 16,
                             kTclkShift = 18;
inline constexpr std::size_t kApsKey = 24, kApsKeyTx = 16, kApsKeyRx = 20;
inline constexpr std::size_t kAddrmgr = 12, kAddrmgrNwk = 2, kAddrmgrIeee = 4;
inline constexpr std::size_t kLinkKeyHead = 2, kLinkKey = 6, kLinkKeySub = 2, kLinkKeyState = 4;
inline constexpr std::uint8_t kConfigured = 0x55, kLinkKeyAuthenticated = 1;
/// Bits of the first byte of an ADDRMGR entry.
inline constexpr std::uint8_t kUserAssociated = 1, kUserSecurity = 2;

inline std::uint64_t little(const Bytes& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[at + i];
    return value;
}

inline void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

inline bool all(const Bytes& bytes, std::size_t at, std::size_t size, std::uint8_t value) {
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    return std::all_of(from, from + static_cast<std::ptrdiff_t>(size),
                       [=](auto byte) { return byte == value; });
}

/// Flash that was erased, or an entry that was set to nothing.
inline bool blank(const Bytes& bytes, std::size_t at, std::size_t size) {
    return all(bytes, at, size, 0x00) || all(bytes, at, size, 0xFF);
}

/// The item when it has this size, else nullptr.
inline const Bytes* sized(const Image& image, ItemKey key, std::size_t size) {
    const auto* item = image.find(key);
    return item && item->size() == size ? item : nullptr;
}

inline std::uint16_t count(const Image& image, ExItem table) {
    std::uint16_t found = 0;
    while (image.find({table, found})) ++found;
    return found;
}

}  // namespace zha::znp::layout
