// The command line as a program: what needs no broker, and wrong usage.
#include <gtest/gtest.h>

#include <string>

#include "cli/verbs.hpp"

namespace zha {
namespace {

TEST(FsmVerb, CheckShowAndMermaidEndWell) {
    cli::Options options;
    for (const auto* what : {"check", "show", "mermaid"}) {
        ::testing::internal::CaptureStdout();
        EXPECT_EQ(cli::fsm(options, what), cli::kOk) << what;
        EXPECT_FALSE(::testing::internal::GetCapturedStdout().empty()) << what;
    }
}

TEST(FsmVerb, CheckAnswersProgramsInJson) {
    cli::Options options;
    options.json = true;
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(cli::fsm(options, "check"), cli::kOk);
    const auto value = nlohmann::json::parse(::testing::internal::GetCapturedStdout());
    EXPECT_EQ(value["ok"], true);
    EXPECT_TRUE(value["problems"].empty());
}

}  // namespace
}  // namespace zha
