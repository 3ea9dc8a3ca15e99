#include "node-agent/sync/snapshots.hpp"

#include <gtest/gtest.h>

#include "node-agent/sync/manifest_file.hpp"
#include "simulator/cluster/samples.hpp"
#include "simulator/virtual/store.hpp"

namespace zha {
namespace {

class SnapshotsTest : public ::testing::Test {
  protected:
    /// Puts a snapshot of node "one" where a fetch would have left it.
    void arrive(const Manifest& manifest, const std::string& name = {}) {
        sim::VirtualStore other;
        Snapshots maker(other, "/other");
        ASSERT_TRUE(maker.keep(manifest, sample::files()));
        auto target = snapshots.prepare_fetch(name.empty() ? manifest.info.id : name);
        ASSERT_TRUE(target);
        const auto from = maker.own_directory() / manifest.info.id;
        for (const auto& file : {"manifest.json", "nvram.json", "data/configuration.yaml",
                                 "data/coordinator_backup.json", "data/database.db"}) {
            ASSERT_TRUE(store.make_directory((*target / file).parent_path()));
            ASSERT_TRUE(store.write(*target / file, other.content(from / file)));
        }
    }

    sim::VirtualStore store;
    Snapshots snapshots{store, "/state"};
};

TEST_F(SnapshotsTest, WhatIsKeptIsFoundAgainByAnotherProcess) {
    const auto files = sample::files();
    ASSERT_TRUE(snapshots.keep(sample::manifest("one", 3, 7), files));
    Snapshots later(store, "/state");
    EXPECT_EQ(later.scan(), "");
    ASSERT_TRUE(later.own());
    EXPECT_EQ(later.own()->info.id, "one-3-7");
    auto loaded = later.load("one-3-7");
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->files, files);
    EXPECT_EQ(store.mode("/state/snapshots/one-3-7/nvram.json"), 0600U);
    EXPECT_EQ(store.mode("/state/snapshots/one-3-7/data"), 0700U);
}

TEST_F(SnapshotsTest, OneFlippedByteIsRefusedAndNamed) {
    ASSERT_TRUE(snapshots.keep(sample::manifest("one", 1, 1), sample::files()));
    const Path file = "/state/snapshots/one-1-1/data/database.db";
    auto bytes = store.content(file);
    bytes[5] = static_cast<char>(bytes[5] ^ 1);
    ASSERT_TRUE(store.write(file, bytes));
    auto loaded = snapshots.load("one-1-1");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::corrupt);
    EXPECT_NE(loaded.error().message.find("database.db"), std::string::npos);
    EXPECT_FALSE(snapshots.own()) << "a damaged one is nothing to be promoted from";
    EXPECT_EQ(snapshots.scan(), "") << "and it is gone";
}

TEST_F(SnapshotsTest, ScanIgnoresAndRemovesPartialOnes) {
    ASSERT_TRUE(snapshots.keep(sample::manifest("one", 1, 1), sample::files()));
    ASSERT_TRUE(store.make_directory("/state/snapshots/one-1-2.part"));
    ASSERT_TRUE(store.write("/state/snapshots/one-1-2.part/nvram.json", "half"));
    EXPECT_EQ(snapshots.scan(), "");
    EXPECT_EQ(snapshots.own()->info.id, "one-1-1");
    EXPECT_FALSE(store.exists("/state/snapshots/one-1-2.part"));
}

TEST_F(SnapshotsTest, AFullDiskLeavesTheOldGenerationAndNoRest) {
    ASSERT_TRUE(snapshots.keep(sample::manifest("one", 1, 1), sample::files()));
    store.full(true);
    EXPECT_EQ(snapshots.keep(sample::manifest("one", 1, 2), sample::files()).error().code,
              Errc::io);
    EXPECT_EQ(snapshots.own()->info.id, "one-1-1");
    EXPECT_EQ(store.list("/state/snapshots")->size(), 1U);
    EXPECT_TRUE(snapshots.load("one-1-1"));
}

