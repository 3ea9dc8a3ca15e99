// The journal on disk: what is written is read back, and damage is never taken for an empty file.
#include "controller/journal_file.hpp"

#include <gtest/gtest.h>

#include "tests/controller/fakes.hpp"

namespace zha {
namespace {

Journal full() {
    auto j = test::Office::journal();
    j.released = true;
    j.holder_boot = "1c9f4e52";
    Move m;
    m.kind = MoveKind::rollback;
    m.phase = MovePhase::staging;
    m.from = "b";
    m.to = "a";
    m.cause = "it \"did not\" start";
    m.command = "command-1";
    m.snapshot = "a-5-2";
    m.started_at = 1'700'000'000;
    m.retire = true;
    m.drill = true;
    j.move = m;
    j.drill = Drill{DrillPhase::back, "a", "b", "command-2", 1'700'000'003, Millis{8100}};
    j.last_drill = {1'600'000'000, "failed", Millis{7900}, Millis{0}, "it did not"};
    j.pause = Pause{1'700'000'100, 1'700'007'300};
    j.maintenance = {"b", "c"};
    j.unpowered = {"a"};
    j.unpowered_of = {4, 17};
    j.stopped = "b";
    j.moves = {1'700'000'001, 1'700'000'002};
    j.last_at = 1'700'000'002;
    j.last_text = "failover from a to b: lost";
    return j;
}

TEST(JournalFile, EverythingComesBack) {
    for (const auto& journal : {Journal{}, test::Office::journal(), full()}) {
        const auto back = decode_journal(encode_journal(journal));
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(encode_journal(*back), encode_journal(journal));
        EXPECT_EQ(back->epoch, journal.epoch);
        EXPECT_EQ(back->holder, journal.holder);
        EXPECT_EQ(back->released, journal.released);
        EXPECT_EQ(back->holder_boot, journal.holder_boot);
        EXPECT_EQ(back->pause, journal.pause);
        EXPECT_EQ(back->maintenance, journal.maintenance);
        EXPECT_EQ(back->unpowered, journal.unpowered);
        EXPECT_EQ(back->unpowered_of, journal.unpowered_of);
        EXPECT_EQ(back->stopped, journal.stopped);
        EXPECT_EQ(back->moves, journal.moves);
        EXPECT_EQ(back->last_text, journal.last_text);
        EXPECT_EQ(back->drill, journal.drill);
        EXPECT_EQ(back->last_drill, journal.last_drill);
        ASSERT_EQ(back->move.has_value(), journal.move.has_value());
    }
    EXPECT_EQ(decode_journal(encode_journal(full()))->move->cause, "it \"did not\" start");
}

TEST(JournalFile, AFileOfAFormerVersionHasNoPolicies) {
    const auto journal = decode_journal(
        R"({"version":1,"incarnation":3,"epoch":5,"holder":"a","released":false,"fingerprint":"x",
            "move":{"kind":"failover","phase":"staging","from":"a","to":"b","cause":"","command":"",
                    "snapshot":"","started_at":1}})");
    ASSERT_TRUE(journal) << journal.error().message;
    EXPECT_FALSE(journal->pause);
    EXPECT_TRUE(journal->maintenance.empty());
    EXPECT_TRUE(journal->moves.empty());
    EXPECT_EQ(journal->stopped, "");
    EXPECT_FALSE(journal->move->retire);
}

TEST(JournalFile, EveryKindAndPhaseComesBack) {
    for (int kind = 0; kind < 4; ++kind)
        for (int phase = 0; phase < 5; ++phase) {
            auto j = full();
            j.move->kind = static_cast<MoveKind>(kind);
            j.move->phase = static_cast<MovePhase>(phase);
            const auto back = decode_journal(encode_journal(j));
            ASSERT_TRUE(back);
            EXPECT_EQ(back->move->kind, j.move->kind);
            EXPECT_EQ(back->move->phase, j.move->phase);
        }
}

TEST(JournalFile, EveryTruncationIsRefused) {
    auto text = encode_journal(full());
    while (text.back() == '\n') text.pop_back();
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto journal = decode_journal(text.substr(0, size));
        ASSERT_FALSE(journal) << size;
        EXPECT_EQ(journal.error().code, Errc::corrupt);
    }
}

TEST(JournalFile, WrongTypesValuesAndVersionsAreRefused) {
    const std::pair<const char*, const char*> damages[] = {
        {"\"version\": 1", "\"version\": 2"},
        {"\"version\"", "\"ver\""},
        {"\"epoch\": 5", "\"epoch\": -5"},
        {"\"epoch\": 5", "\"epoch\": 5.5"},
        {"\"epoch\": 5", "\"epoch\": \"5\""},
        {"\"epoch\": 5", "\"epoch\": null"},
        {"\"epoch\": 5", "\"epoch\": true"},
        {"\"incarnation\": 3", "\"incarnation\": -3"},
        {"\"holder\": \"a\"", "\"holder\": 1"},
        {"\"released\": true", "\"released\": 1"},
        {"\"staging\"", "\"stagin\""},
        {"\"rollback\"", "\"\""},
        {"\"snapshot\": \"a-5-2\"", "\"snapshot\": null"},
        {"\"since\": 1700000100", "\"since\": true"},
        {"\"until\"", "\"unti\""},
        {"\"stopped\": \"b\"", "\"stopped\": 1"},
        {"1700000001", "\"x\""},
        {"\"retire\": true", "\"retire\": 1"},
    };
    for (const auto& [from, to] : damages) {
        auto text = encode_journal(full());
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        EXPECT_FALSE(decode_journal(text.replace(at, std::string(from).size(), to))) << to;
    }
}

TEST(JournalFile, AnAbsentFileIsAnEmptyJournal) {
    test::FakeStore store;
    const auto journal = load_journal(store, "/state");
    ASSERT_TRUE(journal);
    EXPECT_EQ(journal->epoch, 0u);
    EXPECT_EQ(journal->holder, "");
}

TEST(JournalFile, ADamagedFileIsAnErrorThatNamesIt) {
    test::FakeStore store;
    ASSERT_TRUE(save_journal(store, "/state", full()));
    ASSERT_TRUE(load_journal(store, "/state"));
    for (const auto* text : {"", "\n", "null", "{}", "[]"}) {
        store.files["/state/journal.json"] = text;
        const auto journal = load_journal(store, "/state");
        ASSERT_FALSE(journal) << text;
        EXPECT_EQ(journal.error().message.rfind("/state/journal.json: ", 0), 0u);
    }
}

}  // namespace
}  // namespace zha
