#include "simulator/simulate/virtual_guard.hpp"

#include "core/safeguards.hpp"
#include "node-agent/pulse.hpp"

namespace zha::sim {

namespace {

constexpr Millis kTick{50};      ///< the guard looks at least that often
constexpr Millis kOpening{100};  ///< a fork, the kill of zigbee2mqtt, opening the port
constexpr Millis kSoon{0};

}  // namespace

void VirtualGuard::begin() {
    ++life_;
    if (!guards_) return host_.boot();
    on_ = true;
    hung_ = fencing_ = unfed_ = false;
    rules_ = guard::WatchRules(guard::Limits(host_.world.config.timing));
    act(host_.clock.now());
}

void VirtualGuard::end() {
    ++life_;
    on_ = hung_ = fencing_ = false;
}

void VirtualGuard::worker_killed() {
    if (!host_.agent) return;
    host_.kill_agent();
    hung_ = false;
    rules_.worker_ended(-1, host_.clock.now());
    tick();
}

void VirtualGuard::hang_worker(Millis length) {
    host_.agent->freeze();
    hung_ = true;
    tick();
    host_.world.time.after(length, [this, life = life_, whose = host_.agent.get()] {
        if (life != life_ || !hung_ || host_.agent.get() != whose) return;
        hung_ = false;
        if (!host_.frozen) whose->thaw();
    });
}

void VirtualGuard::look() {
    if (!on_ || host_.frozen || !kept(Safeguard::guard_process)) return;
    const auto now = host_.clock.now();
    if (host_.agent && !hung_) {
        const auto& node = host_.agent->node;
        guard::Beat beat;
        beat.number = ++beats_;
        beat.lease_until_ms = node.lease.deadline().count();
        beat.radio = radio_of(node);
        rules_.heard(beat, now);
    }
    act(now);
    watch_the_feeding(now);
}

void VirtualGuard::act(Time now) {
    switch (rules_.next(now)) {
        case guard::Action::spawn:
            beats_ = 0;
            host_.boot();
            rules_.spawned(now);
            // It does its first step in an event of its own.
            host_.world.time.after(kSoon, [] {});
            break;
        case guard::Action::kill_worker:
            host_.kill_agent();
            hung_ = false;
            rules_.worker_ended(-1, now);
            break;
        case guard::Action::fence:
            fence(now);
            break;
        case guard::Action::kill_fencer:
            ++attempt_;
            fencing_ = false;
            rules_.fencer_ended(false, now);
            break;
        default:
            break;
    }
    if (!host_.agent || hung_ || fencing_) tick();
}

void VirtualGuard::fence(Time now) {
    rules_.fencing(now);
    fencing_ = true;
    if (!host_.service.immortal) host_.service.die();
    const auto budget = host_.world.config.timing.fence;
    const auto takes = kOpening + host_.stick.reset_time;
    const auto attempt = ++attempt_;
    host_.world.time.after(std::min(takes, budget), [this, attempt, ok = takes < budget] {
        if (on_ && attempt == attempt_) fenced(attempt, ok);
    });
}

void VirtualGuard::fenced(unsigned attempt, bool in_time) {
    if (host_.frozen) {
        host_.world.time.after(kTick, [this, attempt, in_time] {
            if (on_ && attempt == attempt_) fenced(attempt, in_time);
        });
        return;
    }
    auto& stick = host_.stick;
    const bool ended = !host_.service.immortal;
    const bool obeys = stick.there() && !stick.hung && !stick.defiant;
    if (in_time && ended && obeys) stick.radio = false;
    fencing_ = false;
    rules_.fencer_ended(in_time && ended && (obeys || !stick.there()), host_.clock.now());
}

void VirtualGuard::watch_the_feeding(Time now) {
    const bool starves = bite_ && !rules_.feed(now);
    if (starves == unfed_) return;
    unfed_ = starves;
    if (!starves) return;
    host_.world.time.after(within_, [this, life = life_] {
        if (life == life_ && on_ && unfed_ && kept(Safeguard::watchdog)) bite_();
    });
}

void VirtualGuard::tick() {
    if (ticking_) return;
    ticking_ = true;
    host_.world.time.after(kTick, [this] {
        ticking_ = false;
        if (on_ && (!host_.agent || hung_ || fencing_)) tick();
    });
}

}  // namespace zha::sim
