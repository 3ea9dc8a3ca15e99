#include "znp/nvram/startable.hpp"

#include <algorithm>

namespace zha::znp {
namespace {

constexpr std::size_t kNibCoordinator = 28, kNibEpid = 57, kEntrySize = 12, kEntryEpid = 4;
constexpr std::uint8_t kGeneric = 0xFF;

Error refuse(const std::string& why) {
    return {Errc::refused, "dongle must not be started: " + why + "; restore it again"};
}

bool is(const Image& image, std::uint16_t id, std::uint8_t value) {
    const auto* item = image.legacy(id);
    return item && *item == Bytes{value};
}

/// Where the firmware finds the counter of this network; without it, it begins at 0 again and
/// every device drops what it sends.
bool has_counter(const Image& image, const Bytes& nib) {
    return std::any_of(image.items.begin(), image.items.end(), [&](const auto& entry) {
        const auto& [key, bytes] = entry;
        if (key.item != ExItem::nwk_sec_material_table || bytes.size() != kEntrySize) return false;
        const auto epid = bytes.begin() + kEntryEpid;
        return std::equal(epid, bytes.end(), nib.begin() + kNibEpid) ||
               std::all_of(epid, bytes.end(), [](auto byte) { return byte == kGeneric; });
    });
}

}  // namespace

Status whole(const Image& image) {
    if (!is(image, osal::STARTUP_OPTION, 0))
        return refuse("STARTUP_OPTION: a write was cut short, its next boot clears everything");
    if (!is(image, osal::HAS_CONFIGURED_ZSTACK3, 0x55))
        return refuse("HAS_CONFIGURED_ZSTACK3: it holds no network, or a write was cut short");
    if (!is(image, osal::BDBNODEISONANETWORK, 1))
        return refuse("BDBNODEISONANETWORK: it would form a network of its own");
    const auto identity = identity_of(image);
    if (!identity) return refuse(identity.error().message);
    if (!has_counter(image, *image.legacy(osal::NIB)))
        return refuse("NWK_SEC_MATERIAL_TABLE: no frame counter of its network");
    return {};
}

Status startable(const Image& image) {
    if (const auto complete = whole(image); !complete) return complete;
    const auto& nib = *image.legacy(osal::NIB);
    const auto& ieee = *image.legacy(osal::EXTADDR);
    const auto coordinator = nib.begin() + kNibCoordinator;
    const auto end = coordinator + static_cast<std::ptrdiff_t>(ieee.size());
    const bool named = std::any_of(coordinator, end, [](auto byte) { return byte != 0; });
    if (named && !std::equal(ieee.begin(), ieee.end(), coordinator))
        return refuse("NIB and EXTADDR name different coordinators");
    return {};
}

}  // namespace zha::znp
