#include "platform/history/history.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/net/scratch.hpp"

namespace zha {
namespace {

using test::Scratch;

std::unique_ptr<History> opened(const Path& file) {
    auto history = open_history(file);
    EXPECT_TRUE(history.ok()) << (history ? "" : history.error().message);
    return history ? std::move(history).value() : nullptr;
}

HistoryLine line(const std::string& kind) {
    HistoryLine l;
    l.at = 1700000000;
    l.kind = kind;
    l.epoch = 7;
    l.from = "attic";
    l.to = "cellar";
    l.cause = "failover";
    l.text = "heartbeats missed: 5; snapshot age 12 s";
    l.duration_ms = 4321;
    return l;
}

void execute(const Path& file, const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
}

TEST(History, EveryFieldComesBackAsItWasWritten) {
    Scratch scratch;
    auto history = opened(scratch / "history.db");
    ASSERT_TRUE(history->append(line("node_down")).ok());
    const auto lines = history->newest(10).value();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].at, 1700000000);
    EXPECT_EQ(lines[0].kind, "node_down");
    EXPECT_EQ(lines[0].epoch, 7u);
    EXPECT_EQ(lines[0].from, "attic");
    EXPECT_EQ(lines[0].to, "cellar");
    EXPECT_EQ(lines[0].cause, "failover");
    EXPECT_EQ(lines[0].text, "heartbeats missed: 5; snapshot age 12 s");
    EXPECT_EQ(lines[0].duration_ms, 4321);
}

TEST(History, NewestComesFirstAndTheLimitHolds) {
    Scratch scratch;
    auto history = opened(scratch / "history.db");
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(history->append(line("event" + std::to_string(i))).ok());
    const auto lines = history->newest(2).value();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].kind, "event4");
    EXPECT_EQ(lines[1].kind, "event3");
    EXPECT_TRUE(history->newest(0).value().empty());
}

TEST(History, AnEnormousLimitIsBounded) {
    Scratch scratch;
    {
        auto history = opened(scratch / "history.db");
        ASSERT_TRUE(history->append(line("first")).ok());
    }
    execute(scratch / "history.db",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
            " INSERT INTO history(at, kind, epoch, from_node, to_node, cause, text, duration_ms)"
            " SELECT 0, 'filler', 1, '', '', '', '', 0 FROM n");
    EXPECT_EQ(opened(scratch / "history.db")->newest(4000000000u).value().size(), 1000u);
}

TEST(History, IdsIncreaseAcrossReopeningAndDeletedRows) {
    Scratch scratch;
    const auto first = opened(scratch / "history.db")->append(line("a")).value();
    execute(scratch / "history.db", "DELETE FROM history");
    const auto second = opened(scratch / "history.db")->append(line("b")).value();
    EXPECT_GT(second, first);
}

TEST(History, AnAppendedLineSurvivesTheSuddenEndOfTheProcess) {
    Scratch scratch;
    const pid_t child = fork();
    if (child == 0) {
        auto history = open_history(scratch / "history.db");
        if (history && (*history)->append(line("last words"))) raise(SIGKILL);
        _exit(1);
    }
    int state = 0;
    ASSERT_EQ(waitpid(child, &state, 0), child);
    ASSERT_TRUE(WIFSIGNALED(state));
    const auto lines = opened(scratch / "history.db")->newest(1).value();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].kind, "last words");
}

TEST(History, AnUnknownSchemaIsRefusedAndLeftAlone) {
    Scratch scratch;
    ASSERT_TRUE(opened(scratch / "history.db")->append(line("kept")).ok());
    execute(scratch / "history.db", "PRAGMA user_version = 99");
    const auto refused = open_history(scratch / "history.db");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::mismatch);
    EXPECT_NE(refused.error().message.find("schema 99"), std::string::npos);
    execute(scratch / "history.db", "PRAGMA user_version = 1");
    EXPECT_EQ(opened(scratch / "history.db")->newest(1).value()[0].kind, "kept");
}

TEST(History, AFileThatIsNoDatabaseIsCorrupt) {
    Scratch scratch;
    test::write_file(scratch / "history.db", std::string(4096, 'x'));
    const auto broken = open_history(scratch / "history.db");
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().code, Errc::corrupt);
    EXPECT_EQ(test::read_file(scratch / "history.db"), std::string(4096, 'x'));
}

TEST(History, AMissingDirectoryAndAnOverlongFieldAreErrors) {
    Scratch scratch;
    EXPECT_FALSE(open_history(scratch / "nowhere/history.db").ok());
    auto history = opened(scratch / "history.db");
    auto huge = line("x");
    huge.text.assign(100000, 'y');
    ASSERT_FALSE(history->append(huge).ok());
    EXPECT_TRUE(history->newest(5).value().empty());
}

}  // namespace
}  // namespace zha
