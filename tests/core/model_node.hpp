// What: a node as decide() meets it: the real lease keeper, a radio, and work that takes its time.
// Why: "never two on the air" is a claim about controller and nodes together; this is the node's
// half.
// Contract: for tests only. `at` is the node's own clock; on_air() is the truth about the radio.
#pragma once

#include <random>
#include <string>

#include "core/decide.hpp"
#include "core/lease_keeper.hpp"

namespace zha::test {

using Random = std::mt19937_64;

inline unsigned pick(Random& random, unsigned below) {
    return static_cast<unsigned>(random() % below);
}

class ModelNode {
  public:
    ModelNode(std::string name, const Timing& timing, double rate)
        : name_(std::move(name)), timing_(timing), rate_(rate), keeper_(name_, {}, true, kT) {}

    bool powered = true;
    bool link = true;        ///< to the broker
    bool healthy = true;     ///< promotions succeed
    bool told_off = false;   ///< the broker says that the controller is gone
    bool fence_now = false;  ///< something on the node asks for a fence (service died)

    bool on_air() const { return radio_; }
    NodeState state() const { return state_; }
    const std::string& name() const { return name_; }
    const LeaseMemory& memory() const { return keeper_.memory(); }

    /// Power comes back: memory is durable, the dongle starts as it was written: off.
    void boot() {
        powered = true;
        keeper_ = LeaseKeeper(name_, keeper_.memory(), true, kT);
        order_ = {};
        enter(NodeState::fencing);
    }
    void lose_power() {
        powered = false;
        radio_ = false;
    }
    /// Starts as a node that was active in `epoch`, with its lease renewed just now.
    void start_active(Time global, Epoch epoch) {
        at_ = local(global);
        own_ = snapshot(epoch);
        keeper_.report_sent(1, at_);
        Order order;
        order.node = name_;
        order.nonce = nonce_ = 1;
        order.goal = Goal::active;
        order.epoch = epoch;
        order.lease = timing_.lease;
        accept(order, global);
        radio_ = true;
        enter(NodeState::active);
    }
    void start_standby(Time global, const SnapshotInfo& staged) {
        at_ = local(global);
        staged_ = staged;
        enter(NodeState::standby);
    }
    const SnapshotInfo& own() const { return own_; }

    /// Time passes; finished work changes the state. One change for each tick.
    void tick(Time global, Random& random) {
        if (!powered) return;
        at_ = local(global);
        keeper_.presence(!link      ? ControllerPresence::unknown
                         : told_off ? ControllerPresence::offline
                                    : ControllerPresence::online);
        const bool working = state_ == NodeState::active || state_ == NodeState::promoting ||
                             state_ == NodeState::draining;
        if (working && (!live() || fence_now)) {
            fence_now = false;
            return enter(NodeState::fencing);
        }
        const auto lasted = at_ - since_;
        switch (state_) {
            case NodeState::init:
            case NodeState::fencing:
                // Takes up to F, never longer: that is what F means.
                if (lasted + Millis{500} >= timing_.fence || pick(random, 4) == 0) silenced();
                break;
            case NodeState::fenced:
                enter(NodeState::catchingup);
                break;
            case NodeState::draining:
                if (lasted > Millis{3000}) silenced();
                break;
            case NodeState::promoting:
                if (order_.goal != Goal::active) return enter(NodeState::fencing);
                radio_ = lasted > Millis{1000} || radio_;
                if (lasted < Millis{4000}) break;
                if (!healthy) return enter(NodeState::fencing);
                own_ = snapshot(keeper_.memory().epoch);
                enter(NodeState::active);
                break;
            case NodeState::active:
                if (order_.goal == Goal::standby || order_.goal == Goal::maintenance)
                    enter(NodeState::draining);
                break;
            default:
                wait();
        }
    }

    NodeReport report(Time global) {
        at_ = local(global);
        keeper_.report_sent(++nonce_, at_);
        NodeReport r;
        r.node = name_;
        r.incarnation = keeper_.memory().incarnation;
        r.nonce = nonce_;
        r.state = state_;
        r.epoch = keeper_.memory().epoch;
        r.released = keeper_.memory().released;
        r.lease_left = keeper_.left(at_);
        r.snapshot = own_;
        r.staged = staged_;
        r.ready = state_ == NodeState::standby;
        return r;
    }
    void echo(Time global) { keeper_.echo(nonce_, local(global)); }
    void accept(const Order& order, Time global) {
        const auto verdict = keeper_.accept(order, local(global));
        if (verdict == OrderVerdict::accepted || verdict == OrderVerdict::no_lease) order_ = order;
    }
    std::uint64_t nonce() const { return nonce_; }

  private:
    static constexpr Millis kT{15000};

    Time local(Time global) const {
        return Time{static_cast<Millis::rep>(static_cast<double>(global.count()) * rate_)};
    }
    bool live() const {
        return keeper_.live(at_) && keeper_.memory().epoch > keeper_.memory().released;
    }
    void enter(NodeState state) {
        state_ = state;
        since_ = at_;
    }
    void silenced() {
        if (radio_) own_ = snapshot(keeper_.memory().epoch);
        radio_ = false;
        keeper_.release(keeper_.memory().epoch);
        enter(NodeState::fenced);
    }
    /// catchingup and standby.
    void wait() {
        const bool held = order_.snapshot == own_.id || order_.snapshot == staged_.id;
        if (!order_.snapshot.empty() && !held && link) {
            staged_ = wanted_;
            staged_.id = order_.snapshot;
        }
        if (own_.id.empty() && staged_.id.empty()) return;
        if (state_ == NodeState::catchingup) return enter(NodeState::standby);
        if (order_.goal == Goal::active && live()) enter(NodeState::promoting);
    }
    SnapshotInfo snapshot(Epoch epoch) {
        SnapshotInfo i;
        i.epoch = epoch;
        i.seq = ++seq_;
        i.id = name_ + "-" + std::to_string(epoch) + "-" + std::to_string(seq_);
        i.taken_at = 1'700'000'000;
        i.has_nvram = true;
        i.fingerprint = "net1";
        wanted_ = i;
        return i;
    }

    std::string name_;
    Timing timing_;
    double rate_;
    LeaseKeeper keeper_;
    Order order_;
    NodeState state_ = NodeState::init;
    Time at_{0};
    Time since_{0};
    bool radio_ = false;
    SnapshotInfo own_;
    SnapshotInfo staged_;
    SnapshotInfo wanted_{"", 0, 0, 1'700'000'000, true, 0, "net1"};
    std::uint64_t seq_ = 0;
    std::uint64_t nonce_ = 0;
};

}  // namespace zha::test
