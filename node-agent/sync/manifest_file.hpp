// What: JSON coding of a snapshot's manifest.
// Why: the manifest travels with the files and is checked wherever it arrives.
// Contract: decode_manifest() also runs check(): what it returns is complete and within bounds.
#pragma once

#include "core/manifest.hpp"

namespace zha {

std::string encode_manifest(const Manifest& manifest);
Result<Manifest> decode_manifest(const std::string& text);

}  // namespace zha
