// What: reads and checks the one YAML file.
// Why: a wrong configuration must be found before anything runs, by one clear line.
// Contract: unknown keys, wrong types, ranges and references are errors "file:line: key: what";
//      the nearest known key is named; timings that break the lease inequality are refused.
#pragma once

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha {

Result<Config> load_config(const Path& file);
Result<Config> parse_config(const std::string& yaml, const std::string& file_name);

/// First line of a secret file, without its line end. Refuses files that others may read.
Result<std::string> read_secret(const Path& file);

/// That the files named here could be read: for --check-config, before anything runs.
Status check_password(const MqttConfig& mqtt);
Status check_communities(const ControllerConfig& controller);
/// Those of fence devices; read by the controller only.
Status check_fence_secrets(const Config& config);

}  // namespace zha
