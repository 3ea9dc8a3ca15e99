#include "controller/leadership.hpp"

#include <algorithm>

#include "core/rto.hpp"

namespace zha {

namespace {

/// Retained messages come at once after a subscription; what is not there by then is not there.
constexpr Millis kLook{1000};

}  // namespace

Leadership::Leadership(const Config& config, bool spare, std::uint64_t incarnation)
    : spare_(spare),
      paired_(config.controller.spare.has_value()),
      takeover_after_(takeover_after(config)),
      silence_(config.timing.lease * 2),
      incarnation_(incarnation),
      was_acting_(!spare) {}

void Leadership::connected(Time now) {
    role_ = Role::looking;
    since_ = now;
    other_.reset();
    usurped_ = false;
}

void Leadership::disconnected() {
    role_ = Role::away;
}

bool Leadership::other_acts(Time now) const {
    using State = wire::ControllerStatus::State;
    const auto fresh = [&](Time heard) { return now - heard <= silence_; };
    return (other_ && other_->state == State::online && fresh(other_at_)) ||
           (usurped_ && fresh(usurped_at_));
}

void Leadership::heard_other(const wire::ControllerStatus& status, Time now) {
    using State = wire::ControllerStatus::State;
    // One that waits is obeyed by nobody.
    if (status.state == State::online) highest_ = std::max(highest_, status.incarnation);
    // A status of "online" that nobody ever takes back is found out by its silence: it is said
    // again and again by one who is there.
    const bool acted = other_ && other_->state == State::online;
    if (acted && status.state != State::online) absent_since_ = now;
    if (status.state != State::offline) paired_ = true;
    other_ = status;
    other_at_ = now;
}

void Leadership::heard_own(const wire::ControllerStatus& status, bool retained, Time now) {
    using State = wire::ControllerStatus::State;
    const bool online = status.state == State::online;
    if (online) highest_ = std::max(highest_, status.incarnation);
    if (online && !retained && status.incarnation > incarnation_) {
        usurped_ = true;
        usurped_at_ = now;
    } else if (usurped_ && !online) {
        usurped_ = false;
        absent_since_ = now;
    }
}

void Leadership::heard_obeyed(std::uint64_t incarnation) {
    highest_ = std::max(highest_, incarnation);
}

bool Leadership::outranked() const {
    if (!other_ || other_->state != wire::ControllerStatus::State::online) return false;
    return other_->incarnation > incarnation_ || (other_->incarnation == incarnation_ && spare_);
}

Leadership::Step Leadership::due(Time now) const {
    switch (role_) {
        case Role::away:
            return Step::none;
        case Role::looking:
            if (other_acts(now)) return Step::stand_by;
            // Alone, and nobody has ever been seen: there is nothing to look for.
            if (paired_ && now - since_ < kLook) return Step::none;
            return was_acting_ ? Step::lead : Step::stand_by;
        case Role::standby:
            if (other_acts(now)) return Step::none;
            return now - absent_since_ >= takeover_after_ ? Step::lead : Step::none;
        case Role::acting:
            if (usurped_ || outranked()) return Step::stand_by;
            // Whoever was obeyed under a higher number has gone without our hearing it.
            return highest_ > incarnation_ ? Step::lead : Step::none;
    }
    return Step::none;
}

void Leadership::led(std::uint64_t incarnation) {
    role_ = Role::acting;
    incarnation_ = incarnation;
    was_acting_ = true;
}

void Leadership::stood_by(Time now) {
    role_ = Role::standby;
    was_acting_ = false;
    absent_since_ = now;
}

bool Leadership::spare_ready() const {
    return other_ && other_->state == wire::ControllerStatus::State::standby;
}

std::uint64_t Leadership::next_incarnation(std::uint64_t least) const {
    auto next = std::max({least, incarnation_, highest_ > incarnation_ ? highest_ + 1 : 0});
    if (!paired_) return next;
    // The first one has the even numbers and the spare the odd ones: two that start in the same
    // instant never obey and are never obeyed under the same number.
    if (!chooses(next)) ++next;
    return next;
}

}  // namespace zha
