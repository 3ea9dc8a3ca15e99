// Exhaustive proofs over the state table: every state, goal and combination of facts.
#include "core/fsm/fsm.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace zha::fsm {
namespace {

constexpr unsigned kFacts = 14;
constexpr unsigned kStates = 11;
constexpr unsigned kGoals = 4;

Facts facts_of(unsigned bits) {
    const auto is = [&](unsigned n) { return (bits >> n & 1U) != 0; };
    return {is(0), is(1), is(2), is(3),  is(4),  is(5),  is(6),
            is(7), is(8), is(9), is(10), is(11), is(12), is(13)};
}

using Visit = std::function<void(NodeState, Goal, const Facts&, const Transition*)>;

/// Calls `visit` until a failure was recorded: one counter-example is enough.
void for_all(const Visit& visit) {
    for (unsigned bits = 0; bits < 1U << kFacts; ++bits)
        for (unsigned s = 0; s < kStates; ++s)
            for (unsigned g = 0; g < kGoals; ++g) {
                const auto state = static_cast<NodeState>(s);
                const auto goal = static_cast<Goal>(g);
                const auto facts = facts_of(bits);
                visit(state, goal, facts, next(state, goal, facts));
                if (::testing::Test::HasFailure())
                    FAIL() << to_string(state) << ", goal " << to_string(goal) << ", facts "
                           << bits;
            }
}

bool starts_radio(Action a) {
    return a == Action::promote || a == Action::form || a == Action::recover;
}

TEST(Fsm, TheTestCoversEveryStateAndGoal) {
    EXPECT_TRUE(parse_node_state(to_string(static_cast<NodeState>(kStates - 1))));
    EXPECT_EQ(to_string(static_cast<NodeState>(kStates)), "?");
    EXPECT_EQ(to_string(static_cast<Goal>(kGoals)), "?");
    static_assert(sizeof(Facts) == kFacts, "a new fact needs a new bit above");
}

TEST(Fsm, NextIsTotalAndAnswersForTheStateAsked) {
    for_all([](NodeState s, Goal g, const Facts& f, const Transition* t) {
        ASSERT_NE(t, nullptr);
        EXPECT_EQ(t->from, s);
        EXPECT_NE(t->goals & bit(g), 0);
        EXPECT_TRUE(holds(t->guard, f));
    });
}

TEST(Fsm, NothingStartsTheRadioWithoutALiveLease) {
    for_all([](NodeState, Goal, const Facts& f, const Transition* t) {
        EXPECT_TRUE(!starts_radio(t->action) || f.lease_live) << to_string(t->action);
    });
}

TEST(Fsm, NothingStartsTheRadioOnADongleThatIsNotThere) {
    for_all([](NodeState, Goal, const Facts& f, const Transition* t) {
        EXPECT_TRUE(!starts_radio(t->action) || f.dongle_present) << to_string(t->action);
    });
}

TEST(Fsm, ARadioWithoutLeaseIsAlwaysFenced) {
    for_all([](NodeState s, Goal, const Facts& f, const Transition* t) {
        const bool on_air = s == NodeState::active || s == NodeState::recovering ||
                            s == NodeState::draining || s == NodeState::promoting;
        if (!on_air || f.lease_live || f.silenced) return;
        EXPECT_EQ(t->to, NodeState::fencing);
        EXPECT_EQ(t->action, Action::none) << "nothing may delay the fence";
    });
}

TEST(Fsm, InitLeadsNowhereButToFencing) {
    for_all([](NodeState s, Goal, const Facts&, const Transition* t) {
        if (s != NodeState::init) return;
        EXPECT_EQ(t->to, NodeState::fencing);
        EXPECT_EQ(t->on_failure, NodeState::fencing);
    });
}

TEST(Fsm, FaultLeadsNowhereButToFencing) {
    for_all([](NodeState s, Goal, const Facts&, const Transition* t) {
        if (s != NodeState::fault) return;
        EXPECT_TRUE(t->to == NodeState::fault || t->to == NodeState::fencing);
    });
}

TEST(Fsm, OnlyAFenceLeadsToFenced) {
    for (const auto& row : transitions()) {
        if (row.to != NodeState::fenced && row.on_failure != NodeState::fenced) continue;
        EXPECT_TRUE(row.action == Action::fence || row.action == Action::drain) << row.comment;
        EXPECT_NE(row.on_failure, NodeState::fenced) << row.comment;
    }
}

TEST(Fsm, OnlyPromotionAndRestartLeadToActive) {
    for (const auto& row : transitions()) {
        EXPECT_TRUE(row.on_failure != NodeState::active || row.from == NodeState::active);
        if (row.to != NodeState::active || row.from == NodeState::active) continue;
        EXPECT_TRUE(row.action == Action::promote || row.action == Action::recover) << row.comment;
    }
}

TEST(Fsm, EveryActionThatTakesTimeHasABudget) {
    for (const auto& row : transitions()) {
        const bool works = row.action != Action::none && row.action != Action::rest;
        EXPECT_EQ(works, row.budget != Budget::none) << row.comment;
        EXPECT_FALSE(row.comment.empty());
    }
}

TEST(Fsm, StatesThatClaimSilenceNeverRestWithTheServiceRunning) {
    for_all([](NodeState s, Goal, const Facts& f, const Transition* t) {
        if (possibly_on_air(s) || !f.service_up) return;
        EXPECT_EQ(t->to, NodeState::fencing);
    });
}

TEST(Fsm, AnUnpluggedDongleEndsEveryClaimButMaintenance) {
    for_all([](NodeState s, Goal, const Facts& f, const Transition* t) {
        if (f.dongle_present || s == NodeState::maintenance || s == NodeState::fault) return;
        EXPECT_TRUE(t->to == NodeState::fencing || t->action == Action::confirm_gone);
    });
}

TEST(Fsm, TheDrawingShowsEveryState) {
    const auto drawing = mermaid();
    EXPECT_EQ(drawing.rfind("stateDiagram-v2\n", 0), 0u);
    for (unsigned s = 0; s < kStates; ++s) {
        const auto name = std::string(to_string(static_cast<NodeState>(s)));
        const bool entered = drawing.find("--> " + name + "\n") != std::string::npos ||
                             drawing.find("--> " + name + ":") != std::string::npos;
        EXPECT_TRUE(entered) << name;
    }
}

TEST(Fsm, EveryWordHasAName) {
    for (const auto& row : transitions()) {
        EXPECT_NE(to_string(row.action), "?");
        EXPECT_NE(to_string(row.guard), "?");
    }
}

TEST(Documentation, ShowsTheTableAsItIs) {
    std::ifstream file(ZHA_SOURCE_DIR "/docs/state-machine.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(text.find("```mermaid\n" + mermaid() + "```"), std::string::npos)
        << "put this into docs/state-machine.md:\n"
        << mermaid();
}

}  // namespace
}  // namespace zha::fsm
