// What: `zha-nvram convert`: an NVRAM file becomes an Open Coordinator Backup, and the other way
//      round.
// Why: other programs take the one or the other.
// Contract: the direction follows from what the file holds. Files it writes have mode 0600.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"

namespace zha::znp {

struct ConvertOptions {
    std::string base;             ///< NVRAM file of the dongle that is to take a backup
    std::uint32_t margin = 2500;  ///< added to the counters of an image that is made
};

/// Says in one line what was made. Key material is no part of it.
Result<std::string> convert(const std::string& from, const std::string& to,
                            const ConvertOptions& options);

}  // namespace zha::znp
