// What: the journal on its way to the other controller, and the word that it is kept there.
// Why: who takes over has to know what was granted; the broker carries it, retained.
// Contract: pure. Decoding is bounded and checks every name against the configuration. No key
//      material: a journal knows a network by its fingerprint only.
#pragma once

#include <string>

#include "core/config.hpp"
#include "core/journal.hpp"
#include "core/result.hpp"

namespace zha {

std::string encode_replica(const Journal& journal);
Result<Journal> decode_replica(const std::string& text, const Config& config);

/// Is `a` the later one? A grant outweighs everything: an epoch is never given twice, whoever wrote
/// it down; then who acts later, then what he wrote later.
bool later(const Journal& a, const Journal& b);

/// "What I hold is this writing of your journal."
std::string encode_kept(const JournalMark& kept);
Result<JournalMark> decode_kept(const std::string& text);
JournalMark mark_of(const Journal& journal);

}  // namespace zha
