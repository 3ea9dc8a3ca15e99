// Random walks with fixed seeds: losses, partitions, restarts, commands and jumps of time.
#include <gtest/gtest.h>

#include "tests/core/model.hpp"

namespace zha {
namespace {

using test::House;
using test::leases;
using test::Model;
using test::pick;
using test::Random;
using Verb = OperatorCommand::Verb;

constexpr int kSteps = 2000;

OperatorCommand random_policy(const std::string& node, Random& random) {
    OperatorCommand c;
    c.id = "command-1";
    c.node = node;
    static constexpr Verb kVerbs[] = {Verb::pause, Verb::resume, Verb::maintenance};
    c.verb = kVerbs[pick(random, 3)];
    c.length = Millis{60000};
    c.allow_failover = pick(random, 2) == 0;
    c.stop = pick(random, 2) == 0;
    c.end = pick(random, 2) == 0;
    return c;
}

/// One thing that goes wrong, or right again.
void disturb(Model& m) {
    auto& n = m.nodes[pick(m.random, 3)];
    switch (pick(m.random, 13)) {
        case 0:
            n.link = false;
            break;
        case 1:
        case 2:
            n.link = true;
            break;
        case 3:
            n.lose_power();
            break;
        case 4:
        case 5:
            if (!n.powered) n.boot();
            break;
        case 6:
            if (m.controller) m.stop_controller();
            break;
        case 7:
            if (!m.controller) m.start_controller();
            break;
        case 8:
            n.healthy = !n.healthy;
            break;
        case 9:
            n.fence_now = n.state() == NodeState::active;
            break;
        case 10:
            m.loss = pick(m.random, 160);  // from 100 on nothing arrives
            break;
        case 11:
            if (m.controller && m.h.s.now > m.h.s.since + Millis{1000}) {
                m.h.s.command = random_policy(n.name(), m.random);
                m.h.step("nobody");
            }
            break;
        default:
            m.h.s.bridge = static_cast<BridgeState>(pick(m.random, 3));
            if (m.controller && m.h.s.now > m.h.s.since + Millis{1000})
                m.h.command(pick(m.random, 2) == 0 ? Verb::switchover : Verb::failover, n.name());
    }
}

void mend(Model& m) {
    m.loss = 0;
    if (!m.controller) m.start_controller();
    for (auto& n : m.nodes) {
        n.link = n.healthy = true;
        if (!n.powered) n.boot();
        m.h.view(n.name()).failures = 0;
    }
    m.h.s.bridge = BridgeState::online;
    m.h.s.journal.pause.reset();
    m.h.s.journal.maintenance.clear();
    m.h.s.journal.stopped.clear();
}

TEST(Walk, NeverTwoRadiosWhateverIsLostOrRestarted) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        Model m(seed);
        for (int i = 0; i < kSteps; ++i) {
            if (pick(m.random, 12) == 0) disturb(m);
            m.tick();
            if (HasFailure()) return;
        }
        EXPECT_GT(m.h.journal().epoch, 5u) << "the walk never moved the role";
    }
}

TEST(Walk, OnceEverythingWorksAgainThereIsOneActiveNode) {
    for (std::uint64_t seed = 101; seed <= 140; ++seed) {
        SCOPED_TRACE(seed);
        Model m(seed);
        for (int i = 0; i < kSteps / 2; ++i) {
            if (pick(m.random, 12) == 0) disturb(m);
            m.tick();
        }
        mend(m);
        m.run(Millis{400000});
        if (HasFailure()) return;
        ASSERT_EQ(m.on_air().size(), 1u) << m.h.d.text;
        EXPECT_EQ(m.on_air().front(), m.h.journal().holder);
        EXPECT_FALSE(m.h.moving()) << m.h.d.text;
    }
}

