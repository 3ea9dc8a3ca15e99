#include "simulator/lease-model/model.hpp"

#include <algorithm>
#include <bit>

#include "core/safeguards.hpp"

namespace zha::lease_model {

namespace {

constexpr const char* kHolder = "a";
constexpr Time kNow{1000};  ///< ages are turned into instants around this one
constexpr std::uint64_t kNewest = 500;

/// Nothing of the holder's can come back.
bool over(const State& s) {
    return s.released && kept(Safeguard::release_final);
}

/// A report's nonce tells its age, so that the keeper finds it.
std::uint64_t nonce(unsigned age) {
    return kNewest - age;
}

/// With one of these away, what is old can still do harm.
bool old_reports_count() {
    return !kept(Safeguard::own_send_time) || !kept(Safeguard::hold_send_time);
}

}  // namespace

Model::Model(const Setup& setup) : setup_(setup) {
    config_.timing.lease = Millis{setup.scale.lease};
    config_.timing.fence = Millis{setup.scale.fence};
    config_.timing.drift = setup.scale.drift();
    config_.timing.hold_down = setup.hold_down;
    situation_.config = &config_;
    situation_.now = kNow;
    situation_.journal.holder = kHolder;
    situation_.journal.epoch = 1;
    situation_.nodes[kHolder] = NodeView{};
}

State Model::first() const {
    State s;
    s.heard = setup_.hold ? ControllerPresence::unknown : ControllerPresence::online;
    if (setup_.hold) s.queue[0] = says_online;
    s.wait = static_cast<std::uint8_t>(setup_.hold_down.count());
    if (!setup_.lost) return s;
    s = State{};
    s.heard = ControllerPresence::offline;
    s.on_air = true;
    s.left = static_cast<std::uint8_t>(setup_.scale.lease);
    s.online = false;
    s.lead = Lead::down;
    s.taking = true;
    return s;
}

void Model::next(const State& s, std::vector<Step>& out) {
    out.clear();
    time(s, out);
    ticks(s, out);
    holder(s, out);
    if (setup_.hold) holder_link(s, out);
    controller(s, out);
    sessions(s, out);
}

/// Time stands still while something is overdue: a tick, the silence, the end of a lost session.
void Model::time(const State& s, std::vector<Step>& out) const {
    const auto& scale = setup_.scale;
    const auto lead_longest = setup_.steady_clocks ? scale.fast : scale.slow;
    if (ending(s) && s.fencing >= fence_units()) return;
    if (holder_counts(s) && s.phase >= scale.slow) return;
    if (lead_counts(s) && s.lead_phase >= lead_longest) return;
    if (s.lead == Lead::cut && s.unaware >= setup_.unaware) return;
    auto n = s;
    n.phase += holder_counts(s) ? 1 : 0;
    n.lead_phase += lead_counts(s) ? 1 : 0;
    n.fencing += ending(s) ? 1 : 0;
    n.unaware += s.lead == Lead::cut ? 1 : 0;
    add(n, "", out, true);
}

void Model::ticks(const State& s, std::vector<Step>& out) const {
    const auto& scale = setup_.scale;
    if (holder_counts(s) && s.phase >= (setup_.steady_clocks ? scale.slow : scale.fast)) {
        auto n = s;
        n.phase = 0;
        n.left -= s.left > 0 ? 1 : 0;
        const unsigned oldest = 1U << scale.lease;
        const unsigned older = unsigned{s.sent} << 1U;
        n.sent = static_cast<std::uint8_t>((older & (oldest * 2 - 1)) | (s.sent & oldest));
        for (auto& entry : n.queue)
            if (entry >= echo && entry < echo + scale.lease) ++entry;
        add(n, s.left == 1 ? "the holder's clock: its lease is over" : "", out);
    }
    if (lead_counts(s) && s.lead_phase >= scale.fast) {
        auto n = s;
        n.lead_phase = 0;
        --n.wait;
        add(n, s.wait == 1 ? "the controller's clock: W is over" : "", out);
    }
}

/// The product's own keeper, brought to the state of the model through what it is told.
LeaseKeeper Model::keeper(const State& s) const {
    const Millis lease{setup_.scale.lease};
    LeaseKeeper keeper(kHolder, {1, 1, Epoch{s.released}}, setup_.hold, lease);
    Order order;
    order.node = kHolder;
    order.nonce = 1;
    order.incarnation = 1;
    order.epoch = 1;
    order.lease = lease;
    const Time sent = kNow + Millis{s.left} - lease;
    keeper.report_sent(order.nonce, sent);
    keeper.accept(order, sent);
    keeper.presence(s.heard);
    for (unsigned age = setup_.scale.lease + 1; age-- > 0;)
        if ((s.sent >> age & 1U) != 0) keeper.report_sent(nonce(age), kNow - Millis{age});
    return keeper;
}

void Model::take(State& s, const LeaseKeeper& keeper) const {
    s.left = static_cast<std::uint8_t>(keeper.left(kNow).count());
    s.released = keeper.memory().released > 0;
}

void Model::holder(const State& s, std::vector<Step>& out) {
    if ((s.sent & 1U) == 0 && !s.released) {
        auto n = s;
        n.sent |= 1U;
        n.old_order = !kept(Safeguard::nonce) && (s.order || s.old_order);
        n.order = false;
        if (holder_counts(s)) add(n, "the holder reports", out);
        for (unsigned p = 0; p < setup_.scale.slow && !holder_counts(s); ++p) {
            n.phase = static_cast<std::uint8_t>(p);
            add(n, "the holder reports", out);
        }
    }
    for (const bool old : {false, true}) {
        if (old ? !s.old_order : !s.order) continue;
        auto n = s;
        auto k = keeper(s);
        Order order;
        order.node = kHolder;
        order.nonce = old ? 1 : nonce(static_cast<unsigned>(std::countr_zero(s.sent)));
        order.incarnation = order.epoch = 1;
        order.lease = Millis{setup_.scale.lease};
        k.accept(order, kNow);
        take(n, k);
        add(n, old ? "an order for an older report reaches the holder" : "the order arrives", out);
    }
    if (!s.on_air && s.left > 0 && !s.crashed) {
        auto n = s;
        n.on_air = true;
        add(n, "the holder goes on the air", out);
    }
    if (!s.released && (s.on_air || s.crashed)) {
        auto n = s;
        auto k = keeper(s);
        k.release(1);
        take(n, k);
        n.on_air = n.crashed = false;
        add(n, "the holder is proven silent", out);
    }
    if (s.released || s.crashed) return;
    auto n = s;
    n.crashed = true;
    n.sent = n.left = 0;
    n.order = n.old_order = false;
    n.heard = ControllerPresence::unknown;
    std::fill(std::begin(n.queue), std::end(n.queue), std::uint8_t{nothing});
    if (setup_.hold) queue(n, s.online ? says_online : says_offline);
    if (!setup_.hold) n.heard = s.heard;
    add(n, "the holder's agent dies; a new one begins with a fence", out);
}

/// One session: what the broker sends in it arrives in order, or the session ends.
void Model::holder_link(const State& s, std::vector<Step>& out) {
    if (over(s)) return;
    if (const auto head = s.queue[0]; head != nothing) {
        auto n = s;
        std::copy(std::begin(s.queue) + 1, std::end(s.queue), std::begin(n.queue));
        n.queue[kQueue - 1] = nothing;
        if (head >= echo) {
            auto k = keeper(s);
            k.echo(nonce(head - unsigned{echo}), kNow);
            take(n, k);
            add(n, n.left > s.left ? "its report comes back: the holder holds on" : "", out);
        } else {
            n.heard =
                head == says_online ? ControllerPresence::online : ControllerPresence::offline;
            add(n,
                head == says_online ? "the holder hears that the controller is online"
                                    : "the holder hears that the controller is gone",
                out);
        }
    }
    for (unsigned age = 0; age <= setup_.scale.lease; ++age) {
        auto n = s;
        if ((s.sent >> age & 1U) != 0 && queue(n, static_cast<std::uint8_t>(echo + age)))
            add(n, "the broker has a report, and sends it back, too", out);
    }
    auto n = s;
    n.heard = ControllerPresence::unknown;
    std::fill(std::begin(n.queue), std::end(n.queue), std::uint8_t{nothing});
    queue(n, s.online ? says_online : says_offline);
    add(n, "the holder loses the broker and finds it again", out);
}

void Model::lease_sent(State& s) {
    situation_.since = kNow + Millis{s.wait} - setup_.hold_down;
    situation_.nodes[kHolder].leased_at = kNow;
    const auto wait = std::max(held_until(situation_) - kNow, Millis{0});
    s.wait = static_cast<std::uint8_t>(wait.count());
}

void Model::began(State& s) {
    situation_.since = kNow;
    situation_.nodes[kHolder].leased_at = kNow + Millis{s.wait} - setup_.hold_down;
    const auto wait = std::max(held_until(situation_) - kNow, Millis{0});
    s.wait = static_cast<std::uint8_t>(wait.count());
}

void Model::controller(const State& s, std::vector<Step>& out) {
    if (s.granted) return;
    if (s.lead == Lead::acting && !s.taking && s.sent != 0) {
        auto n = s;
        n.order = true;
        lease_sent(n);
        add_at_any_phase(n, "the controller answers the newest report with a lease", out);
        n.order = s.order;
        n.old_order = !kept(Safeguard::nonce);
        if (!std::has_single_bit(s.sent))
            add_at_any_phase(n, "the controller answers an older report with a lease", out);
    }
    if (s.lead != Lead::acting && s.lead != Lead::cut) return;
    auto n = s;
    n.taking = !s.taking;
    add(n, s.taking ? "the controller gives the move up" : "the controller takes the role away",
        out);
    if (!s.taking || (s.wait > 0 && !s.released)) return;
    n = s;
    n.granted = true;
    n.other_on_air = s.lead == Lead::acting;
    add(n,
        n.other_on_air ? "the other node is granted the role and goes on the air"
                       : "the other node is granted the role, and cannot be told yet",
        out);
}

void Model::sessions(const State& s, std::vector<Step>& out) {
    auto n = s;
    if (s.lead != Lead::down) {
        n.lead = Lead::down;
        add(n,
            s.lead == Lead::cut ? "the controller finds itself without a session"
                                : "the controller dies",
            out);
    }
    n = s;
    if (s.lead == Lead::down && s.online && say(n, false))
        add(n, "the broker tells the controller's will", out);
    n = s;
    n.lead = Lead::pending;
    if (s.lead == Lead::down && say(n, true)) add(n, "a controller starts: online", out);
    n = s;
    n.lead = Lead::cut;
    if (s.lead == Lead::acting && say(n, false))
        add(n, "the broker gives the controller's session up and tells its will", out);
    if (s.lead != Lead::pending) return;
    n = s;
    n.lead = Lead::acting;
    n.other_on_air = s.other_on_air || s.granted;
    began(n);
    add_at_any_phase(n, "its own status comes back: the controller acts, and W begins", out);
}

bool Model::queue(State& s, std::uint8_t what) const {
    auto* end = std::find(std::begin(s.queue), std::end(s.queue), std::uint8_t{nothing});
    if (end == std::end(s.queue)) return false;
    *end = what;
    return true;
}

bool Model::say(State& s, bool online) const {
    s.online = online;
    if (!setup_.hold || over(s)) return true;
    return queue(s, online ? says_online : says_offline);
}

/// How far a clock is between two of its ticks when something happens is left to chance.
void Model::add_at_any_phase(State s, const char* text, std::vector<Step>& out) const {
    const auto longest = setup_.steady_clocks ? setup_.scale.fast : setup_.scale.slow;
    for (unsigned p = 0; p < longest; ++p) {
        s.lead_phase = static_cast<std::uint8_t>(p);
        add(s, text, out);
    }
}

void Model::add(State s, const char* text, std::vector<Step>& out, bool unit_passes) const {
    tidy(s);
    out.push_back({pack(s), text, unit_passes});
}

/// Forgets what cannot make a difference any more, so that equal futures are one state.
void Model::tidy(State& s) const {
    if (!ending(s)) s.fencing = 0;
    if (s.lead != Lead::cut) s.unaware = 0;
    if ((s.lead != Lead::acting && s.lead != Lead::cut) || s.granted) s.wait = 0;
    if (s.wait == 0) s.lead_phase = 0;
    if (over(s)) {
        s.sent = 0;
        s.heard = ControllerPresence::unknown;
        std::fill(std::begin(s.queue), std::end(s.queue), std::uint8_t{nothing});
    }
    // A report that could not prolong the lease counts only as the newest one.
    const auto lease = setup_.scale.lease;
    const unsigned newest = s.sent & -unsigned{s.sent};
    if (!setup_.hold) s.sent = static_cast<std::uint8_t>(newest);
    if (!old_reports_count()) {
        const auto useful = (1U << (lease - s.left)) - 1;
        const auto most = (1U << lease) - 1;
        s.sent = static_cast<std::uint8_t>((s.sent & useful) | (newest & most));
    }
    if (s.sent == 0) s.order = s.old_order = false;
    if (!holder_counts(s)) s.phase = 0;
    if (!kept(Safeguard::hold_send_time)) return;
    const bool dead = s.left == 0;
    auto* end = std::remove_if(std::begin(s.queue), std::end(s.queue), [&](std::uint8_t entry) {
        return entry >= echo && (dead || echo + lease <= unsigned{entry} + s.left);
    });
    std::fill(end, std::end(s.queue), std::uint8_t{nothing});
}

}  // namespace zha::lease_model
