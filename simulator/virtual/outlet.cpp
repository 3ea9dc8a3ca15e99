#include "simulator/virtual/outlet.hpp"

#include <algorithm>

namespace zha::sim {

namespace {

constexpr Millis kLook{100};
constexpr Millis kAnswer{50};

}  // namespace

void VirtualOutlet::turn(bool to) {
    if (on == to) return;
    on = to;
    if (turned) turned(to);
}

void VirtualOutlet::order(bool to) {
    ++orders;
    const auto due = takes + (trouble == Trouble::slow ? late : Millis{0});
    free_at_ = std::max<Micros>(free_at_, time.elapsed() + due);
    time.after(free_at_ - time.elapsed(), [this, to] {
        by_order = true;
        turn(to);
    });
}

Task<Status> VirtualFence::silence(Time deadline) {
    (void)co_await clock_.sleep_until(deadline);
    co_return Status(Errc::timeout, "the device does not answer");
}

Task<Result<bool>> VirtualFence::state(Time deadline) {
    using Trouble = VirtualOutlet::Trouble;
    if (!co_await clock_.sleep_for(kAnswer)) co_return Error{Errc::timeout, "cancelled"};
    if (outlet_.trouble == Trouble::dead || outlet_.trouble == Trouble::breaks) {
        (void)co_await clock_.sleep_until(deadline);
        co_return Error{Errc::timeout, "the device does not answer"};
    }
    const bool powered = outlet_.on;
    if (!co_await clock_.sleep_for(kAnswer)) co_return Error{Errc::timeout, "cancelled"};
    co_return powered;
}

Task<Status> VirtualFence::switch_to(bool to, Time deadline) {
    using Trouble = VirtualOutlet::Trouble;
    if (dead_() || outlet_.trouble == Trouble::dead) co_return co_await silence(deadline);
    if (outlet_.trouble == Trouble::refuses) {
        (void)co_await clock_.sleep_for(outlet_.takes);
        co_return Status(Errc::refused, "the device refuses");
    }
    outlet_.order(to);
    // As the drivers: it is asked until it says so, or the time is over.
    for (;;) {
        const auto powered = co_await state(deadline);
        if (!powered) co_return powered.error();
        if (clock_.now() > deadline) co_return Status(Errc::timeout, "its answer came too late");
        if (*powered == to) co_return Status();
        const auto next = std::min(clock_.now() + kLook, deadline);
        if (next == clock_.now()) co_return Status(Errc::mismatch, "it is not switched yet");
        if (!co_await clock_.sleep_until(next)) co_return Status(Errc::timeout, "cancelled");
    }
}

Task<bool> VirtualProbe::answers(Time deadline) {
    const auto until = std::min(clock_.now() + path_.takes, deadline);
    if (!co_await clock_.sleep_until(path_.silent ? deadline : until)) co_return false;
    if (path_.silent) co_return false;
    co_return path_.there() != path_.lies;
}

}  // namespace zha::sim
