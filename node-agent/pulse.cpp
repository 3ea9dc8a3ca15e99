#include "node-agent/pulse.hpp"

namespace zha {

namespace {
constexpr Millis kTick{50};
}

guard::Radio radio_of(const Node& node) {
    const bool no_dongle = node.dongle_state == DongleState::absent;
    if (!node.service_may_run && (node.silenced || no_dongle)) return guard::Radio::silent;
    if (node.state == NodeState::fault) return guard::Radio::unproven;
    // It failed once, that was reported, and it is tried again.
    if (node.state == NodeState::fencing && node.dongle_state == DongleState::faulty)
        return guard::Radio::unproven;
    if (node.state == NodeState::fencing || !node.service_may_run) return guard::Radio::fencing;
    return guard::Radio::on;
}

WorkerPulse::WorkerPulse(Node& node, int pipe) : node_(node), pipe_(pipe) {
    node_.announce = [this] { beat(); };
}

void WorkerPulse::beat() {
    guard::Beat beat;
    beat.number = ++number_;
    beat.lease_until_ms = node_.lease.deadline().count();
    beat.radio = radio_of(node_);
    // A guard that is gone ends us by the parent-death signal, not here.
    (void)guard::send_beat(pipe_, beat);
}

Task<void> WorkerPulse::run() {
    bool going = true;
    while (going) {
        this->beat();  // spelt out: g++ 12 loses an implicit `this` here
        const bool slept = co_await node_.clock.sleep_for(kTick);
        going = slept;
    }
}

}  // namespace zha
