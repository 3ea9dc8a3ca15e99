#include "simulator/virtual/service.hpp"

#include <algorithm>

namespace zha::sim {

namespace {
constexpr Millis kKillTime{30};
constexpr Millis kNoticed{10};
constexpr Millis kLook{100};
}  // namespace

Task<Status> VirtualService::start(Time deadline) {
    if (running_) co_return Status();
    const auto until = std::min(deadline, clock_.now() + start_time);
    if (!co_await clock_.sleep_until(until)) co_return Status(Errc::timeout, "cancelled");
    if (broken) co_return Status(Errc::io, "it does not start");
    if (clock_.now() >= deadline) co_return Status(Errc::timeout, "it did not start in time");
    if (running_) co_return Status();
    running_ = true;
    ++starts;
    if (began) began();
    co_return Status();
}

Task<Status> VirtualService::end_after(Millis span, Time deadline) {
    if (!running_) co_return Status();
    const auto done = clock_.now() + span;
    const auto last = std::min(done, deadline);
    // Somebody else may end it meanwhile.
    while (running_ && clock_.now() < last)
        if (!co_await clock_.sleep_until(std::min(clock_.now() + kLook, last)))
            co_return Status(Errc::timeout, "cancelled");
    if (!running_) co_return Status();
    if (immortal || clock_.now() < done) co_return Status(Errc::timeout, "it does not end");
    end(0);
    co_return Status();
}

Task<Status> VirtualService::stop(Time deadline) {
    return end_after(stop_time, deadline);
}

Task<Status> VirtualService::kill(Time deadline) {
    return end_after(kKillTime, deadline);
}

Task<Result<ServiceStatus>> VirtualService::status(Time) {
    ServiceStatus status;
    status.state = running_ ? ServiceState::running : ServiceState::stopped;
    status.pid = running_ ? 4711 : 0;
    status.exit_code = exit_code_;
    co_return status;
}

void VirtualService::on_exit(std::function<void(const ServiceStatus&)> handler) {
    on_exit_ = std::move(handler);
}

void VirtualService::end(int exit_code) {
    running_ = false;
    exit_code_ = exit_code;
    if (ended) ended();
}

void VirtualService::die(int exit_code) {
    if (!running_) return;
    end(exit_code);
    time_.after(kNoticed, [this, exit_code] {
        if (on_exit_) on_exit_({ServiceState::stopped, 0, exit_code});
    });
}

}  // namespace zha::sim
