// The writing half of the driver. The order is what protects: markers and the start of the network
// are taken away first and given back last, and in between any reboot makes the dongle factory-new.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "znp/driver/driver.hpp"

namespace zha::znp {
namespace {

constexpr std::uint64_t kOrderRequests = 35;  // what the order of a write takes beside its items
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

/// Said only when it was said twice.
Error worn(const char* what, ItemKey key, std::uint8_t status) {
    return {Errc::io, fmt::format("{} {}: dongle says status 0x{:02x}, twice: its NVRAM is worn or "
                                  "full; install its firmware again, which erases it, and write "
                                  "this image again; if that does not help, the dongle is done",
                                  what, mt::describe(key), status)};
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
    std::size_t size() const { return surplus.size() + changed.size(); }
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
    co_return worn("writing", key, last);
}

Task<Status> Driver::delete_item(ItemKey key, Time deadline) {
    std::uint8_t last = 0;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto answer = co_await call(mt::nv_delete(key), deadline);
        if (!answer) co_return answer.error();
        const auto status = mt::parse_status(*answer);
        if (!status) co_return within(mt::describe(key), status.error());
        if (*status == mt::status::SUCCESS || *status == mt::status::NV_NOT_FOUND)
            co_return Status();
        last = *status;
    }
    co_return worn("deleting", key, last);
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

Task<Status> Driver::check_target(WriteRules rules, Time deadline) {
    const auto answer = co_await call(mt::version(), deadline);
    if (!answer) co_return answer.error();
    const auto version = mt::parse_version(*answer);
    if (!version) co_return version.error();
    co_return check_firmware(version->product, version->revision, rules);
}

Task<Result<WriteSummary>> Driver::write_all(Image image, Time deadline, WriteRules rules) {
    settle_key(image);
    if (const auto fine = check_image(image); !fine) co_return fine.error();
    if (const auto done = co_await quiet_reset(deadline); !done) co_return done.error();
    if (const auto fine = co_await check_target(rules, deadline); !fine) co_return fine.error();
    const auto current = co_await read_all(deadline);
    if (!current) co_return current.error();
    if (!current->legacy(osal::NWK_ACTIVE_KEY_INFO))
        if (const auto why = co_await why_no_key(true, deadline); !why) co_return why.error();
    if (const auto fine = check_layout(*current, image, rules); !fine) co_return fine.error();
    if (const auto fine = keep_counters(*current, image, rules); !fine) co_return fine.error();
    const Plan plan(*current, image);
    const auto strays = channel_.strays();
    WriteSummary summary;
    summary.frame_counter = frame_counter(*current);
    summary.before = *current;
    if (plan.nothing_to_do()) co_return summary;
    if (hooks_.keep_backup)
        if (const auto kept = hooks_.keep_backup(*current); !kept) co_return kept.error();
    expect_requests(2 * plan.size() + kOrderRequests);
    auto done = co_await poison(*current, deadline);
    if (done) done = co_await transfer(plan, image, summary, deadline);
    if (done) done = co_await undisturbed(strays, deadline);
    if (done) done = co_await commit(image, summary, deadline);
    if (done) done = co_await confirm(image, summary, deadline);
    if (done) done = co_await in_step_since(strays, deadline);
    if (!done) co_return done.error();
    co_return summary;
}

/// Does the dongle still hold what it was left with? Not one whose network ran since: that moves
/// the counters. Not one whose write was interrupted: that takes the markers.
Task<Result<bool>> Driver::holds_mirror(const Image& mirrored, Time deadline) {
    const auto identity = identity_of(mirrored);
    if (!identity || !mirrored.find(kHasConfigured)) co_return false;
    const auto device = co_await device_info(deadline);
    if (!device) co_return device.error();
    if (device->state != mt::kDeviceStateHold || device->ieee != identity->ieee) co_return false;
    for (const auto key : {kHasConfigured, kNib, legacy(osal::NWKKEY)}) {
        const auto* value = mirrored.find(key);
        const auto same = co_await verify_item(key, value, deadline);
        if (!same && same.error().code != Errc::mismatch) co_return same.error();
        if (!same || !value) co_return false;
    }
    co_return true;
}

/// As poison(). Only the order to clear is read back: once it stands, a boot leaves nothing of the
/// rest, and before it is taken back all content is proven.
Task<Status> Driver::poison_mirror(Time deadline) {
    const Bytes clear(1, kClearAll);
    auto done = co_await delete_item(kHasConfigured, deadline);
    if (done) done = co_await write_item(kOnNetwork, Bytes(1, 0), deadline);
    if (done) done = co_await write_item(kStartupOption, clear, deadline);
    if (done) done = co_await verify_item(kStartupOption, &clear, deadline);
    co_return done;
}

/// As commit(), but what was written is read back by confirm_delta() behind the reset.
Task<Status> Driver::commit_delta(const Image& mirrored, const Image& image, WriteSummary& summary,
                                  Time deadline) {
    auto done = co_await write_item(kStartupOption, Bytes(1, 0), deadline);
    if (done) done = co_await write_item(kOnNetwork, marker_of(image, kOnNetwork, 0), deadline);
    summary.items_written += 2;
    const auto *was = mirrored.find(kMigrationId), *wanted = image.find(kMigrationId);
    if (done && wanted && (!was || *was != *wanted)) {
        done = co_await write_item(kMigrationId, *wanted, deadline);
        if (done) done = co_await verify_item(kMigrationId, wanted, deadline);
    } else if (done && was && !wanted) {
        done = co_await delete_item(kMigrationId, deadline);
        if (done) done = co_await verify_item(kMigrationId, nullptr, deadline);
    }
    if (!done) co_return done;
    const auto* configured = image.find(kHasConfigured);
    if (!configured) co_return Status();
    ++summary.items_written;
    co_return co_await write_item(kHasConfigured, *configured, deadline);
}

/// Behind the reset: all that whole() judges by. The counters are not among it, as a promotion
/// raises them, and transfer() reads back all that changed.
Task<Status> Driver::confirm_delta(const Image& image, WriteSummary& summary, Time deadline) {
    if (auto done = co_await reset(deadline); !done) co_return done;
    const auto device = co_await device_info(deadline);
    if (!device) co_return device.error();
    if (device->state == mt::kDeviceStateCoordinator)
        co_return Status{Errc::refused, "dongle is on the air: something started it after a reset"};
    const auto identity = identity_of(image);
    if (identity && device->ieee != identity->ieee)
        co_return Status{Errc::mismatch, "after its reset the dongle uses another IEEE address"};
    const auto on_network = marker_of(image, kOnNetwork, 0);
    const Bytes keep(1, 0);
    auto done = co_await verify_item(kStartupOption, &keep, deadline);
    if (done) done = co_await verify_item(kOnNetwork, &on_network, deadline);
    // EXTADDR was told above: what the dongle says of itself is what it uses.
    for (const auto key :
         {kHasConfigured, kNib, legacy(osal::NWK_ACTIVE_KEY_INFO), legacy(osal::NWKKEY)})
        if (done) done = co_await verify_item(key, image.find(key), deadline);
    if (!done) co_return within("after its reset", done.error());
    summary.items_verified += image.find(kHasConfigured) ? 3 : 2;  // what commit_delta() wrote
    summary.frame_counter = frame_counter(image);
    co_return Status();
}

Task<Result<WriteSummary>> Driver::write_delta(Image image, Image mirrored, Time deadline,
                                               WriteRules rules) {
    settle_key(image);
    if (const auto fine = check_image(image); !fine) co_return fine.error();
    const auto holds = co_await holds_mirror(mirrored, deadline);
    if (!holds) co_return holds.error();
    if (!*holds) co_return co_await write_all(std::move(image), deadline, rules);
    if (const auto fine = check_layout(mirrored, image, rules); !fine) co_return fine.error();
    if (const auto fine = keep_counters(mirrored, image, rules); !fine) co_return fine.error();
    const Plan plan(mirrored, image);
    WriteSummary summary;
    summary.frame_counter = frame_counter(mirrored);
    if (plan.nothing_to_do()) co_return summary;
    expect_requests(2 * plan.size() + kOrderRequests / 2);
    auto done = co_await poison_mirror(deadline);
    if (done) done = co_await transfer(plan, image, summary, deadline);
    if (done) done = co_await commit_delta(mirrored, image, summary, deadline);
    if (done) done = co_await confirm_delta(image, summary, deadline);
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
