#include "platform/service/run_command.hpp"

#include <gtest/gtest.h>

#include "tests/platform/run.hpp"

namespace zha {
namespace {

class RunCommand : public testing::Test {
  protected:
    Result<CommandResult> run_argv(const std::vector<std::string>& argv, Millis limit) {
        return run(context, run_command(context.get_executor(), clock, argv, clock.now() + limit));
    }
    Result<CommandResult> sh(const std::string& script, Millis limit = Millis{20000}) {
        return run_argv({"/bin/sh", "-c", script}, limit);
    }
    asio::io_context context;
    RealClock clock{context.get_executor()};
};

TEST_F(RunCommand, GivesExitCodeAndOutputOfBothStreams) {
    const auto result = sh("echo out; echo err >&2; exit 7");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->exit_code, 7);
    EXPECT_EQ(result->output, "out\nerr\n");
}

TEST_F(RunCommand, KeepsTheFirst4KibAndDrainsTheRest) {
    const auto result = sh("head -c 1000000 /dev/zero | tr '\\0' x; echo end >&2");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_EQ(result->output, std::string(4096, 'x'));
}

TEST_F(RunCommand, DeadlineKillsTheWholeGroup) {
    const Time begin = clock.now();
    const auto result = sh("sleep 300 & sleep 300", Millis{100});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::timeout);
    EXPECT_LT(clock.now() - begin, Millis{30000});
}

TEST_F(RunCommand, DoesNotWaitForWhatTheCommandLeftBehind) {
    const Time begin = clock.now();
    const auto result = sh("sleep 20 & echo started");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "started\n");
    EXPECT_LT(clock.now() - begin, Millis{15000});
}

TEST_F(RunCommand, AbsentProgramIsNotFound) {
    const auto result = run_argv({"/nonexistent/program"}, Millis{5000});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::not_found);
    EXPECT_FALSE(run_argv({"true"}, Millis{5000}));
    EXPECT_FALSE(run_argv({}, Millis{5000}));
}

TEST_F(RunCommand, WordsAreNotInterpreted) {
    const auto result = run_argv({"/usr/bin/printf", "%s|", "$HOME", "a b", "*;"}, Millis{20000});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->output, "$HOME|a b|*;|");
}

TEST_F(RunCommand, SignalIsPartOfTheExitCode) {
    const auto result = sh("kill -9 $$");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 128 + 9);
}

TEST_F(RunCommand, DescriptionHasTheLastLineOnly) {
    EXPECT_EQ(describe({"/bin/x", "a"}, {3, "first\nlast\tline\n\n"}),
              "/bin/x a: exit 3: last?line");
    EXPECT_EQ(describe({"/bin/x"}, {0, ""}), "/bin/x: exit 0");
}

}  // namespace
}  // namespace zha
