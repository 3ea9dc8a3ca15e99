#include "node-agent/guard/watch_rules.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace zha::guard {

namespace {

constexpr Millis kOffMost{30000};    ///< no beat, radio silent: no hurry
constexpr Millis kFencePause{500};   ///< between two attempts
constexpr Millis kShortLife{60000};  ///< a worker that ends sooner counts as dying early
constexpr Millis kBackoffFirst{1000};
constexpr Millis kBackoffMost{30000};
constexpr Millis kStopMargin{5000};
constexpr unsigned kLastAttempts = 3;  ///< to fence, once told to stop

Millis backoff(unsigned died) {
    if (died == 0) return Millis{0};
    return std::min(kBackoffMost, kBackoffFirst * (1U << std::min(died - 1, 5U)));
}

}  // namespace

Limits::Limits(const Timing& timing)
    : silence_on_air(timing.fence / 2),
      silence_off(std::max(kOffMost, timing.fence)),
      lease_grace(timing.fence / 2),
      fence(timing.fence),
      stop(2 * timing.stop_timeout + timing.fence + kStopMargin) {}

void WatchRules::proven() {
    radio_ = Radio::silent;
    exposed_ = false;
}

void WatchRules::heard(const Beat& beat, Time now) {
    if (!alive_ || (heard_ && beat.number <= number_)) return;
    if (killed_) {
        // Its last words cannot prove silence any more, but they can end what was proven.
        if (silent() && beat.radio != Radio::silent) radio_ = Radio::on;
        return;
    }
    heard_ = true;
    number_ = beat.number;
    beat_at_ = now;
    lease_until_ = beat.lease_until();
    if (beat.radio != radio_) radio_since_ = now;
    radio_ = beat.radio;
    if (radio_ == Radio::silent)
        proven();
    else if (radio_ == Radio::on && now < lease_until_)
        exposed_ = true;
}

void WatchRules::spawned(Time now) {
    alive_ = true;
    heard_ = killed_ = term_sent_ = false;
    number_ = 0;
    spawned_ = beat_at_ = radio_since_ = now;
    ++spawns_;
}

void WatchRules::worker_ended(int code, Time now) {
    alive_ = false;
    const bool never_began = spawns_ == 1 && !heard_ && !killed_ && code >= 0;
    // It complained before it touched anything, or was told to end and did so properly.
    if (never_began || (code == 0 && silent())) return end(code);
    died_ = now - spawned_ < kShortLife ? died_ + 1 : 0;
    respawn_at_ = now + backoff(died_);
    if (silent() || fence_due_) return;
    why_ = "the worker ended and the radio may be on";
    fence_due_ = true;
    fence_at_ = now;
}

void WatchRules::fencing(Time now) {
    fencer_ = true;
    fence_at_ = now;
    ++attempts_;
}

void WatchRules::fencer_ended(bool proven_silent, Time now) {
    fencer_ = false;
    // While the worker lives it may undo what was proven.
    if (proven_silent && !alive_) {
        proven();
        fence_due_ = false;
        attempts_ = 0;
        return;
    }
    fence_at_ = now + kFencePause;
    if (alive_ || stopping_) return;
    // Nobody reports meanwhile, and a silent holder is replaced after the hold-down. A worker
    // fences first, too, and says that it cannot: that is never overruled.
    fence_due_ = false;
    attempts_ = 0;
    respawn_at_ = std::max(respawn_at_, now);
}

void WatchRules::told_to_stop(Time now) {
    if (stopping_) return;
    stopping_ = true;
    attempts_ = 0;
    stop_until_ = now + limits_.stop;
}

void WatchRules::end(int code) {
    ended_ = true;
    exit_code_ = code;
}

Action WatchRules::kill(const char* why, Time now) {
    why_ = why;
    killed_ = true;
    // A worker without proof may have started zigbee2mqtt: do not even wait for its end.
    if (!silent()) {
        fence_due_ = true;
        fence_at_ = now;
    }
    return Action::kill_worker;
}

Action WatchRules::watch_worker(Time now) {
    if (killed_) return Action::none;
    const auto quiet = now - beat_at_;
    if (!heard_) {
        if (quiet > kWorkerStartMost) return kill("the worker does not begin", now);
        return Action::none;
    }
    if (silent()) {
        if (quiet > limits_.silence_off) return kill("the worker hangs", now);
    } else {
        if (quiet > limits_.silence_on_air) return kill("the worker hangs", now);
        // One that says that it cannot fence is more use alive: the controller must know.
        const bool expired = exposed_ && now >= lease_until_ + limits_.lease_grace;
        if (expired && radio_ == Radio::on) return kill("the worker outlives its lease", now);
        if (exposed_ && radio_ == Radio::fencing && now >= lease_until_ &&
            now - radio_since_ > limits_.fence + limits_.lease_grace)
            return kill("the worker does not end its fence", now);
    }
    return Action::none;
}

Action WatchRules::stop(Time now) {
    if (alive_) {
        if (!term_sent_) {
            term_sent_ = true;
            return Action::stop_worker;
        }
        if (!killed_ && now >= stop_until_) return kill("the worker does not end", now);
        return Action::none;
    }
    if (silent())
        end(0);
    else if (!fencer_ && attempts_ >= kLastAttempts)
        end(1);
    return ended_ ? Action::end : Action::none;
}

Action WatchRules::next(Time now) {
    if (ended_) return Action::end;
    if (fencer_ && now - fence_at_ > limits_.fence + limits_.lease_grace) {
        fence_at_ = now;  // once is enough; its end is told
        return Action::kill_fencer;
    }
    if (stopping_)
        if (const auto action = stop(now); action != Action::none) return action;
    if (alive_)
        if (const auto action = watch_worker(now); action != Action::none) return action;
    if (fence_due_ && !fencer_ && now >= fence_at_) return Action::fence;
    if (!alive_ && !fencer_ && !fence_due_ && !stopping_ && now >= respawn_at_)
        return Action::spawn;
    return Action::none;
}

}  // namespace zha::guard
