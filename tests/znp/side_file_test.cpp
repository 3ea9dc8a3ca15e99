#include "znp/nvram/side_file.hpp"

#include <gtest/gtest.h>

namespace zha::znp {
namespace {

SideFile some_side() {
    SideFile side{0x00124B00AABBCCDD, 1,    20240710,           "2025-01-02T03:04:05+00:00",
                  sha256_of("text"),  4242, "0123456789abcdef", {}};
    side.extra.items[{kExGroupTable, 0}] = {1, 2, 3};
    return side;
}

TEST(SideFile, SaysWhereAFileComesFrom) {
    const auto text = side_text(some_side());
    EXPECT_NE(text.find("\"source_ieee\": \"00124b00aabbccdd\""), std::string::npos);
    EXPECT_NE(text.find("\"EX_GROUP_TABLE\""), std::string::npos);
    const auto again = parse_side_file(text);
    ASSERT_TRUE(again) << again.error().message;
    auto wanted = some_side();
    wanted.extra = {};
    EXPECT_EQ(*again, wanted);
}

TEST(SideFile, AFileThatWasChangedIsNoticed) {
    EXPECT_TRUE(belongs_to(some_side(), "text"));
    const auto changed = belongs_to(some_side(), "texT");
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, Errc::corrupt);
    EXPECT_NE(changed.error().message.find("remove the side file"), std::string::npos);
}

TEST(SideFile, SomethingElseIsRefused) {
    for (const auto* text : {"", "[]", "{}", R"({"format": "zha-nvram/meta"})", "{\"format\": 1}"})
        EXPECT_FALSE(parse_side_file(text)) << text;
    auto text = side_text(some_side());
    text.replace(text.find("20240710"), 8, "-5");
    EXPECT_FALSE(parse_side_file(text));
}

TEST(SideFile, TheHashIsTheUsualOne) {
    EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace zha::znp
