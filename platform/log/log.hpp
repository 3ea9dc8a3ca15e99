// What: one log line per event on standard error, "time level text key=value ...".
// Why: spdlog does the work; this fixes the format and the place.
// Contract: callers never pass key material; secrets have types without a formatter.
#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace zha {

/// Level: trace, debug, info, warn, error. Unknown names mean info. Call once, from main().
void init_log(const std::string& program, const std::string& level);

}  // namespace zha
