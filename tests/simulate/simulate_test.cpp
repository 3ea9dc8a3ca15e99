// The simulation itself: it is repeatable, it can be written down, and it notices.
#include <gtest/gtest.h>

#include "simulator/simulate/mutants.hpp"
#include "simulator/simulate/safeguards.hpp"
#include "simulator/simulate/shrink.hpp"

namespace zha::sim {
namespace {

TEST(Simulate, TheSameSeedIsTheSameStory) {
    std::vector<std::string> first;
    std::vector<std::string> second;
    for (auto* story : {&first, &second})
        (void)run(draw(11), [&](const std::string& line) { story->push_back(line); });
    EXPECT_GT(first.size(), 10U);
    EXPECT_EQ(first, second);
}

TEST(Simulate, AScheduleCanBeWrittenDownAndReadAgain) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const auto plan = draw(seed);
        std::string lines = "# a comment\n";
        for (const auto& fault : plan.faults) lines += text(fault) + "\n";
        const auto parsed = parse_faults(lines);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_EQ(*parsed, plan.faults);
    }
}

TEST(Simulate, ABadSpecificationIsRefused) {
    for (const auto* line :
         {"at x unplug node 0 for 1 detail 1", "at 1 nonsense node 0 for 1 detail 1",
          "at 1 unplug node 7 for 1 detail 1", "step 0 +1 unplug node 0 for 1 detail 1",
          "at -1 unplug node 0 for 1 detail 1", "unplug"})
        EXPECT_FALSE(parse_faults(line)) << line;
}

/// Schedules that found something once: a counter below one that was used, an epoch that was used
/// twice, a host that was switched off and on for ever, one or two that stayed off,
/// a device that was lost because somebody edited the configuration, two controllers of one name.
TEST(Simulate, WhatWentWrongOnceGoesWellNow) {
    for (const std::uint64_t seed : {54081, 99160, 100114, 110194, 111550, 140642, 269961, 268149,
                                     452504, 707031, 759194, 896498, 948939}) {
        const auto outcome = run(draw(seed));
        for (const auto& [checker, what] : outcome.violations)
            ADD_FAILURE() << "seed " << seed << ", " << to_string(checker) << ": " << what;
    }
}

/// The negative control: without the fence after a graceful stop two radios have to be seen.
TEST(Simulate, AMissingFenceIsNoticedAndMadeShort) {
    const Without without(Safeguard::drain_fence);
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const auto plan = draw(seed);
        if (!run(plan).violations.contains(Checker::exclusivity)) continue;
        const auto shorter = shrink(plan);
        EXPECT_LE(shorter.faults.size(), plan.faults.size());
        EXPECT_TRUE(run(shorter).violations.contains(Checker::exclusivity));
        return;
    }
    FAIL() << "no schedule noticed it";
}

}  // namespace
}  // namespace zha::sim
