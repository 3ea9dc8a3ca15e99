// The checker finds what is wrong: each test breaks the table in one way.
#include "core/fsm/check.hpp"

#include <gtest/gtest.h>

namespace zha::fsm {
namespace {

using Rows = std::vector<Transition>;

Rows table() {
    return {transitions().begin(), transitions().end()};
}

bool found(const Rows& rows, const std::string& text) {
    for (const auto& problem : check(rows))
        if (problem.find(text) != std::string::npos) return true;
    return false;
}

Transition& row(Rows& rows, NodeState from, Guard guard) {
    for (auto& r : rows)
        if (r.from == from && r.guard == guard) return r;
    ADD_FAILURE() << "no such row";
    return rows.front();
}

TEST(FsmCheck, TheTableThatIsCompiledInIsRight) {
    for (const auto& problem : check()) ADD_FAILURE() << problem;
}

TEST(FsmCheck, AStateWithoutALastRowIsFound) {
    auto rows = table();
    std::erase_if(rows, [](const auto& r) {
        return r.from == NodeState::active && r.guard == Guard::always;
    });
    EXPECT_TRUE(found(rows, "no row for active"));
}

TEST(FsmCheck, ARowBehindOneThatAlwaysHoldsIsFound) {
    auto rows = table();
    auto copy = row(rows, NodeState::init, Guard::always);
    copy.guard = Guard::service_up;
    rows.push_back(copy);
    EXPECT_TRUE(found(rows, "no facts ever lead to the row init"));
}

TEST(FsmCheck, AStateThatNothingLeadsToIsFound) {
    auto rows = table();
    for (auto& r : rows)
        if (r.to == NodeState::recovering) r.to = NodeState::active;
    EXPECT_TRUE(found(rows, "nothing leads to recovering"));
}

TEST(FsmCheck, AStepWithoutATimeLimitIsFound) {
    auto rows = table();
    row(rows, NodeState::promoting, Guard::snapshot_held).budget = Budget::none;
    EXPECT_TRUE(found(rows, "no time limit"));
}

TEST(FsmCheck, ARadioThatStartsOrStaysWithoutALeaseIsFound) {
    auto starts = table();
    row(starts, NodeState::promoting, Guard::no_lease).guard = Guard::dongle_absent;
    EXPECT_TRUE(found(starts, "started without a lease"));
    auto stays = table();
    std::erase_if(stays, [](const auto& r) { return r.guard == Guard::unleased_radio; });
    EXPECT_TRUE(found(stays, "a radio without lease is not fenced: active"));
}

TEST(FsmCheck, AClaimOfSilenceWithoutAFenceIsFound) {
    auto rows = table();
    row(rows, NodeState::init, Guard::always).to = NodeState::fenced;
    EXPECT_TRUE(found(rows, "`fenced` without a proof"));
}

TEST(FsmCheck, ACircleWithoutAnyStepIsFound) {
    auto rows = table();
    auto& rest = row(rows, NodeState::standby, Guard::snapshot_held);
    rest.action = Action::none;
    rest.to = NodeState::catchingup;
    EXPECT_TRUE(found(rows, "round and round"));
}

TEST(FsmCheck, TheTextHasALineForEachRow) {
    const auto text = show();
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')),
              transitions().size() + 1);
    for (const auto& r : transitions())
        EXPECT_NE(text.find(r.comment), std::string::npos) << r.comment;
    EXPECT_NE(text.find("promotable      none         -        promoting"), std::string::npos);
    EXPECT_NE(text.find("snapshot_held   promote      promote  active"), std::string::npos)
        << "every step is shown with its time limit";
}

}  // namespace
}  // namespace zha::fsm
