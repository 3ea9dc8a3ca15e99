// What: zigbee2mqtt's data files as this system sees them: configuration, database, backup.
// Why: they decide whether zigbee2mqtt resumes a network or silently forms a new one.
// Contract: parsing is bounded and total; errors name file and key, never a value of a key.
//      Facts: zigbee2mqtt 2.14.1; configuration.yaml is YAML, database.db one JSON object per line.
#pragma once

#include <string>

#include "core/gate.hpp"
#include "node-agent/sync/snapshots.hpp"

namespace zha {

struct Z2mConfig {
    NetworkParameters network;
    std::string port;  ///< serial.port
};

/// Errc::invalid when a network parameter is missing or left to chance (GENERATE).
Result<Z2mConfig> parse_configuration(const std::string& yaml);

/// coordinator_backup.json (open coordinator backup, version 1).
Result<BackupParameters> parse_backup(const std::string& json);

/// Devices in database.db without the coordinator. Errc::corrupt for a line that does not parse.
Result<std::uint32_t> count_devices(const std::string& database);

/// `incoming` with the per-host values of `own`: serial, frontend host and port, MQTT client id,
/// log directory. Quotes are kept, because zigbee2mqtt tells '0x00..' from 0x00...
Result<std::string> overlay(const std::string& incoming, const std::string& own);

/// What of the data directory belongs into a snapshot, each file parsed where it can be. Reads
/// twice: a file that changed meanwhile is Errc::busy.
Result<Files> read_data(Store& store, const Path& directory);

/// Makes the data directory hold exactly `files` ("data/..." only), with the overlay. Files of the
/// same kinds that are not in the snapshot are removed.
Status install_data(Store& store, const Path& directory, const Files& files);

}  // namespace zha
