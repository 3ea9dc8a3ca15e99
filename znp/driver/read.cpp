// The reading half of the driver: every request saved counts, a round trip costs about 10 ms.
#include <fmt/core.h>

#include "znp/driver/driver.hpp"
#include "znp/nvram/osal_names.hpp"
#include "znp/nvram/tables.hpp"

namespace zha::znp {
namespace {

constexpr std::uint64_t kTypicalReads = 660;
constexpr std::size_t kMaxReply = 247;
constexpr std::size_t kMaxStored = 4095;
constexpr int kAttempts = 3;

Error unexpected(const Frame& request, std::uint8_t status) {
    return {Errc::io,
            fmt::format("{}: dongle says status 0x{:02x}", mt::describe(request), status)};
}

bool absent(std::uint8_t status) {
    return status == mt::status::OSAL_INVALID || status == mt::status::OSAL_UNINIT;
}

}  // namespace

Task<Result<std::optional<Bytes>>> Driver::read_legacy(std::uint16_t id, Time deadline) {
    Bytes value;
    for (;;) {
        // POLL_RATE_OLD16 is no item: only the plain read answers it in its own name.
        const auto request = id == osal::POLL_RATE_OLD16
                                 ? mt::osal_read(id, 0)
                                 : mt::osal_read_ext(id, static_cast<std::uint16_t>(value.size()));
        const auto answer = co_await call(request, deadline);
        if (!answer) co_return answer.error();
        const auto part = mt::parse_value(*answer);
        if (!part) co_return within(mt::describe(request), part.error());
        const bool proxy_absent = id == osal::POLL_RATE_OLD16 && part->status == 1;
        if (absent(part->status) || proxy_absent) {
            if (value.empty()) co_return std::optional<Bytes>();
            co_return std::optional(std::move(value));
        }
        if (part->status != mt::status::SUCCESS) co_return unexpected(request, part->status);
        value.insert(value.end(), part->data.begin(), part->data.end());
        if (value.size() > kMaxStored) co_return unexpected(request, 0);
        if (value.empty()) co_return std::optional<Bytes>();
        if (part->data.size() < kMaxReply) co_return std::optional(std::move(value));
    }
}

Task<Result<std::optional<Bytes>>> Driver::read_item(ItemKey key, std::size_t length,
                                                     Time deadline) {
    const auto request = mt::nv_read(key, static_cast<std::uint8_t>(length));
    const auto answer = co_await call(request, deadline);
    if (!answer) co_return answer.error();
    auto value = mt::parse_value(*answer);
    if (!value) co_return within(mt::describe(request), value.error());
    if (value->status == mt::status::NV_NOT_FOUND) co_return std::optional<Bytes>();
    if (value->status != mt::status::SUCCESS) co_return unexpected(request, value->status);
    if (value->data.size() != length)
        co_return Error{Errc::protocol, mt::describe(request) + ": answer of another length"};
    co_return std::optional(std::move(value->data));
}

Task<Status> Driver::read_table(ExItem item, Image& into, Time deadline) {
    const auto request = mt::nv_length({item, 0});
    const auto answer = co_await call(request, deadline);
    if (!answer) co_return answer.error();
    const auto length = mt::parse_length(*answer);
    if (!length) co_return within(mt::describe(request), length.error());
    if (*length > mt::kMaxItem)
        co_return Status{Errc::protocol, mt::describe(request) + ": entries are too long"};
    if (*length == 0) co_return Status();
    // Only "not found" ends a table; anything else is an error and makes no image.
    for (std::uint16_t sub = 0; sub <= mt::kMaxSub; ++sub) {
        auto entry = co_await read_item({item, sub}, *length, deadline);
        if (!entry) co_return entry.error();
        if (!*entry) break;
        into.items.emplace(ItemKey{item, sub}, std::move(**entry));
    }
    co_return Status();
}

/// A key that cannot be read is protected when it has a length, else it is not there.
Task<Status> Driver::why_no_key(bool absent_is_fine, Time deadline) {
    const auto request = mt::nv_length({ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO});
    const auto answer = co_await call(request, deadline);
    if (!answer) co_return answer.error();
    const auto length = mt::parse_length(*answer);
    if (!length) co_return within(mt::describe(request), length.error());
    if (*length > 0)
        co_return Status{
            Errc::refused,
            "dongle's firmware does not let its network key be read (item 0x3A, status "
            "0x02), so that no copy of it can be made or proven; install a coordinator "
            "firmware with MT_SYS_KEY_MANAGEMENT, as those for zigbee2mqtt are"};
    if (absent_is_fine) co_return Status();
    co_return Status{Errc::refused,
                     "dongle has a network but no network key (item 0x3A is not there): its NVRAM "
                     "has lost items; make it factory-new and write a good image"};
}

Task<Result<Image>> Driver::read_all(Time deadline) {
    for (int attempt = 1;; ++attempt) {
        const auto strays = channel_.strays();
        auto image = co_await read_once(deadline);
        // An error may come of mixed-up answers as well.
        const auto in_step = co_await in_step_since(strays, deadline);
        if (in_step) co_return image;
        if (in_step.error().code != Errc::protocol || attempt == kAttempts)
            co_return image ? in_step.error() : image.error();
    }
}

Task<Result<Image>> Driver::read_once(Time deadline) {
    Image image;
    expect_requests(kTypicalReads);
    for (const auto& [name, first] : osal_names()) {
        const auto* range = osal_range_from(first);
        if (first > mt::kMaxSub) continue;  // cannot exist in this flash format
        for (unsigned id = first; id < (range ? range->end : first + 1u); ++id) {
            const auto sub = static_cast<std::uint16_t>(id);
            auto value = co_await read_legacy(sub, deadline);
            if (!value) co_return value.error();
            if (!*value) break;
            image.items.emplace(ItemKey{ExItem::legacy, sub}, std::move(**value));
        }
    }
    // Protected items look like absent ones, and a copy without its key is worth nothing.
    if (image.legacy(osal::NIB) && !image.legacy(osal::NWK_ACTIVE_KEY_INFO))
        if (const auto why = co_await why_no_key(false, deadline); !why) co_return why.error();
    for (const auto item : nv_tables())
        if (const auto done = co_await read_table(item, image, deadline); !done)
            co_return done.error();
    co_return image;
}

Task<Result<Image>> Driver::read_extra(Time deadline) {
    constexpr std::uint16_t kMigrationFlag = 0x00FE;
    Image extra;
    auto flag = co_await read_legacy(kMigrationFlag, deadline);
    if (!flag) co_return flag.error();
    if (*flag) extra.items.emplace(ItemKey{ExItem::legacy, kMigrationFlag}, std::move(**flag));
    if (const auto done = co_await read_table(kExGroupTable, extra, deadline); !done)
        co_return done.error();
    co_return extra;
}

}  // namespace zha::znp
