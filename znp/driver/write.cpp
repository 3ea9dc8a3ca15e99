// The writing half of the driver. The order is what protects: markers and the start of the network
// are taken away first and given back last, and in between any reboot makes the dongle factory-new.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "znp/driver/driver.hpp"
#include "znp/nvram/compare.hpp"

namespace zha::znp {
namespace {

constexpr std::uint8_t kClearAll = 0x03;  // STARTUP_OPTION: clear configuration and network state
constexpr ItemKey legacy(std::uint16_t id) {
    return {ExItem::legacy, id};
}
constexpr auto kHasConfigured = legacy(osal::HAS_CONFIGURED_ZSTACK3);
constexpr auto kMigrationId = legacy(osal::ZIGPY_ZNP_MIGRATION_ID);
constexpr auto kOnNetwork = legacy(osal::BDBNODEISONANETWORK);
constexpr auto kStartupOption = legacy(osal::STARTUP_OPTION);
constexpr auto kNib = legacy(osal::NIB);
constexpr auto kExtAddr = legacy(osal::EXTADDR);

/// Flash driver marks: the firmware's own, whatever else is written.
bool is_firmwares(ItemKey key) {
    return key == legacy(0x00FE) || key == legacy(0x00FF);
}

/// Never copied: they belong to the chip or the firmware, or are no items.
bool is_skipped(ItemKey key) {
    constexpr std::array<std::uint16_t, 5> ids{osal::POLL_RATE_OLD16, 0x0002 /* BOOTCOUNTER */,
                                               0x0050 /* DIAGNOSTIC_STATS */,
                                               0x006F /* RNG_COUNTER */, 0x0070 /* RANDOM_SEED */};
    return is_firmwares(key) ||
           (key.item == ExItem::legacy && std::find(ids.begin(), ids.end(), key.sub) != ids.end());
}

/// Written by poison() and commit() only.
bool is_marker(ItemKey key) {
    return key == kHasConfigured || key == kMigrationId || key == kOnNetwork ||
           key == kStartupOption;
}

/// Tables first, the identity last.
int rank(ItemKey key) {
    if (key.item != ExItem::legacy) return 0;
    return key == kNib ? 2 : key == kExtAddr ? 3 : 1;
}

Status check_image(const Image& image) {
    if (image.items.empty()) return {Errc::refused, "image: it is empty"};
    for (const auto& [key, value] : image.items) {
        if (value.empty() || value.size() > mt::kMaxItem)
            return {Errc::refused, "image: " + mt::describe(key) + " does not fit one frame"};
        if (key.sub > mt::kMaxSub)
            return {Errc::refused, "image: " + mt::describe(key) + " is of another dongle family"};
    }
    const auto identity = identity_of(image);
    if (!identity && identity.error().code == Errc::corrupt) return identity.error();
    if (!identity && image.find(kHasConfigured))
        return {Errc::refused, "image: marked as configured, but without a whole identity"};
    return {};
}

/// The number of items in a table, and the size of one (0: there is none).
std::pair<std::size_t, std::size_t> shape(const Image& image, ExItem table) {
    auto it = image.items.lower_bound({table, 0});
    const std::size_t size =
        it != image.items.end() && it->first.item == table ? it->second.size() : 0;
    std::size_t count = 0;
    for (; it != image.items.end() && it->first.item == table; ++it) ++count;
    return {count, size};
}

/// The layout of tables and structures is the firmware's. Asked before anything is written: another
/// firmware would take what it cannot read, or refuse it half way.
Status check_layout(const Image& current, const Image& image) {
    // These exist, at their full length, on every dongle that has booted.
    constexpr std::array tables{ExItem::tclk_table, ExItem::aps_key_data_table,
                                ExItem::nwk_sec_material_table};
    for (const auto table : tables) {
        const auto [here, size_here] = shape(current, table);
        const auto [there, size_there] = shape(image, table);
        if (here == 0 || there == 0 || (here == there && size_here == size_there)) continue;
        const auto name = item_name({table, 0});
        return {Errc::refused,
                fmt::format("image: it is of another firmware: {} has {} items of {} bytes, on the "
                            "dongle {} of {}",
                            name.substr(0, name.find('.')), there, size_there, here, size_here)};
    }
    return {};
}

Bytes marker_of(const Image& image, ItemKey key, std::uint8_t otherwise) {
    const auto* value = image.find(key);
    return value ? *value : Bytes(1, otherwise);
}

}  // namespace

struct Driver::Plan {
    std::vector<ItemKey> surplus;  ///< on the dongle, not in the image; table ends first
    std::vector<ItemKey> changed;  ///< in the order of writing
    bool markers_differ = false;

