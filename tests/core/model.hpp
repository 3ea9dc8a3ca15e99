// What: controller, broker and three nodes with clocks of different rates, in one loop.
// Why: restarts, losses and partitions are tried by the thousand in a moment.
// Contract: for tests only. tick() asserts the one invariant: at most one radio is on the air.
#pragma once

#include <deque>

#include "tests/core/house.hpp"
#include "tests/core/model_node.hpp"

namespace zha::test {

struct Model {
    static constexpr Millis kTick{500};
    House h;
    Random random;
    std::deque<ModelNode> nodes;
    bool controller = true;
    Time controller_lost{0};
    unsigned loss = 0;  ///< percent, each way
    Epoch highest = 0;

    explicit Model(std::uint64_t seed = 1) : random(seed) {
        const auto& t = h.config.timing;
        nodes.emplace_back("a", t, 0.991);
        nodes.emplace_back("b", t, 1.009);
        nodes.emplace_back("c", t, 1.0);
        h.s.journal.epoch = 5;
        h.s.journal.holder = "a";
        h.s.journal.fingerprint = "net1";
        nodes[0].start_active(h.s.now, 5);
        nodes[1].start_standby(h.s.now, nodes[0].own());
        nodes[2].start_standby(h.s.now, nodes[0].own());
        h.s.bridge = BridgeState::online;
    }
    ModelNode& node(const std::string& name) {
        for (auto& n : nodes)
            if (n.name() == name) return n;
        return nodes[0];
    }
    std::vector<std::string> on_air() const {
        std::vector<std::string> names;
        for (const auto& n : nodes)
            if (n.on_air()) names.push_back(n.name());
        return names;
    }
    void stop_controller() {
        controller = false;
        controller_lost = h.s.now;
    }
    void start_controller() {
        controller = true;
        h.restart_controller();
        h.s.bridge = BridgeState::online;
    }

    void tick() {
        h.pass(kTick);
        // The broker tells the will of a dead controller within half a lease.
        const bool will = !controller && h.s.now - controller_lost > h.config.timing.lease / 4;
        for (auto& n : nodes) {
            n.told_off = will;
            n.tick(h.s.now, random);
            if (n.powered && h.s.now.count() % 1000 == 0) talk(n);
            if (controller) h.view(n.name()).gone = !n.powered || !n.link;
        }
        if (controller) h.step("nobody");
        check();
    }
    void run(Millis time) {
        for (const auto end = h.s.now + time; h.s.now < end && !::testing::Test::HasFailure();)
            tick();
    }

  private:
    void talk(ModelNode& n) {
        const auto report = n.report(h.s.now);
        if (!n.link) return;
        n.echo(h.s.now);
        if (!controller || pick(random, 100) < loss) return;
        h.report(n.name()) = report;
        h.hear(n.name());
        h.step(n.name());
        if (pick(random, 100) < loss) return;
        const auto& i = h.told(n.name());
        Order o;
        o.node = n.name();
        o.nonce = report.nonce;
        o.incarnation = h.journal().incarnation;
        o.goal = i.goal;
        o.epoch = i.epoch;
        o.lease = i.lease;
        o.source = i.source;
        o.snapshot = i.snapshot;
        n.accept(o, h.s.now);
    }
    void check() {
        const auto names = on_air();
        EXPECT_LE(names.size(), 1u) << names.front() << " and " << names.back() << " at "
                                    << h.s.now.count() << ", " << h.d.text;
        EXPECT_LE(leases(h.d), 1);
        EXPECT_GE(h.journal().epoch, highest);
        highest = h.journal().epoch;
    }
};

}  // namespace zha::test
