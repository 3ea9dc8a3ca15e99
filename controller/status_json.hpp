// What: the cluster's state as retained JSON, and what Home Assistant is told.
// Why: the CLI, Home Assistant and people read one document (docs/mqtt.md).
// Contract: pure functions of the situation; no secrets, no key material.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/decide.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

struct ControllerFacts {
    std::uint64_t incarnation = 0;
    WallSeconds started_at = 0;
    bool spare = false;  ///< which of the two acts
    /// What the other one says; nothing when there is only one.
    std::optional<wire::ControllerStatus> other = std::nullopt;
};

nlohmann::ordered_json state_json(const Situation& situation, const Decision& decision,
                                  const ControllerFacts& facts);

/// Discovery payload of one node as a Home Assistant device (MQTT, device-based discovery).
nlohmann::ordered_json discovery_json(const Config& config, const std::string& node);
std::string discovery_topic(const Config& config, const std::string& node);

}  // namespace zha