TEST_F(SnapshotsTest, PruneKeepsTheThreeNewest) {
    for (std::uint64_t seq = 1; seq <= 5; ++seq)
        ASSERT_TRUE(snapshots.keep(sample::manifest("one", 1, seq), sample::files()));
    const std::vector<std::string> kept{"one-1-3", "one-1-4", "one-1-5"};
    EXPECT_EQ(*store.list("/state/snapshots"), kept);
}

TEST_F(SnapshotsTest, AcceptTakesACompleteSnapshotOfThePeer) {
    arrive(sample::manifest("two", 2, 1));
    ASSERT_TRUE(snapshots.accept("two-2-1", sample::kFirmware));
    ASSERT_TRUE(snapshots.staged());
    EXPECT_EQ(snapshots.best()->info.id, "two-2-1");
    EXPECT_FALSE(store.exists("/state/staged/two-2-1.part"));
}

TEST_F(SnapshotsTest, AcceptRefusesAnotherNetwork) {
    arrive(sample::manifest("two", 2, 1));
    ASSERT_TRUE(snapshots.accept("two-2-1", 0));
    auto other = sample::manifest("two", 3, 1);
    other.info.fingerprint = "0000000000000000";
    arrive(other);
    EXPECT_EQ(snapshots.accept("two-3-1", 0).error().code, Errc::refused);
    EXPECT_EQ(snapshots.staged()->info.id, "two-2-1");
    EXPECT_FALSE(store.exists("/state/staged/two-3-1.part"));
}

TEST_F(SnapshotsTest, AcceptRefusesAnOlderState) {
    arrive(sample::manifest("two", 2, 5));
    ASSERT_TRUE(snapshots.accept("two-2-5", 0));
    arrive(sample::manifest("two", 2, 4));
    const auto refused = snapshots.accept("two-2-4", 0);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("older"), std::string::npos);
    EXPECT_EQ(snapshots.staged()->info.id, "two-2-5");
}

TEST_F(SnapshotsTest, AcceptRefusesAnotherFirmware) {
    arrive(sample::manifest("two", 2, 1));
    const auto refused = snapshots.accept("two-2-1", 20230507);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("firmware"), std::string::npos);
    EXPECT_FALSE(snapshots.staged());
}

TEST_F(SnapshotsTest, AcceptRefusesWhatWasNotAskedFor) {
    arrive(sample::manifest("two", 2, 1), "two-9-9");
    EXPECT_EQ(snapshots.accept("two-9-9", 0).error().code, Errc::corrupt);
    EXPECT_FALSE(snapshots.staged());
}

TEST_F(SnapshotsTest, AnIdThatLeavesTheDirectoryIsRefused) {
    EXPECT_FALSE(snapshots.prepare_fetch("../snapshots/one-1-1"));
    EXPECT_FALSE(snapshots.prepare_fetch(""));
    EXPECT_FALSE(snapshots.prepare_fetch(std::string(101, 'a')));
}

TEST_F(SnapshotsTest, TheNewerOfBothKindsIsTheBest) {
    ASSERT_TRUE(snapshots.keep(sample::manifest("one", 2, 9), sample::files()));
    arrive(sample::manifest("two", 3, 1));
    ASSERT_TRUE(snapshots.accept("two-3-1", 0));
    EXPECT_EQ(snapshots.best()->info.id, "two-3-1");
    ASSERT_TRUE(snapshots.keep(sample::manifest("one", 4, 10), sample::files()));
    EXPECT_EQ(snapshots.best()->info.id, "one-4-10");
}

TEST(ManifestFile, DamagedTextIsAnErrorAndNotAnException) {
    EXPECT_FALSE(decode_manifest(""));
    EXPECT_FALSE(decode_manifest("[]"));
    EXPECT_FALSE(decode_manifest(R"({"version":"one"})"));
    auto manifest = sample::manifest("one", 1, 1);
    manifest.files = {{"data/../../etc/passwd", 1, std::string(64, 'a')}};
    EXPECT_EQ(decode_manifest(encode_manifest(manifest)).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace zha
