#include "znp/nvram/image.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <optional>

#include "znp/nvram/layout.hpp"

namespace zha::znp {
namespace {

using namespace layout;

constexpr std::uint64_t kCounterEnd = 0xF0000000;

void put_u32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    put(bytes, at, value, 4);
}

/// Does this entry hold an outgoing counter that somebody used, and where?
std::optional<std::size_t> counter_at(const ItemKey& key, const Bytes& bytes) {
    const auto size = bytes.size();
    if (key == ItemKey{ExItem::legacy, osal::NWKKEY} && size == kNwkKey)
        return blank(bytes, 1, 16) ? std::nullopt : std::optional(kNwkKeyCounter);
    // The generic entry has an EPID of all ones; an unused one is zero throughout.
    if (key.item == ExItem::nwk_sec_material_table && size == kSecMaterial)
        return blank(bytes, 0, size) ? std::nullopt : std::optional<std::size_t>(0);
    if (key.item == ExItem::tclk_table && size == kTclk)
        return blank(bytes, 8, 8) ? std::nullopt : std::optional<std::size_t>(0);
    if (key.item == ExItem::aps_key_data_table && size == kApsKey)
        return blank(bytes, 0, 16) ? std::nullopt : std::optional<std::size_t>(16);
    return std::nullopt;
}

bool is_network(const ItemKey& key) {
    return key.item == ExItem::legacy || key.item == ExItem::nwk_sec_material_table;
}

/// Without an entry of its own network the firmware would begin to count at 0.
void add_missing_entry(Image& image, std::uint32_t counter) {
    const auto* nib = sized(image, {ExItem::legacy, osal::NIB}, kNib);
    if (!nib || blank(*nib, kNibEpid, 8)) return;
    const Bytes epid(nib->begin() + kNibEpid, nib->begin() + kNibEpid + 8);
    Bytes* free = nullptr;
    for (auto& [key, bytes] : image.items) {
        if (key.item != ExItem::nwk_sec_material_table || bytes.size() != kSecMaterial) continue;
        if (std::equal(epid.begin(), epid.end(), bytes.begin() + 4)) return;
        if (!free && blank(bytes, 0, bytes.size())) free = &bytes;
    }
    if (!free) return;
    put_u32(*free, 0, counter);
    std::copy(epid.begin(), epid.end(), free->begin() + 4);
}

/// The counter that the firmware goes on with in the network of this NIB, when it has one.
std::optional<std::uint64_t> own_counter(const Image& image, const Bytes& nib) {
    for (const auto& [key, bytes] : image.items)
        if (key.item == ExItem::nwk_sec_material_table && bytes.size() == kSecMaterial &&
            little(bytes, kSecMaterialEpid, 8) == little(nib, kNibEpid, 8))
            return little(bytes, 0, 4);
    return std::nullopt;
}

}  // namespace

bool settle_key(Image& image) {
    const auto* marker = image.legacy(osal::HAS_CONFIGURED_ZSTACK3);
    const auto* nib = sized(image, {ExItem::legacy, osal::NIB}, kNib);
    const auto* info = sized(image, {ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO}, kKeyInfo);
    const auto* altern = image.legacy(osal::NWK_ALTERN_KEY_INFO);
    const auto* configured = image.legacy(osal::PRECFGKEY);
    const auto* stored = sized(image, {ExItem::legacy, osal::NWKKEY}, kNwkKey);
    if (!marker || *marker != Bytes{kConfigured} || !nib || !info || !altern || !configured)
        return false;
    if (!stored || std::equal(info->begin(), info->end(), stored->begin())) return false;
    const auto counter = own_counter(image, *nib);
    const bool agree = *altern == *info && Bytes(info->begin() + 1, info->end()) == *configured;
    if (!agree || !counter || blank(*nib, kNibEpid, 8)) return false;
    Bytes settled = *info;
    settled.resize(kNwkKey, 0xFF);
    put(settled, kNwkKeyCounter, *counter, 4);
    image.items[{ExItem::legacy, osal::NWKKEY}] = settled;
    return true;
}

