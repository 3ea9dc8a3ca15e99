#include "platform/history/history.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace zha {
namespace {

constexpr int kSchema = 1;
constexpr unsigned kMaxLines = 1000;      // one answer stays small however much is asked for
constexpr std::size_t kMaxField = 4096;   // a sentence, not a document
constexpr int kBusyTimeoutMillis = 2000;  // a reader of the same file (backup, sqlite3) is short

// AUTOINCREMENT: an id is never given twice, not even after rows were deleted by hand.
constexpr const char* kCreate =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS history ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " at INTEGER NOT NULL, kind TEXT NOT NULL, epoch INTEGER NOT NULL,"
    " from_node TEXT NOT NULL, to_node TEXT NOT NULL, cause TEXT NOT NULL,"
    " text TEXT NOT NULL, duration_ms INTEGER NOT NULL);"
    "PRAGMA user_version = 1;"
    "COMMIT;";

struct CloseDatabase {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Error database_error(sqlite3* db, const std::string& what) {
    const int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
    Errc errc = Errc::io;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) errc = Errc::busy;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) errc = Errc::corrupt;
    return {errc, "history: " + what + ": " + (db ? sqlite3_errmsg(db) : "out of memory")};
}

Status run(sqlite3* db, const char* sql, const std::string& what) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return database_error(db, what);
    return {};
}

Result<Statement> prepare(sqlite3* db, const char* sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK)
        return database_error(db, "prepare");
    return Statement(raw);
}

Result<std::int64_t> read_number(sqlite3* db, const char* sql) {
    auto statement = prepare(db, sql);
    if (!statement) return statement.error();
    if (sqlite3_step(statement->get()) != SQLITE_ROW) return database_error(db, sql);
    return std::int64_t{sqlite3_column_int64(statement->get(), 0)};
}

std::string text_of(sqlite3_stmt* s, int column) {
    const unsigned char* text = sqlite3_column_text(s, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(s, column));
    return text ? std::string(text, text + size) : std::string();
}

class SqliteHistory final : public History {
  public:
    explicit SqliteHistory(Database db) : db_(std::move(db)) {}

    Result<std::int64_t> append(const HistoryLine& line) override {
        for (const std::string* text : {&line.kind, &line.from, &line.to, &line.cause, &line.text})
            if (text->size() > kMaxField) return {Errc::invalid, "history: a field is too long"};
        auto statement = prepare(db_.get(),
                                 "INSERT INTO history"
                                 "(at, kind, epoch, from_node, to_node, cause, text, duration_ms)"
                                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        if (!statement) return statement.error();
        sqlite3_stmt* s = statement->get();
        const bool bound =
            sqlite3_bind_int64(s, 1, line.at) == SQLITE_OK && bind(s, 2, line.kind) &&
            sqlite3_bind_int64(s, 3, static_cast<std::int64_t>(line.epoch)) == SQLITE_OK &&
            bind(s, 4, line.from) && bind(s, 5, line.to) && bind(s, 6, line.cause) &&
            bind(s, 7, line.text) && sqlite3_bind_int64(s, 8, line.duration_ms) == SQLITE_OK;
        if (!bound || sqlite3_step(s) != SQLITE_DONE) return database_error(db_.get(), "append");
        return std::int64_t{sqlite3_last_insert_rowid(db_.get())};
    }

    Result<std::vector<HistoryLine>> newest(unsigned limit) override {
        auto statement =
            prepare(db_.get(),
                    "SELECT id, at, kind, epoch, from_node, to_node, cause, text, duration_ms"
                    " FROM history ORDER BY id DESC LIMIT ?1");
        if (!statement) return statement.error();
        sqlite3_stmt* s = statement->get();
        sqlite3_bind_int64(s, 1, std::min(limit, kMaxLines));
        std::vector<HistoryLine> lines;
        int step = sqlite3_step(s);
        for (; step == SQLITE_ROW; step = sqlite3_step(s)) lines.push_back(read(s));
        if (step != SQLITE_DONE) return database_error(db_.get(), "read");
        return lines;
    }

  private:
    static bool bind(sqlite3_stmt* s, int place, const std::string& text) {
        return sqlite3_bind_text(s, place, text.data(), static_cast<int>(text.size()),
                                 SQLITE_STATIC) == SQLITE_OK;
    }

    static HistoryLine read(sqlite3_stmt* s) {
        HistoryLine line;
        line.id = sqlite3_column_int64(s, 0);
        line.at = sqlite3_column_int64(s, 1);
        line.kind = text_of(s, 2);
        line.epoch = static_cast<Epoch>(sqlite3_column_int64(s, 3));
        line.from = text_of(s, 4);
        line.to = text_of(s, 5);
        line.cause = text_of(s, 6);
        line.text = text_of(s, 7);
        line.duration_ms = sqlite3_column_int64(s, 8);
        return line;
    }

    Database db_;
};

Status check_schema(sqlite3* db) {
    const auto version = read_number(db, "PRAGMA user_version");
    if (!version) return version.error();
    if (version.value() == 0) return run(db, kCreate, "create");
    if (version.value() != kSchema)
        return {Errc::mismatch, "history: the file has schema " + std::to_string(version.value()) +
                                    ", this program knows " + std::to_string(kSchema)};
    return {};
}

}  // namespace

Result<std::unique_ptr<History>> open_history(const Path& file) {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(
        file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
        nullptr);
    Database db(raw);
    if (opened != SQLITE_OK) return database_error(db.get(), "open " + file.string());
    sqlite3_busy_timeout(db.get(), kBusyTimeoutMillis);
    // FULL: the write-ahead log is synced at every commit, so a line survives a power cut.
    const auto modes = run(db.get(), "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
                           "open " + file.string());
    if (!modes) return modes.error();
    if (const auto schema = check_schema(db.get()); !schema)
        return within(file.string(), schema.error());
    return std::unique_ptr<History>(std::make_unique<SqliteHistory>(std::move(db)));
}

}  // namespace zha
