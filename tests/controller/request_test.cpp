// Commands as they come over MQTT: each field is checked, and the sender gets an answer if it can.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/commands.hpp"

namespace zha {
namespace {

using Verb = OperatorCommand::Verb;

TEST(Request, EachVerbIsUnderstood) {
    const std::pair<const char*, Verb> verbs[] = {{"switchover", Verb::switchover},
                                                  {"failover", Verb::failover},
                                                  {"form", Verb::form},
                                                  {"clear-fault", Verb::clear_fault}};
    for (const auto& [name, verb] : verbs) {
        std::string id;
        const auto r = decode_request(
            std::string(R"({"id":"abcd-0123","to":"b","verb":")") + name + "\"}", id);
        ASSERT_TRUE(r) << r.error().message;
        EXPECT_EQ(r->command->verb, verb);
        EXPECT_EQ(r->command->node, "b");
        EXPECT_EQ(r->command->id, "abcd-0123");
    }
}

TEST(Request, OnlyFailoverMayLeaveTheNodeToTheController) {
    std::string id;
    EXPECT_TRUE(decode_request(R"({"id":"abcd-0123","verb":"failover"})", id));
    EXPECT_FALSE(decode_request(R"({"id":"abcd-0123","verb":"switchover"})", id));
    EXPECT_FALSE(decode_request(R"({"id":"abcd-0123","verb":"form"})", id));
    EXPECT_FALSE(decode_request(R"({"id":"abcd-0123","verb":"failover","to":7})", id));
}

TEST(Request, ADrillMayNameANodeAndBeDry) {
    std::string id;
    const auto command = [&](const std::string& rest) {
        return decode_request(R"({"id":"abcd-0123","verb":)" + rest + "}", id);
    };
    auto r = command(R"("drill")");
    ASSERT_TRUE(r) << r.error().message;
    EXPECT_EQ(r->command->verb, Verb::drill);
    EXPECT_FALSE(r->command->dry_run || r->command->scheduled);
    r = command(R"("drill","to":"b","dry_run":true)");
    ASSERT_TRUE(r) << r.error().message;
    EXPECT_TRUE(r->command->dry_run);
    for (const auto* bad : {R"("drill","to":"")", R"("drill","to":"../b")", R"("drill","to":7)",
                            R"("drill","dry_run":1)", R"("switchover","to":"b","dry_run":true)",
                            R"("drill","allow_version":true)", R"("drill","seconds":5)"})
        EXPECT_FALSE(command(bad)) << bad;
}

TEST(Request, PoliciesTakeTheirOptionsAndNoOthers) {
    std::string id;
    const auto command = [&](const std::string& rest) {
        return decode_request(R"({"id":"abcd-0123",)" + rest + "}", id);
    };
    auto r = command(R"("verb":"pause","seconds":7200)");
    ASSERT_TRUE(r) << r.error().message;
    EXPECT_EQ(r->command->verb, Verb::pause);
    EXPECT_EQ(r->command->length, Millis{7200000});
    EXPECT_TRUE(command(R"("verb":"resume")"));
    r = command(R"("verb":"maintenance","to":"a","allow_failover":true)");
    ASSERT_TRUE(r) << r.error().message;
    EXPECT_TRUE(r->command->allow_failover);
    r = command(R"("verb":"failover","allow_stale_snapshot":true,"allow_version":true)");
    ASSERT_TRUE(r) << r.error().message;
    EXPECT_TRUE(r->command->allow_stale && r->command->allow_version);
    EXPECT_TRUE(command(R"("verb":"explain")")->explain);
    for (const auto* bad :
         {R"("verb":"pause","seconds":0)", R"("verb":"pause","seconds":99999999)",
          R"("verb":"pause","seconds":-1)", R"("verb":"maintenance")",
          R"("verb":"resume","seconds":5)", R"("verb":"maintenance","to":"a","stop":1)",
          R"("verb":"maintenance","to":"a","stop":true,"off":true)",
          R"("verb":"switchover","to":"a","allow_stale_snapshot":true)",
          R"("verb":"form","to":"a","allow_version":true)"})
        EXPECT_FALSE(command(bad)) << bad;
}

TEST(Request, WithoutAUsableIdThereIsNobodyToAnswer) {
    for (const auto* text :
         {"", "{", "[]", "null", "7", "{}", R"({"id":7,"verb":"form","to":"a"})",
          R"({"id":"short","verb":"form","to":"a"})", R"({"id":"with/slash","verb":"form"})",
          R"({"id":"with+plus#","verb":"form"})", R"({"id":"UPPERCASE","verb":"form"})"}) {
        std::string id;
        const auto r = decode_request(text, id);
        ASSERT_FALSE(r) << text;
        EXPECT_EQ(r.error().code, Errc::invalid);
        EXPECT_EQ(id, "") << text;
    }
}

TEST(Request, WithAUsableIdEvenABadOneIsAnswered) {
    for (const auto* rest : {"", R"(,"verb":"explode","to":"a")", R"(,"verb":7,"to":"a")",
                             R"(,"verb":"form","to":"../a")", R"(,"verb":"form","to":"a/b")",
                             R"(,"verb":"form","to":"")", R"(,"verb":"form","to":"a#")",
                             R"(,"verb":"form","to":"abcdefghijabcdefghijabcdefghijabc")"}) {
        std::string id;
        EXPECT_FALSE(decode_request(std::string(R"({"id":"abcd-0123")") + rest + "}", id)) << rest;
        EXPECT_EQ(id, "abcd-0123") << rest;
    }
}

TEST(Request, TooMuchIsRefusedBeforeItIsParsed) {
    std::string id;
    const auto r = decode_request(
        R"({"id":"abcd-0123","verb":"form","to":"a","x":")" + std::string(5000, 'x') + "\"}", id);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().message, "command: too long");
}

TEST(Request, TheLimitOfHistoryIsBounded) {
    const std::pair<const char*, unsigned> limits[] = {
        {"7", 7}, {"0", 1}, {"100000", 200}, {"4294967296", 200}, {"-1", 20}, {"\"x\"", 20}};
    for (const auto& [text, limit] : limits) {
        std::string id;
        const auto r = decode_request(
            std::string(R"({"id":"abcd-0123","verb":"history","limit":)") + text + "}", id);
        ASSERT_TRUE(r);
        EXPECT_FALSE(r->command);
        EXPECT_EQ(r->limit, limit) << text;
    }
}

TEST(Reply, CarriesTheIdTheCodeAndTheData) {
    const auto value =
        nlohmann::json::parse(encode_reply({"abcd-0123", true, "ok", "done", "[1]"}));
    EXPECT_EQ(value["id"], "abcd-0123");
    EXPECT_EQ(value["ok"], true);
    EXPECT_EQ(value["done"], true);
    EXPECT_EQ(value["data"], nlohmann::json::array({1}));
    EXPECT_EQ(nlohmann::json::parse(encode_reply({"i", true, "busy", "", ""}))["ok"], false);
}

TEST(Reply, TextThatIsNotUtf8DoesNotStopIt) {
    const auto text = encode_reply({"abcd-0123", true, "failed", "bad \xff\xfe byte", ""});
    EXPECT_TRUE(nlohmann::json::accept(text));
}

}  // namespace
}  // namespace zha