Result<Identity> identity_of(const Image& image) {
    const auto* marker = image.legacy(osal::HAS_CONFIGURED_ZSTACK3);
    if (!marker || *marker != Bytes{kConfigured})
        return Error{Errc::not_found, "image: not configured (HAS_CONFIGURED_ZSTACK3)"};
    const auto *nib = image.legacy(osal::NIB), *info = image.legacy(osal::NWK_ACTIVE_KEY_INFO),
               *ieee = image.legacy(osal::EXTADDR);
    if (!nib || !info || !ieee)
        return Error{Errc::not_found, "image: NIB, NWK_ACTIVE_KEY_INFO or EXTADDR is missing"};
    if (nib->size() != kNib || info->size() != kKeyInfo || ieee->size() != 8)
        return Error{Errc::corrupt, "image: NIB, NWK_ACTIVE_KEY_INFO or EXTADDR has a wrong size"};
    const auto channel = (*nib)[kNibChannel];
    if (channel == 0 || (*nib)[kNibKeyLoaded] == 0)
        return Error{Errc::not_found, "image: NIB has no channel or no key loaded"};
    if (channel < 11 || channel > 26 || blank(*nib, kNibEpid, 8) || blank(*info, 1, 16))
        return Error{Errc::corrupt, "image: channel, extended PAN id or network key is not valid"};
    const auto* stored = sized(image, {ExItem::legacy, osal::NWKKEY}, kNwkKey);
    if (stored && !std::equal(info->begin(), info->end(), stored->begin()))
        return Error{Errc::corrupt, "image: NWKKEY and NWK_ACTIVE_KEY_INFO hold different keys"};
    Identity identity;
    identity.pan_id = static_cast<std::uint16_t>(little(*nib, kNibPan, 2));
    identity.extended_pan_id = little(*nib, kNibEpid, 8);
    identity.channel = channel;
    std::copy(info->begin() + 1, info->end(), identity.network_key.begin());
    identity.ieee = little(*ieee, 0, 8);
    identity.update_id = (*nib)[kNibUpdateId];
    return identity;
}

std::string fingerprint(const Identity& identity) {
    Bytes text;
    for (int shift = 8; shift >= 0; shift -= 8)
        text.push_back(static_cast<std::uint8_t>(identity.pan_id >> shift));
    for (int shift = 56; shift >= 0; shift -= 8)
        text.push_back(static_cast<std::uint8_t>(identity.extended_pan_id >> shift));
    text.insert(text.end(), identity.network_key.begin(), identity.network_key.end());
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
    SHA256(text.data(), text.size(), hash.data());
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) out += {digits[hash[i] >> 4], digits[hash[i] & 15]};
    return out;
}

std::uint32_t frame_counter(const Image& image) {
    std::uint64_t highest = 0;
    for (const auto& [key, bytes] : image.items)
        if (const auto at = counter_at(key, bytes); at && is_network(key))
            highest = std::max(highest, little(bytes, *at, 4));
    return static_cast<std::uint32_t>(highest);
}

Status raise_counters(Image& image, std::uint32_t at_least, std::uint32_t margin) {
    const std::uint64_t network = std::uint64_t{std::max(frame_counter(image), at_least)} + margin;
    Image raised = image;
    for (auto& [key, bytes] : raised.items) {
        const auto at = counter_at(key, bytes);
        if (!at) continue;
        const auto counter = is_network(key) ? network : little(bytes, *at, 4) + margin;
        if (counter > kCounterEnd)
            return {Errc::refused, "image: a frame counter is near the end of its 32 bits"};
        put_u32(bytes, *at, static_cast<std::uint32_t>(counter));
    }
    if (network > kCounterEnd)
        return {Errc::refused, "image: the frame counter is near the end of its 32 bits"};
    add_missing_entry(raised, static_cast<std::uint32_t>(network));
    image = std::move(raised);
    return {};
}

}  // namespace zha::znp