/// A report that any node might send, true or not.
void random_report(House& h, const std::string& node, Random& random) {
    auto& r = h.report(node);
    r.state = static_cast<NodeState>(pick(random, 11));
    if (pick(random, 3) == 0) r.epoch = h.journal().epoch + pick(random, 2);
    if (pick(random, 3) == 0) r.released = r.epoch - std::min<Epoch>(r.epoch, pick(random, 3));
    r.ready = pick(random, 2) == 0;
    r.blank = pick(random, 4) == 0;
    r.fault = pick(random, 3) == 0 ? "broken" : "";
    r.snapshot = h.snapshot(node, pick(random, 4), pick(random, 9));
    r.staged = h.snapshot("a", pick(random, 4), pick(random, 9));
    if (pick(random, 9) == 0) r.staged.id.clear();
    if (pick(random, 9) == 0) r.snapshot.has_nvram = false;
    h.hear(node);
}

/// What the test itself remembers of the controller's promises.
struct Promises {
    std::string holder;
    Epoch epoch = 0;
    Time leased{0};  ///< an order with a lease left for `holder`
    Time since{0};
};

void expect_kept(const House& h, const Promises& p, bool said_released) {
    ASSERT_LE(leases(h.d), 1);
    ASSERT_GE(h.d.journal.epoch, p.epoch);
    for (const auto& [name, i] : h.d.instructions) {
        if (i.lease == Millis{0}) continue;
        ASSERT_EQ(name, h.d.journal.holder);
        ASSERT_EQ(i.epoch, h.d.journal.epoch);
    }
    const bool moved = h.d.journal.holder != p.holder;
    if (p.holder.empty() || !(moved || h.d.journal.released)) return;
    // Not granted by this controller but found out: the node itself says that it was, by another.
    const bool found_out =
        moved && h.s.nodes.at(h.d.journal.holder).report.epoch >= h.d.journal.epoch;
    ASSERT_TRUE(!moved || found_out || h.d.journal.epoch > p.epoch);
    const auto safe = std::max(p.leased, p.since) + h.config.timing.hold_down;
    ASSERT_TRUE(said_released || found_out || h.s.now >= safe)
        << p.holder << " to " << h.d.journal.holder << " at " << h.s.now.count();
}

void random_event(House& h, Random& random) {
    static constexpr int kJumps[] = {100, 250, 1000, 1000, 5000, 9000, 23000, 70000};
    h.pass(Millis{kJumps[pick(random, 8)]});
    h.s.bridge = static_cast<BridgeState>(pick(random, 3));
    const std::string node(1, static_cast<char>('a' + pick(random, 3)));
    const auto what = pick(random, 20);
    if (what == 0) h.restart_controller();
    if (what == 1) h.s.since = h.s.now;
    if (what == 2) h.view(node).gone = true;
    if (what == 3)
        h.s.command = OperatorCommand{static_cast<Verb>(pick(random, 4)), "command-1", node};
    if (what == 4) h.s.command = random_policy(node, random);
    if (what > 4) random_report(h, node, random);
}

TEST(Walk, ANewHolderIsOnlyGrantedAfterTheWordOfTheOldOneOrTheHoldDown) {
    unsigned moves = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        House h;
        h.settle();
        Promises p{"a", 5, h.s.now, h.s.since};
        bool released = false;  // said by the holder of p.epoch, in any report so far
        for (int i = 0; i < kSteps; ++i) {
            random_event(h, random);
            p.since = h.s.since;
            const auto& holder = h.view(p.holder);
            released = released || (holder.heard && holder.report.released >= p.epoch);
            h.step();
            expect_kept(h, p, released);
            if (HasFatalFailure()) FAIL() << "step " << i << ": " << h.d.text;
            moves += h.d.journal.holder != p.holder ? 1 : 0;
            if (h.d.journal.epoch != p.epoch) released = false;
            // Proven by the clock, as expect_kept() found, it stays proven.
            released = released || h.d.journal.released;
            if (h.view(h.d.journal.holder).leased_at == h.s.now) p.leased = h.s.now;
            p.holder = h.d.journal.holder;
            p.epoch = h.d.journal.epoch;
        }
    }
    EXPECT_GT(moves, 200u) << "the walk has to move the role to prove anything";
}

}  // namespace
}  // namespace zha
