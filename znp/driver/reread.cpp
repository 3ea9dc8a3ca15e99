// Reading a dongle whose former content is known: nothing is asked for that is known not to change
// or that only served to find out what there is.
#include <algorithm>

#include "znp/driver/driver.hpp"
#include "znp/nvram/tables.hpp"

namespace zha::znp {
namespace {

constexpr std::uint16_t kGroupTable = 0x0042, kLeaveCtrl = 0x0085;
constexpr std::size_t kNibSize = 116, kNibPan = 36, kNibEpid = 57, kNwkKeyInfo = 17;

constexpr ItemKey legacy(std::uint16_t id) {
    return {ExItem::legacy, id};
}

bool same_part(const Bytes& left, const Bytes& right, std::size_t at, std::size_t size) {
    if (left.size() < at + size || right.size() < at + size) return false;
    const auto from = static_cast<std::ptrdiff_t>(at),
               to = from + static_cast<std::ptrdiff_t>(size);
    return std::equal(left.begin() + from, left.begin() + to, right.begin() + from);
}

/// Whole network and key unchanged: what else changes then is counters and entries of tables.
bool only_counters_moved(const Image& since, const Image& now) {
    const auto before = identity_of(since), after = identity_of(now);
    if (!before || !after) return false;
    const auto *key_before = since.legacy(osal::NWKKEY), *key_after = now.legacy(osal::NWKKEY);
    return fingerprint(*before) == fingerprint(*after) && before->channel == after->channel &&
           before->update_id == after->update_id && key_before && key_after &&
           same_part(*key_before, *key_after, 0, kNwkKeyInfo) &&
           *since.legacy(osal::NWK_ACTIVE_KEY_INFO) == *now.legacy(osal::NWK_ACTIVE_KEY_INFO);
}

}  // namespace

/// Reads one item of `former` again. False: it is not what one may rely on.
Task<Result<bool>> Driver::read_again(ItemKey key, const Image& former, Image& into,
                                      Time deadline) {
    if (key.item == ExItem::legacy) {
        auto value = co_await read_legacy(key.sub, deadline);
        if (!value) co_return value.error();
        into.items.erase(key);
        if (*value) into.items.emplace(key, std::move(**value));
        co_return true;
    }
    // Behind the end of a table: asked at the length of its entries, which is one byte at least.
    const auto* was = former.find(key);
    const auto length =
        was ? was->size() : std::max<std::size_t>(1, table_shape(former, key.item).second);
    auto value = co_await read_item(key, length, deadline);
    if (!value && value.error().code != Errc::io && value.error().code != Errc::protocol)
        co_return value.error();
    if (!value || value->has_value() != (was != nullptr)) co_return false;
    if (*value) into.items.insert_or_assign(key, std::move(**value));
    co_return true;
}

Task<Result<bool>> Driver::same_network(const Image& former, Image& into, Time deadline) {
    if (!identity_of(former)) co_return false;
    for (const auto id : {osal::EXTADDR, osal::NIB})
        if (const auto read = co_await read_again(legacy(id), former, into, deadline); !read)
            co_return read.error();
    const auto *ieee = into.legacy(osal::EXTADDR), *nib = into.legacy(osal::NIB);
    const auto* was = former.legacy(osal::NIB);
    co_return ieee&& nib && *ieee == *former.legacy(osal::EXTADDR) &&
        nib->size() == kNibSize&& same_part(*nib, *was, kNibPan, 2) &&
        same_part(*nib, *was, kNibEpid, 8);
}

Task<Result<Image>> Driver::read_known(Image former, Time deadline) {
    Image image;
    expect_requests(former.items.size() + nv_tables().size() + 4);
    auto fine = co_await same_network(former, image, deadline);
    if (!fine) co_return fine.error();
    if (!*fine) co_return co_await read_all(deadline);
    std::vector<ItemKey> keys;
    keys.reserve(former.items.size() + nv_tables().size());
    for (const auto& [key, value] : former.items) keys.push_back(key);
    // What a network in use may add to the plain items.
    for (const auto id : {kGroupTable, osal::APS_LINK_KEY_TABLE, osal::ZIGPY_ZNP_MIGRATION_ID,
                          osal::HAS_CONFIGURED_ZSTACK3, kLeaveCtrl})
        if (!former.legacy(id)) keys.push_back(legacy(id));
    for (const auto table : nv_tables()) {
        const auto count = table_shape(former, table).first;
        if (count <= mt::kMaxSub) keys.push_back({table, count});
    }
    for (const auto key : keys) {
        if (image.find(key)) continue;
        fine = co_await read_again(key, former, image, deadline);
        if (!fine) co_return fine.error();
        if (!*fine) co_return co_await read_all(deadline);
    }
    // A key that could be read and cannot now: read_all says why.
    if (!image.legacy(osal::NWK_ACTIVE_KEY_INFO)) co_return co_await read_all(deadline);
    co_return image;
}

/// False: something changed that only a whole read can follow.
Task<Result<bool>> Driver::read_changing(const Image& since, Image& into, Time deadline) {
    auto fine = co_await same_network(since, into, deadline);
    if (!fine || !*fine) co_return fine;
    for (const auto id :
         {osal::NWK_ACTIVE_KEY_INFO, osal::NWKKEY, osal::APS_LINK_KEY_TABLE, kGroupTable})
        if (fine = co_await read_again(legacy(id), since, into, deadline); !fine) co_return fine;
    if (!only_counters_moved(since, into)) co_return false;
    for (const auto table : nv_tables()) {
        const auto count = table_shape(since, table).first;
        // The table of networks gets an entry only with another network, which was found above.
        bool probe = table != ExItem::nwk_sec_material_table;
        for (std::uint16_t sub = 0; sub <= std::min(count, mt::kMaxSub); ++sub) {
            const ItemKey key{table, sub};
            const auto* was = since.find(key);
            const bool unused = !was || is_free_entry(table, *was);
            if (unused && !probe) continue;
            fine = co_await read_again(key, since, into, deadline);
            if (!fine || !*fine) co_return fine;
            // A free entry that was taken: the next free one may be, too.
            if (unused) probe = was && *into.find(key) != *was;
        }
    }
    co_return true;
}

Task<Result<Image>> Driver::read_incremental(Image since, Time deadline) {
    Image image = since;
    expect_requests(30);
    const auto fine = co_await read_changing(since, image, deadline);
    if (!fine) co_return fine.error();
    if (!*fine) co_return co_await read_known(std::move(since), deadline);
    co_return image;
}

}  // namespace zha::znp
