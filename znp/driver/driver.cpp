#include "znp/driver/driver.hpp"

#include <algorithm>

namespace zha::znp {
namespace {

constexpr std::uint8_t kEndBootloader = 0xEF;
constexpr int kAttempts = 2;

bool worth_repeating(const Error& error) {
    return error.code == Errc::timeout;
}

}  // namespace

Driver::Driver(std::unique_ptr<Transport> transport, asio::any_io_executor executor, Clock& clock,
               DriverOptions options)
    : clock_(clock),
      options_(options),
      channel_(std::move(transport), std::move(executor), clock) {}

Task<Result<Frame>> Driver::call(Frame request, Time deadline) {
    for (int attempt = 1;; ++attempt) {
        const auto by = std::min(deadline, clock_.now() + options_.request_timeout);
        auto answer = co_await channel_.request(request, by);
        if (hooks_.progress) hooks_.progress({traffic().requests, expected_});
        if (answer || !worth_repeating(answer.error()) || attempt == kAttempts ||
            clock_.now() >= deadline)
            co_return answer;
    }
}

void Driver::expect_requests(std::uint64_t more) {
    expected_ = traffic().requests + more;
}

Task<Status> Driver::ping(Time deadline) {
    const auto by = std::min(deadline, clock_.now() + options_.ping_timeout);
    const auto pong = co_await channel_.request(mt::ping(), by);
    co_return pong ? Status() : Status(pong.error());
}

Task<Status> Driver::in_step_since(std::uint64_t strays, Time deadline) {
    const auto pong = co_await call(mt::ping(), deadline);
    if (!pong) co_return pong.error();
    if (channel_.strays() == strays) co_return Status();
    channel_.distrust();
    co_return Status{Errc::protocol, "dongle: an answer came twice, others may be mixed up"};
}

Task<Status> Driver::connect(Time deadline) {
    auto alive = co_await ping(deadline);
    if (!alive && worth_repeating(alive.error())) {
        (void)co_await channel_.send_raw(Bytes(1, kEndBootloader), deadline);
        co_await clock_.sleep_until(std::min(deadline, clock_.now() + options_.bootloader_wait));
        alive = co_await ping(deadline);
    }
    if (!alive && options_.may_reset && worth_repeating(alive.error())) {
        const auto woken = co_await reset(deadline, true);
        if (woken || woken.error().code != Errc::timeout) co_return woken;
        alive = co_await ping(deadline);
    }
    if (!alive && worth_repeating(alive.error()))
        co_return Status{Errc::timeout, "no ZNP dongle answers at this port"};
    co_return alive;
}

Task<Status> Driver::reset(Time deadline, bool by_line) {
    const auto by = std::min(deadline, clock_.now() + options_.reset_timeout);
    const auto booted = channel_.expect(Type::areq, Subsystem::sys, mt::id::SYS_RESET_IND);
    channel_.distrust();  // whatever was asked before will not be answered any more
    Status done;
    if (by_line) {
        // DTR off and RTS on holds the chip in reset. The other way round would be the bootloader.
        done = channel_.set_lines(false, true);
        if (done) co_await clock_.sleep_for(options_.line_pulse);
        if (done) done = channel_.set_lines(false, false);
    } else {
        done = co_await channel_.send(mt::soft_reset(), by);
    }
    if (!done) co_return within("reset", done.error());
    const auto indication = co_await channel_.wait(booted, by);
    if (!indication) co_return within("reset", indication.error());
    co_return Status();
}

Task<Status> Driver::hold_in_reset(Time deadline) {
    const auto works = co_await reset(deadline, true);
    if (!works && works.error().code != Errc::timeout) co_return works;
    if (!works)
        co_return Status{Errc::refused,
                         "hold in reset: the reset line does not restart the dongle"};
    const auto held = channel_.set_lines(false, true);
    if (!held) co_return within("hold in reset", held.error());
    co_await clock_.sleep_until(std::min(deadline, clock_.now() + options_.line_pulse));
    channel_.distrust();
    const auto pong = co_await ping(deadline);
    if (!pong && pong.error().code != Errc::timeout) co_return pong;
    if (pong) co_return Status{Errc::refused, "hold in reset: the dongle answers nevertheless"};
    co_return Status();
}

Task<Result<DeviceIdentity>> Driver::identify(Time deadline) {
    auto answer = co_await call(mt::version(), deadline);
    if (!answer) co_return answer.error();
    const auto version = mt::parse_version(*answer);
    if (!version) co_return version.error();
    answer = co_await call(mt::get_extaddr(), deadline);
    if (!answer) co_return answer.error();
    const auto ieee = mt::parse_extaddr(*answer);
    if (!ieee) co_return ieee.error();
    const auto info = co_await device_info(deadline);
    if (!info) co_return info.error();
    co_return DeviceIdentity{*version, *info, *ieee};
}

Task<Result<mt::DeviceInfo>> Driver::device_info(Time deadline) {
    const auto answer = co_await call(mt::get_device_info(), deadline);
    if (!answer) co_return answer.error();
    co_return mt::parse_device_info(*answer);
}

Task<Status> Driver::quiet_reset(Time deadline) {
    const auto reset_done = co_await reset(deadline);
    if (!reset_done) co_return reset_done;
    const auto device = co_await identify(deadline);
    if (!device) co_return device.error();
    if (device->info.state == mt::kDeviceStateCoordinator)
        co_return Status{Errc::refused, "dongle is on the air: something started it after a reset"};
    co_return Status();
}

}  // namespace zha::znp
