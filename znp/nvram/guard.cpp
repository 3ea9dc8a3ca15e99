#include "znp/nvram/guard.hpp"

#include <fmt/core.h>

#include <array>

#include "znp/nvram/compare.hpp"
#include "znp/nvram/layout.hpp"
#include "znp/nvram/tables.hpp"

namespace zha::znp {
namespace {

using namespace layout;

constexpr std::uint8_t kZStack3x0 = 1;        // the product id of the CC2652's stack
constexpr std::uint32_t kAlarm = 0x80000000;  // half of the space: years ahead of the end
constexpr std::string_view kRemedy =
    "install the same firmware on both dongles and read again, or add --force-incompatible to "
    "write it all the same (the dongle may then not start its network)";

Error foreign(std::string why) {
    return {Errc::refused, fmt::format("image: it is of another firmware: {}; {}", why, kRemedy)};
}

std::string table_name(ExItem table) {
    const auto name = item_name({table, 0});
    return name.substr(0, name.find('.'));
}

bool same_network(const Image& a, const Image& b) {
    const auto one = identity_of(a), other = identity_of(b);
    return one && other && fingerprint(*one) == fingerprint(*other);
}

/// Where an entry keeps its outgoing counter, when `now` and `then` are of the same partner.
std::optional<std::size_t> common_counter(ItemKey key, const Bytes& now, const Bytes& then) {
    const auto equal = [&](std::size_t at, std::size_t size) {
        const auto from = static_cast<std::ptrdiff_t>(at), to = static_cast<std::ptrdiff_t>(size);
        return std::equal(now.begin() + from, now.begin() + from + to, then.begin() + from);
    };
    if (now.size() != then.size()) return std::nullopt;
    const auto size = now.size();
    if (key == ItemKey{ExItem::legacy, osal::NWKKEY} && size == kNwkKey)
        return equal(0, kKeyInfo) ? std::optional(kNwkKeyCounter) : std::nullopt;
    if (key.item == ExItem::nwk_sec_material_table && size == kSecMaterial)
        return equal(kSecMaterialEpid, 8) ? std::optional<std::size_t>(0) : std::nullopt;
    if (key.item == ExItem::tclk_table && size == kTclk && !blank(now, kTclkIeee, 8))
        return equal(kTclkIeee, 8) ? std::optional<std::size_t>(0) : std::nullopt;
    if (key.item == ExItem::aps_key_data_table && size == kApsKey && !blank(now, 0, 16))
        return equal(0, 16) ? std::optional(kApsKeyTx) : std::nullopt;
    return std::nullopt;
}

/// The entry of `image` that is about the same partner as this one of the dongle: tables may have
/// changed their order.
void raise_to(const Image& current, Image& image) {
    for (const auto& [key, now] : current.items) {
        const ItemKey from = key.item == ExItem::legacy ? key : ItemKey{key.item, 0};
        for (auto it = image.items.lower_bound(from);
             it != image.items.end() && it->first.item == key.item; ++it) {
            if (key.item == ExItem::legacy && it->first != key) break;
            const auto at = common_counter(key, now, it->second);
            if (at && little(it->second, *at, 4) < little(now, *at, 4))
                put(it->second, *at, little(now, *at, 4), 4);
        }
    }
}

}  // namespace

Status check_firmware(std::uint8_t product, std::uint32_t revision, const WriteRules& rules) {
    if (rules.force_incompatible) return {};
    if (product != kZStack3x0)
        return foreign(
            fmt::format("the dongle is product {}, which is not Z-Stack 3.x.0", product));
    if (rules.revision && *rules.revision != revision)
        return foreign(fmt::format("it was read from revision {}, the dongle runs {}",
                                   *rules.revision, revision));
    return {};
}

Status check_layout(const Image& current, const Image& image, const WriteRules& rules) {
    if (rules.force_incompatible) return {};
    // These exist, at their full length, on every dongle that has booted.
    constexpr std::array whole{ExItem::tclk_table, ExItem::aps_key_data_table,
                               ExItem::nwk_sec_material_table};
    for (auto table :
         {ExItem::addrmgr, ExItem::binding_table, ExItem::device_list, ExItem::tclk_table,
          ExItem::aps_key_data_table, ExItem::nwk_sec_material_table}) {
        const auto [here, size_here] = table_shape(current, table);
        const auto [there, size_there] = table_shape(image, table);
        const bool counted = std::find(whole.begin(), whole.end(), table) != whole.end();
        if (here == 0 || there == 0) continue;
        if ((here == there || !counted) && size_here == size_there) continue;
        return foreign(fmt::format("{} has {} items of {} bytes, on the dongle {} of {}",
                                   table_name(table), there, size_there, here, size_here));
    }
    for (const auto id : {osal::NIB, osal::NWKKEY, osal::NWK_ACTIVE_KEY_INFO}) {
        const auto *here = current.legacy(id), *there = image.legacy(id);
        if (here && there && here->size() != there->size())
            return foreign(fmt::format("{} has {} bytes, on the dongle {}",
                                       item_name({ExItem::legacy, id}), there->size(),
                                       here->size()));
    }
    return {};
}

Status keep_counters(const Image& current, Image& image, const WriteRules& rules) {
    // A dongle that was restored and never started counts, too.
    auto held = current;
    settle_key(held);
    if (rules.lower_counters == LowerCounters::allow || !same_network(held, image)) return {};
    const auto here = frame_counter(held), there = frame_counter(image);
    if (rules.lower_counters == LowerCounters::refuse && there < here)
        return {Errc::refused,
                fmt::format("image: its frame counter {} is below the dongle's {}: devices would "
                            "drop all that the dongle sends until it has caught up; use a newer "
                            "image, or add --allow-lower-counters",
                            there, here)};
    raise_to(held, image);
    return {};
}

std::string counter_alarm(std::uint32_t frame_counter) {
    if (frame_counter < kAlarm) return {};
    return fmt::format(
        "the frame counter {} has used {}% of its 32 bits; when they are used up nobody hears the "
        "dongle any more: change the network key (or form the network anew) in time",
        frame_counter, std::uint64_t{frame_counter} * 100 >> 32);
}

}  // namespace zha::znp
