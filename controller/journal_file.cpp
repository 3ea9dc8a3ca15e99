#include "controller/journal_file.hpp"

namespace zha {

namespace {
constexpr const char* kName = "journal.json";
}

Result<Journal> load_journal(Store& store, const Path& directory) {
    const auto file = directory / kName;
    auto text = store.read(file);
    if (!text && text.error().code == Errc::not_found) return Journal{};
    if (!text) return text.error();
    auto journal = decode_journal(*text);
    if (!journal) return within(file.string(), journal.error());
    return journal;
}

Status save_journal(Store& store, const Path& directory, const Journal& journal) {
    return store.write(directory / kName, encode_journal(journal), 0600);
}

}  // namespace zha
