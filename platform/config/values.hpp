// What: the texts of a configuration as values: durations, numbers, names, addresses, ports.
// Why: each rule is one pure function that a test can call without a YAML file.
// Contract: nullopt / an error text when the input breaks the rule; no input is too long or odd.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.hpp"

namespace zha::config {

/// "15s", "1000ms", "24h", "10m", "7d": digits and a unit, at most 366 days.
std::optional<Millis> parse_duration(std::string_view text);

std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_decimal(std::string_view text);

/// [a-z0-9-]{1,32}: names stand in topics, file names and logs.
bool is_name(std::string_view text);
/// A unit of OpenRC or systemd: [A-Za-z0-9_.@-]{1,64}, not starting with '-' or '.'.
bool is_unit(std::string_view text);
/// A host name or a literal address; IPv6 in brackets or bare.
bool is_host(std::string_view text);
/// "host:port", port 1..65535.
bool is_host_port(std::string_view text);
/// MQTT topic without wildcards, empty levels and control characters.
bool is_topic(std::string_view text);
/// Absolute and without ".." and control characters.
bool is_absolute_path(std::string_view text);
/// "tcp://host:port" or an absolute path.
bool is_dongle_port(std::string_view text);
bool has_control_characters(std::string_view text);

/// The member of `known` with the smallest edit distance to `text`; empty when `known` is.
std::string nearest(std::string_view text, const std::vector<std::string>& known);

}  // namespace zha::config
