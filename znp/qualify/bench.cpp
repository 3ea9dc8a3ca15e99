#include "znp/qualify/bench.hpp"

#include <fmt/core.h>

namespace zha::znp::qualify {
namespace {

constexpr std::uint8_t kClearAll = 0x03;

Error says(const Frame& request, std::uint8_t status) {
    return {Errc::io,
            fmt::format("{}: dongle says status 0x{:02x}", mt::describe(request), status)};
}

}  // namespace

Task<Result<std::uint8_t>> Bench::state() {
    const auto answer = co_await driver.ask(mt::get_device_info(), deadline);
    if (!answer) co_return answer.error();
    const auto info = mt::parse_device_info(*answer);
    if (!info) co_return info.error();
    co_return info->state;
}

Task<Status> Bench::reset() {
    ++resets;
    co_return co_await driver.reset(deadline);
}

Task<Result<std::optional<Bytes>>> Bench::get(ItemKey key) {
    auto request = mt::nv_length(key);
    auto answer = co_await driver.ask(request, deadline);
    if (!answer) co_return answer.error();
    const auto length = mt::parse_length(*answer);
    if (!length) co_return length.error();
    if (*length == 0) co_return std::optional<Bytes>();
    if (*length > mt::kMaxItem) co_return says(request, 0);
    request = mt::nv_read(key, static_cast<std::uint8_t>(*length));
    answer = co_await driver.ask(request, deadline);
    if (!answer) co_return answer.error();
    auto value = mt::parse_value(*answer);
    if (!value) co_return value.error();
    if (value->status != mt::status::SUCCESS) co_return says(request, value->status);
    co_return std::optional(std::move(value->data));
}

Task<Status> Bench::put(ItemKey key, Bytes value) {
    touched = true;
    const auto request = mt::nv_write(key, value);
    const auto answer = co_await driver.ask(request, deadline);
    if (!answer) co_return answer.error();
    const auto status = mt::parse_status(*answer);
    if (!status) co_return status.error();
    if (*status != mt::status::SUCCESS) co_return says(request, *status);
    co_return Status();
}

Task<Status> Bench::remove(ItemKey key) {
    touched = true;
    const auto request = mt::nv_delete(key);
    const auto answer = co_await driver.ask(request, deadline);
    if (!answer) co_return answer.error();
    const auto status = mt::parse_status(*answer);
    if (!status) co_return status.error();
    if (*status != mt::status::SUCCESS && *status != mt::status::NV_NOT_FOUND)
        co_return says(request, *status);
    co_return Status();
}

Task<Status> Bench::poison() {
    // First the hosts' marker: whoever finds this dongle half way must not take it for configured.
    auto done = co_await remove(legacy(osal::HAS_CONFIGURED_ZSTACK3));
    if (done) done = co_await put(legacy(osal::STARTUP_OPTION), Bytes(1, kClearAll));
    co_return done;
}

Task<Status> Bench::factory_reset() {
    auto done = co_await poison();
    if (done) done = co_await reset();
    co_return done;
}

}  // namespace zha::znp::qualify
