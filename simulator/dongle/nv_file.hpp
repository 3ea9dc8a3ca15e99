// What: the file that keeps an emulated dongle's NV memory: {"item": {"sub": "hex"}}.
// Why: a dongle is pulled, carried to another machine or copied; its memory must come along.
// Contract: mode 0600 (it holds the network key), replaced by rename; a missing file is an empty
// NV.
#pragma once

#include <string>

#include "core/result.hpp"
#include "simulator/dongle/nv_store.hpp"

namespace zha::sim {

std::string to_text(const NvStore::Contents& contents);
Result<NvStore::Contents> parse_nv(const std::string& text);

Result<NvStore::Contents> load_nv_file(const std::string& path);
Status save_nv_file(const std::string& path, const NvStore::Contents& contents);

}  // namespace zha::sim
