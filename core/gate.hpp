// What: the start gate: may zigbee2mqtt be started on this dongle with these files?
// Why: zigbee2mqtt forms a new network silently when dongle, configuration and backup disagree.
// Contract: pure. One clear line per refusal, without key material.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace zha {

/// What makes a network that network. Keys compare, but never print.
struct NetworkParameters {
    std::uint16_t pan_id = 0;
    std::uint64_t extended_pan_id =
        0;  ///< MSB-first number, in the order configuration.yaml has it
    std::uint8_t channel = 0;
    std::array<std::uint8_t, 16> network_key{};
    bool operator==(const NetworkParameters&) const = default;
};

/// Of coordinator_backup.json.
struct BackupParameters {
    NetworkParameters network;
    std::vector<std::uint8_t> channel_mask;  ///< channel numbers
    std::string ieee;                        ///< 16 hex digits, MSB first
    std::uint32_t frame_counter = 0;         ///< outgoing, as the dongle had saved it that day
};

struct GateInput {
    bool lease_live = false;
    bool dongle_dirty = false;    ///< a write was begun and not proven complete
    std::string configured_port;  ///< serial.port of configuration.yaml, resolved
    std::string own_port;         ///< the port that this agent proved, resolved
    NetworkParameters configuration;
    NetworkParameters image;   ///< what the dongle holds by read-back
    std::string image_ieee;    ///< 16 hex digits
    std::string dongle_ieee;   ///< what the dongle says of itself; empty = not asked
    std::string cluster_ieee;  ///< of the snapshot; empty = first one
    std::optional<BackupParameters> backup;
    bool backup_required = false;  ///< without it a read error would form a network
};

/// Errc::refused with the first reason found.
Status gate(const GateInput& input);

}  // namespace zha
