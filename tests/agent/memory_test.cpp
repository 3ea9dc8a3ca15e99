#include "node-agent/memory.hpp"

#include <gtest/gtest.h>

#include "simulator/virtual/store.hpp"

namespace zha {
namespace {

class MemoryTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store.make_directory("/state")); }
    sim::VirtualStore store;
};

TEST_F(MemoryTest, SurvivesARestart) {
    const Memory memory{{4, 9, 8}, 12, true};
    ASSERT_TRUE(MemoryFile(store, "/state").save(memory));
    auto loaded = MemoryFile(store, "/state").load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(*loaded, memory);
}

TEST_F(MemoryTest, AnAbsentFileIsANewNode) {
    EXPECT_EQ(*MemoryFile(store, "/state").load(), Memory{});
}

TEST_F(MemoryTest, ADamagedFileIsAnErrorAndNotANewNode) {
    for (const std::string bad : {"", "{", "[]", R"({"version":1})", R"({"version":2})",
                                  R"({"version":1,"incarnation":"x"})"}) {
        ASSERT_TRUE(store.write("/state/memory.json", bad));
        auto loaded = MemoryFile(store, "/state").load();
        ASSERT_FALSE(loaded) << bad;
        EXPECT_EQ(loaded.error().code, Errc::corrupt);
    }
}

TEST_F(MemoryTest, OnlyChangesAreWritten) {
    MemoryFile file(store, "/state");
    ASSERT_TRUE(file.save(Memory{}));
    ASSERT_TRUE(file.save(Memory{}));
    EXPECT_EQ(store.writes(), 1U);
    store.full(true);
    EXPECT_TRUE(file.save(Memory{}));
    EXPECT_FALSE(file.save(Memory{{1, 1, 0}, 0, false}));
    store.full(false);
    EXPECT_TRUE(file.save(Memory{{1, 1, 0}, 0, false})) << "what failed counts as not written";
    EXPECT_EQ(store.writes(), 2U);
}

}  // namespace
}  // namespace zha
