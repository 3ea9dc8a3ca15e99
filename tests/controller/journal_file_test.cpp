// The journal on disk: what is written is read back, and damage is never taken for an empty file.
#include "controller/journal_file.hpp"

#include <gtest/gtest.h>

#include "tests/controller/fakes.hpp"

namespace zha {
namespace {

Journal full() {
    auto j = test::Office::journal();
    j.released = true;
    Move m;
    m.kind = MoveKind::rollback;
    m.phase = MovePhase::staging;
    m.from = "b";
    m.to = "a";
    m.cause = "it \"did not\" start";
    m.command = "command-1";
    m.snapshot = "a-5-2";
    m.started_at = 1'700'000'000;
    j.move = m;
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
        ASSERT_EQ(back->move.has_value(), journal.move.has_value());
    }
    EXPECT_EQ(decode_journal(encode_journal(full()))->move->cause, "it \"did not\" start");
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
