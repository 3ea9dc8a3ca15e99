// The command line as a program: what needs no broker, and wrong usage.
#include <gtest/gtest.h>

#include <sstream>
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

TEST(CheckConfig, TheTableOfOutagesFitsEightyColumns) {
    Config config;
    config.timing.local_restarts = 9;
    config.fencing = "required";
    config.on_controller_loss = "fence";
    std::istringstream lines(cli::rto_table(config));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(CheckConfig, ProgramsGetABoundForEachKindOfFailure) {
    cli::Options options;
    options.json = true;
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(cli::check_config(options, "f"), cli::kOk);
    const auto value = nlohmann::json::parse(::testing::internal::GetCapturedStdout());
    for (const auto& c : value["worst"]) {
        std::int64_t sum = 0;
        for (const auto& part : c["parts"]) sum += part["ms"].get<std::int64_t>();
        EXPECT_EQ(c["worst_ms"].is_null() ? sum : c["worst_ms"].get<std::int64_t>(), sum);
    }
    EXPECT_GT(value["worst"].size(), 10U);
}

TEST(DrillVerb, TheReportNamesBothGapsAndLeavesOutWhatNeverWas) {
    const auto done = nlohmann::ordered_json::parse(
        R"({"result":"done","gap_there_s":8.12,"gap_back_s":7.9,"text":"x"})");
    EXPECT_EQ(cli::drill_table(done),
              "drill: done\n  gap on the way there     8.1 s\n  gap on the way back      7.9 s\n");
    const auto failed = nlohmann::ordered_json::parse(R"({"result":"failed","gap_back_s":0})");
    EXPECT_NE(cli::drill_table(failed).find("back          -"), std::string::npos)
        << cli::drill_table(failed);
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
