// What: a small house for decide(): nodes with their reports, a clock, and the controller's memory.
// Why: scenarios read as stories; the caller's part of decide()'s contract is kept in one place.
// Contract: step() is what the daemon does: decide, keep, note sent leases. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "core/decide.hpp"

namespace zha::test {

struct House {
    Config config;
    Situation s;
    Decision d;

    explicit House(std::initializer_list<const char*> names = {"a", "b", "c"}) {
        for (const auto* name : names) {
            NodeConfig node;
            node.name = name;
            config.nodes.push_back(node);
            s.nodes[name] = {};
        }
        s.config = &config;
        s.now = s.since = Time{1'000'000};
        s.wall = 1'700'000'000;
    }
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    NodeView& view(const std::string& node) { return s.nodes.at(node); }
    NodeReport& report(const std::string& node) { return view(node).report; }
    const Journal& journal() const { return s.journal; }
    const Instruction& told(const std::string& node) const { return d.instructions.at(node); }
    MovePhase phase() const { return s.journal.move->phase; }
    bool moving() const { return s.journal.move.has_value(); }

    /// The node sent the report that stands in its view.
    void hear(const std::string& node) {
        auto& v = view(node);
        v.report.node = node;
        v.report.incarnation = s.journal.incarnation;  // it obeys this controller
        v.heard = true;
        v.heard_at = s.now;
        v.gone = false;
    }
    void hear_all() {
        for (auto& [name, v] : s.nodes) hear(name);
    }
    /// Fenced, with a verified snapshot: ready to take over.
    void standby(const std::string& node, SnapshotInfo staged) {
        auto& r = report(node);
        r.state = NodeState::standby;
        r.dongle = DongleState::silent;
        r.service = ServiceState::stopped;
        r.staged = std::move(staged);
        r.released = r.epoch;
        r.lease_left = Millis{0};
        r.fault.clear();
        r.ready = true;
        hear(node);
    }
    void active(const std::string& node, Epoch epoch, std::uint64_t seq = 1) {
        auto& r = report(node);
        r.state = NodeState::active;
        r.epoch = epoch;
        r.service = ServiceState::running;
        r.dongle = DongleState::unknown;
        r.snapshot = snapshot(node, epoch, seq);
        r.lease_left = config.timing.lease;
        r.ready = false;
        hear(node);
    }
    /// The node fenced itself and proved it.
    void fenced(const std::string& node, NodeState state, const std::string& fault = {}) {
        auto& r = report(node);
        r.state = state;
        r.released = r.epoch;
        r.service = ServiceState::stopped;
        r.dongle = DongleState::silent;
        r.lease_left = Millis{0};
        r.fault = fault;
        r.ready = state == NodeState::standby;
        hear(node);
    }
    SnapshotInfo snapshot(const std::string& node, Epoch epoch, std::uint64_t seq) const {
        SnapshotInfo i;
        i.id = node + "-" + std::to_string(epoch) + "-" + std::to_string(seq);
        i.epoch = epoch;
        i.seq = seq;
        i.taken_at = s.wall;
        i.has_nvram = true;
        i.fingerprint = "net1";
        return i;
    }

    /// One decision of the daemon. Every node that reported at this instant is answered, or `only`.
    Decision& step(const std::string& only = {}) {
        d = decide(s);
        s.command.reset();
        s.journal = d.journal;
        s.raised = d.raised;
        for (auto& [name, v] : s.nodes) {
            v.failures = d.failures[name];
            v.pulse = d.pulses[name];
            const bool answered = v.heard && v.heard_at == s.now && (only.empty() || only == name);
            if (answered && d.instructions[name].lease > Millis{0}) v.leased_at = s.now;
        }
        return d;
    }
    void pass(Millis time) {
        const auto seconds = [&] { return s.now.count() / 1000; };
        s.wall -= seconds();
        s.now += time;
        s.wall += seconds();
    }
    /// Time passes in heartbeats; every node but `silent` repeats its report at each.
    void live(Millis time, const std::string& silent = {}) {
        for (const auto end = s.now + time; s.now < end;) {
            pass(config.timing.heartbeat);
            for (auto& [name, v] : s.nodes)
                if (name != silent && v.heard) hear(name);
            step();
        }
    }
    Decision& command(OperatorCommand::Verb verb, const std::string& node) {
        s.command = OperatorCommand{verb, "command-1", node};
        return step();
    }

    /// The usual start: "a" is active with epoch 5, the others hold its snapshot.
    void settle() {
        s.journal.epoch = 5;
        s.journal.holder = config.nodes.front().name;
        s.journal.fingerprint = "net1";
        active(s.journal.holder, 5);
        for (const auto& n : config.nodes)
            if (n.name != s.journal.holder) standby(n.name, snapshot(s.journal.holder, 5, 1));
        s.bridge = BridgeState::online;
        step();
    }
    /// Everything but the durable journal is forgotten.
    void restart_controller() {
        auto journal = s.journal;
        ++journal.incarnation;
        journal.granted = Time{0};
        for (auto& [name, v] : s.nodes) v = NodeView{.report = {}};
        s.since = s.now;
        s.raised.clear();
        s.bridge = BridgeState::unknown;
        if (journal.move) journal.move->started = journal.move->phase_since = s.now;
        if (journal.drill) journal.drill->dwell_since = Time{0};
        s.journal = journal;
    }
};

/// How many nodes are told that they may be on the air.
inline int leases(const Decision& d) {
    int count = 0;
    for (const auto& [name, i] : d.instructions) count += i.lease > Millis{0} ? 1 : 0;
    return count;
}

inline bool has_event(const Decision& d, EventKind kind) {
    for (const auto& e : d.events)
        if (e.kind == kind) return true;
    return false;
}

/// The last answer's code and whether it is final, as text: "ok", "failed.", "refused." ...
inline std::string answer(const Decision& d) {
    if (d.answers.empty()) return "none";
    static constexpr const char* kNames[] = {"ok", "failed", "refused", "busy"};
    const auto& last = d.answers.back();
    return std::string(kNames[static_cast<int>(last.code)]) + (last.done ? "." : "");
}

}  // namespace zha::test