    Plan(const Image& current, const Image& image) {
        for (auto it = current.items.rbegin(); it != current.items.rend(); ++it)
            if (!is_skipped(it->first) && !is_marker(it->first) && !image.find(it->first))
                surplus.push_back(it->first);
        for (const auto& [key, value] : image.items) {
            if (is_skipped(key) || is_marker(key)) continue;
            if (const auto* now = current.find(key); !now || *now != value) changed.push_back(key);
        }
        std::sort(changed.begin(), changed.end(), [](ItemKey a, ItemKey b) {
            return std::pair(rank(a), a) < std::pair(rank(b), b);
        });
        for (const auto key : {kHasConfigured, kMigrationId}) {
            const auto *now = current.find(key), *then = image.find(key);
            if (!now != !then || (now && *now != *then)) markers_differ = true;
        }
        if (marker_of(current, kOnNetwork, 0) != marker_of(image, kOnNetwork, 0) ||
            marker_of(current, kStartupOption, 0) != Bytes{0})
            markers_differ = true;
    }
    bool nothing_to_do() const { return surplus.empty() && changed.empty() && !markers_differ; }
};

Task<Status> Driver::write_item(ItemKey key, Bytes value, Time deadline) {
    std::uint8_t last = 0;
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto answer = co_await call(mt::nv_write(key, value), deadline);
        if (!answer) co_return answer.error();
        auto status = mt::parse_status(*answer);
        if (!status) co_return within(mt::describe(key), status.error());
        if (*status == mt::status::SUCCESS) co_return Status();
        last = *status;
        if (last != mt::status::NV_NOT_FOUND) continue;
        // Some builds do not create on writing.
        const auto size = static_cast<std::uint32_t>(value.size());
        answer = co_await call(mt::nv_create(key, size), deadline);
        if (!answer) co_return answer.error();
    }
    co_return Status{Errc::io, fmt::format("writing {}: dongle says status 0x{:02x}; its NVRAM may "
                                           "be full or worn (reinstall the firmware)",
                                           mt::describe(key), last)};
}

Task<Status> Driver::delete_item(ItemKey key, Time deadline) {
    const auto answer = co_await call(mt::nv_delete(key), deadline);
    if (!answer) co_return answer.error();
    const auto status = mt::parse_status(*answer);
    if (!status) co_return within(mt::describe(key), status.error());
    if (*status == mt::status::SUCCESS || *status == mt::status::NV_NOT_FOUND) co_return Status();
    co_return Status{Errc::io, fmt::format("deleting {}: dongle says status 0x{:02x}",
                                           mt::describe(key), *status)};
}

/// nullptr: must be absent. The statuses of writes are no proof.
Task<Status> Driver::verify_item(ItemKey key, const Bytes* value, Time deadline) {
    Result<std::optional<Bytes>> there(std::nullopt);
    if (key.item == ExItem::legacy)
        there = co_await read_legacy(key.sub, deadline);
    else
        there = co_await read_item(key, value ? value->size() : 1, deadline);
    if (!there) co_return there.error();
    const bool same = value ? *there && **there == *value : !*there;
    if (same) co_return Status();
    co_return Status{Errc::mismatch,
                     mt::describe(key) + ": read back differs from what was written"};
}

Task<Status> Driver::poison(const Image& current, Time deadline) {
    if (current.find(kHasConfigured))
        if (auto done = co_await delete_item(kHasConfigured, deadline); !done) co_return done;
    const Bytes off(1, 0), clear(1, kClearAll);
    // STARTUP_OPTION before BDBNODEISONANETWORK: with only the latter taken away a boot keeps the
    // old IEEE address and extended PAN id, and a start forms a network of its own with them.
    if (auto done = co_await write_item(kStartupOption, clear, deadline); !done) co_return done;
    if (marker_of(current, kOnNetwork, 0xFF) != off)
        if (auto done = co_await write_item(kOnNetwork, off, deadline); !done) co_return done;
    if (auto done = co_await verify_item(kHasConfigured, nullptr, deadline); !done) co_return done;
    if (auto done = co_await verify_item(kOnNetwork, &off, deadline); !done) co_return done;
    co_return co_await verify_item(kStartupOption, &clear, deadline);
}

Task<Status> Driver::transfer(const Plan& plan, const Image& image, WriteSummary& summary,
                              Time deadline) {
    for (const auto key : plan.surplus)
        if (auto done = co_await delete_item(key, deadline); !done) co_return done;
    for (const auto key : plan.changed) {
        if (auto done = co_await write_item(key, *image.find(key), deadline); !done) co_return done;
        ++summary.items_written;
    }
    for (const auto key : plan.changed) {
        if (auto done = co_await verify_item(key, image.find(key), deadline); !done) co_return done;
        ++summary.items_verified;
    }
    for (const auto key : plan.surplus)
        if (auto done = co_await verify_item(key, nullptr, deadline); !done) co_return done;
    co_return Status();
}

