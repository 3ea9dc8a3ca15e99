// Which snapshots are taken, and how far the frame counter is raised over them.
#include "core/manifest.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "core/counter_margin.hpp"

namespace zha {
namespace {

Manifest good() {
    Manifest m;
    m.node = "a";
    m.info.epoch = 3;
    m.info.seq = 12;
    m.info.id = "a-3-12";
    m.info.has_nvram = true;
    m.info.fingerprint = "f00d";
    m.ieee = "00124b0001020304";
    m.devices = 5;
    const std::string hash(64, 'e');
    m.files = {{"data/configuration.yaml", 100, hash},
               {"data/database.db", 2000, hash},
               {"nvram.json", 9000, hash}};
    return m;
}

Manifest later(std::uint64_t by = 1) {
    auto m = good();
    m.info.seq += by;
    m.info.id = snapshot_id(m.node, m.info.epoch, m.info.seq);
    return m;
}

TEST(Manifest, ACompleteOnePasses) {
    const auto status = check(good());
    EXPECT_TRUE(status) << status.error().message;
    EXPECT_NE(good().file("nvram.json"), nullptr);
    EXPECT_EQ(good().file("data/other"), nullptr);
}

TEST(Manifest, EachSingleDamageIsRefused) {
    const std::function<void(Manifest&)> damages[] = {
        [](Manifest& m) { m.version = 2; },
        [](Manifest& m) { m.node.clear(); },
        [](Manifest& m) { m.node = "a/b"; },
        [](Manifest& m) { m.info.seq = 13; },
        [](Manifest& m) { m.info.epoch = 4; },
        [](Manifest& m) { m.info.fingerprint.clear(); },
        [](Manifest& m) { m.ieee = "00124B0001020304"; },
        [](Manifest& m) { m.ieee += "00"; },
        [](Manifest& m) { m.files[0].path = "data/../x"; },
        [](Manifest& m) { m.files[1].path = "data/configuration.yaml"; },
        [](Manifest& m) { m.files[1].size = (16U << 20) + 1; },
        [](Manifest& m) { m.files[1].sha256.pop_back(); },
        [](Manifest& m) { m.files[1].sha256[0] = 'g'; },
        [](Manifest& m) { m.files.erase(m.files.begin()); },
        [](Manifest& m) { m.files.pop_back(); },
        [](Manifest& m) { m.info.has_nvram = false; },
    };
    for (std::size_t i = 0; i < std::size(damages); ++i) {
        auto m = good();
        damages[i](m);
        const auto status = check(m);
        ASSERT_FALSE(status) << i;
        EXPECT_EQ(status.error().code, Errc::corrupt);
        EXPECT_EQ(status.error().message.rfind("manifest: ", 0), 0u);
    }
}

TEST(Manifest, SizesAreBoundedAltogether) {
    auto m = good();
    for (int i = 0; i < 5; ++i)
        m.files.push_back({"data/f" + std::to_string(i), 15U << 20, std::string(64, '0')});
    EXPECT_FALSE(check(m));
    m = good();
    for (int i = 0; i < 500; ++i)
        m.files.push_back({"data/f" + std::to_string(i), 1, std::string(64, '0')});
    EXPECT_FALSE(check(m));
}

TEST(Manifest, OnlyPlainRelativePathsAreSafe) {
    for (const auto* path :
         {"nvram.json", "data/database.db", "data/external_converters/x.js", "data/a/b/c"})
        EXPECT_TRUE(safe_path(path)) << path;
    for (const auto* path :
         {"", "/etc/passwd", "data", "data/", "data//x", "data/.", "data/..", "data/../../x",
          "data/a/../b", "data/a/b/c/d", "other/x", "data/a\nb", "nvram.json/", "../nvram.json"})
        EXPECT_FALSE(safe_path(path)) << path;
    EXPECT_FALSE(safe_path("data/" + std::string(200, 'x')));
    EXPECT_FALSE(safe_path(std::string("data/a\0b", 8)));
}

TEST(Manifest, NewerIsByEpochThenByGeneration) {
    SnapshotInfo a;
    SnapshotInfo b;
    a.epoch = 2;
    a.seq = 1;
    b.epoch = 1;
    b.seq = 99;
    EXPECT_TRUE(newer(a, b));
    EXPECT_FALSE(newer(b, a));
    EXPECT_FALSE(newer(a, a));
}

TEST(Manifest, ALaterGenerationMayReplaceTheLastGoodOne) {
    EXPECT_TRUE(check_successor(later(), good()));
    EXPECT_TRUE(check_successor(good(), good()));
}

TEST(Manifest, AnotherNetworkNeverReplacesTheLastGoodOne) {
    auto m = later();
    m.info.fingerprint = "beef";
    EXPECT_FALSE(check_successor(m, good()));
    m = later();
    m.ieee = "00124b00ffffffff";
    EXPECT_FALSE(check_successor(m, good()));
}

TEST(Manifest, AnOlderStateNeverReplacesTheLastGoodOne) {
    EXPECT_FALSE(check_successor(good(), later()));
}

TEST(Manifest, ADatabaseThatLostAllDevicesReplacesNothing) {
    auto m = later();
    m.devices = 0;
    EXPECT_FALSE(check_successor(m, good()));
    m.devices = 1;
    EXPECT_TRUE(check_successor(m, good()));
    auto empty = good();
    empty.devices = 0;
    m.devices = 0;
    EXPECT_TRUE(check_successor(m, empty));
}

TEST(CounterMargin, IsNeverBelowTheMinimumAndGrowsWithAge) {
    static_assert(counter_margin(0) == kCounterMarginMin);
    static_assert(counter_margin(1500) == kCounterMarginMin);
    static_assert(counter_margin(1501) == kCounterMarginMin + 1);
    static_assert(counter_margin(86400) == 87400);
    for (std::int64_t age = 0; age < 200000; age += 77)
        EXPECT_GE(counter_margin(age + 1), counter_margin(age));
}

TEST(CounterMargin, AClockThatWasSetBackOrFarForwardIsBounded) {
    EXPECT_EQ(counter_margin(-1), kCounterAgeMax + 1000) << "its age is not known: the longest";
    EXPECT_EQ(counter_margin(INT64_MIN), kCounterAgeMax + 1000);
    EXPECT_EQ(counter_margin(INT64_MAX), kCounterAgeMax + 1000);
}

TEST(CounterMargin, TheWayBackIsAboveEveryPromotionMadeMeanwhile) {
    // Each successor starts from our counter plus its margin, and its firmware adds 1250.
    std::uint64_t sent = 10000;
    for (std::uint64_t n = 1; n <= 10; ++n) {
        sent += kCounterMarginMin + 1250;
        EXPECT_GE(10000 + counter_margin(0, n), sent);
    }
}

TEST(CounterMargin, DoesNotWrapAtTheEndOfTheCounter) {
    EXPECT_GT(counter_margin(kCounterAgeMax, 1U << 20), std::uint64_t{UINT32_MAX} / 2);
}

}  // namespace
}  // namespace zha
