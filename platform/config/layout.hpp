// What: the layout of the YAML file: which key goes where in `Config`, and the checks between keys.
// Why: one place shows everything that may be configured (docs/configuration.md describes it).
// Contract: problems go to `problems`; the result counts only when there are none.
#pragma once

#include "core/config.hpp"
#include "platform/config/section.hpp"

namespace zha::config {

Config read_layout(Problems& problems, const YAML::Node& root);

}  // namespace zha::config