/// A dongle that restarted meanwhile has cleared everything, also what was the same before and so
/// was not written: STARTUP_OPTION tells, whether anybody heard of the restart or not.
Task<Status> Driver::undisturbed(std::uint64_t strays, Time deadline) {
    const Bytes clear(1, kClearAll);
    if (!co_await verify_item(kStartupOption, &clear, deadline))
        co_return Status{Errc::mismatch, "dongle restarted while it was written; write it again"};
    co_return co_await in_step_since(strays, deadline);
}

Task<Status> Driver::commit(const Image& image, WriteSummary& summary, Time deadline) {
    Image last;
    last.items[kStartupOption] = Bytes(1, 0);
    last.items[kOnNetwork] = marker_of(image, kOnNetwork, 0);
    for (const auto key : {kMigrationId, kHasConfigured})
        if (const auto* value = image.find(key)) last.items[key] = *value;
    // BDBNODEISONANETWORK while a boot would still clear everything, so that STARTUP_OPTION alone
    // turns the whole new network on: the other way round a start in between would form another
    // network under the new address. The hosts' own markers come last; a boot does not clear them.
    for (const auto key : {kOnNetwork, kStartupOption, kMigrationId, kHasConfigured}) {
        const auto* value = last.find(key);
        Status done;
        if (value)
            done = co_await write_item(key, *value, deadline);
        else
            done = co_await delete_item(key, deadline);
        if (done) done = co_await verify_item(key, value, deadline);
        if (!done) co_return done;
        if (value) ++summary.items_written, ++summary.items_verified;
    }
    co_return Status();
}

Task<Status> Driver::confirm(const Image& image, WriteSummary& summary, Time deadline) {
    if (auto done = co_await quiet_reset(deadline); !done) co_return done;
    Image now;
    for (const auto id : {osal::HAS_CONFIGURED_ZSTACK3, osal::EXTADDR, osal::NIB,
                          osal::NWK_ACTIVE_KEY_INFO, osal::NWKKEY}) {
        auto value = co_await read_legacy(id, deadline);
        if (!value) co_return value.error();
        if (*value) now.items.emplace(legacy(id), std::move(**value));
    }
    if (auto done = co_await read_table(ExItem::nwk_sec_material_table, now, deadline); !done)
        co_return done;
    const auto wanted = identity_of(image), found = identity_of(now);
    if (!wanted) co_return Status();
    const bool same = found && fingerprint(*found) == fingerprint(*wanted) &&
                      found->ieee == wanted->ieee && found->channel == wanted->channel;
    if (!same)
        co_return Status{Errc::mismatch,
                         "after its reset the dongle has another identity than was written"};
    summary.frame_counter = frame_counter(now);
    if (summary.frame_counter < frame_counter(image))
        co_return Status{Errc::mismatch,
                         "after its reset the dongle has a lower frame counter than was written"};
    const auto device = co_await identify(deadline);
    if (!device) co_return device.error();
    if (device->ieee != wanted->ieee)
        co_return Status{Errc::mismatch, "after its reset the dongle uses another IEEE address"};
    co_return Status();
}

Task<Result<WriteSummary>> Driver::write_all(Image image, Time deadline) {
    if (const auto fine = check_image(image); !fine) co_return fine.error();
    if (const auto done = co_await quiet_reset(deadline); !done) co_return done.error();
    const auto current = co_await read_all(deadline);
    if (!current) co_return current.error();
    if (const auto fine = check_layout(*current, image); !fine) co_return fine.error();
    const Plan plan(*current, image);
    const auto strays = channel_.strays();
    WriteSummary summary;
    summary.frame_counter = frame_counter(*current);
    if (plan.nothing_to_do()) co_return summary;
    auto done = co_await poison(*current, deadline);
    if (done) done = co_await transfer(plan, image, summary, deadline);
    if (done) done = co_await undisturbed(strays, deadline);
    if (done) done = co_await commit(image, summary, deadline);
    if (done) done = co_await confirm(image, summary, deadline);
    if (done) done = co_await in_step_since(strays, deadline);
    if (!done) co_return done.error();
    co_return summary;
}

Task<Status> Driver::reset_all(Time deadline) {
    if (const auto done = co_await quiet_reset(deadline); !done) co_return done;
    const auto current = co_await read_all(deadline);
    if (!current) co_return current.error();
    if (const auto done = co_await poison(*current, deadline); !done) co_return done;
    for (auto it = current->items.rbegin(); it != current->items.rend(); ++it) {
        const auto key = it->first;
        if (is_firmwares(key) || key == kStartupOption || key == legacy(osal::POLL_RATE_OLD16))
            continue;
        if (const auto done = co_await delete_item(key, deadline); !done) co_return done;
    }
    co_return co_await quiet_reset(deadline);  // the firmware makes its defaults
}

}  // namespace zha::znp
