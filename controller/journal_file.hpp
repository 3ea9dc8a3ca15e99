// What: the controller's journal on disk.
// Why: a restarted controller must know whom it granted what, and which move it was making.
// Contract: one small JSON file, written atomically and durably; a file that does not parse is an
//      error and never taken for an empty one.
#pragma once

#include "core/journal.hpp"
#include "core/result.hpp"
#include "platform/store/store.hpp"

namespace zha {

std::string encode_journal(const Journal& journal);
Result<Journal> decode_journal(const std::string& text);
/// An absent file is an empty journal.
Result<Journal> load_journal(Store& store, const Path& directory);
Status save_journal(Store& store, const Path& directory, const Journal& journal);

}  // namespace zha
