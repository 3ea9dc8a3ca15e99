// What: SHA-256 of a text as 64 lower-case hex digits (OpenSSL).
// Why: manifests bind files by their content.
#pragma once

#include <string>

namespace zha {

std::string sha256_hex(const std::string& bytes);

}  // namespace zha
