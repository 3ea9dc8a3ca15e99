// What: `zha-nvram convert`: an NVRAM file becomes an Open Coordinator Backup, and the other way
//      round.
// Why: other programs take the one or the other.
// Contract: the direction follows from what the file holds. Files it writes have mode 0600.
#pragma once

#include <string>

#include "core/result.hpp"

namespace zha::znp {

/// `base`: an NVRAM file of the dongle that is to take the network; needed for a backup only.
/// Says in one line what was made. Key material is no part of it.
Result<std::string> convert(const std::string& from, const std::string& to,
                            const std::string& base);

}  // namespace zha::znp
