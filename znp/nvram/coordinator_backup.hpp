// What: the Open Coordinator Backup, the portable JSON form of a network, in and out, and the way
//      from an image to it and back.
// Why: zigbee2mqtt and zigpy keep this form; it moves a network between dongles that cannot share
//      an image. For a standby the image is the better copy: this form has no bindings, no child
//      table and no groups.
// Contract: pure. Holds network keys: never log it; files are 0600. Reading is lenient (addresses
//      of 1-4 hex digits, any case), writing is canonical (padded, lower case, devices by address).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "znp/nvram/image.hpp"

namespace zha::znp {

using Key128 = std::array<std::uint8_t, 16>;

struct LinkKey {
    Key128 key{};
    std::uint32_t tx_counter = 0, rx_counter = 0;
    bool operator==(const LinkKey&) const = default;
};

struct BackupDevice {
    std::uint64_t ieee = 0;
    std::optional<std::uint16_t> nwk;  ///< nothing when the coordinator does not know it
    bool is_child = true;
    std::optional<LinkKey> link_key;
    bool operator==(const BackupDevice&) const = default;
};

struct CoordinatorBackup {
    std::string source;         ///< "package@version"
    std::string creation_time;  ///< ISO 8601, "" = not said
    std::uint64_t ieee = 0;
    std::uint16_t pan_id = 0;
    std::uint64_t extended_pan_id = 0;
    std::uint8_t update_id = 0, security_level = 5, channel = 0;
    std::uint32_t channel_mask = 0;
    Key128 network_key{};
    std::uint8_t key_sequence = 0;
    std::uint32_t frame_counter = 0;
    std::optional<Key128> tclk_seed;
    std::vector<BackupDevice> devices;
    bool operator==(const CoordinatorBackup&) const = default;
};

/// Is this text meant as such a backup (and not as an NVRAM file)? Says nothing about its validity.
bool looks_like_backup(const std::string& text);
/// Errors name the field, never its value.
Result<CoordinatorBackup> parse_backup(const std::string& text);
/// Numbers of 32 bits do not always fit a JSON reader's integers, these do; one trailing newline.
std::string backup_text(const CoordinatorBackup& backup);

/// Errc::not_found or ::corrupt as identity_of(); the frame counter is the one in use.
Result<CoordinatorBackup> backup_of(const Image& image);
/// `base` is a dump of the dongle that is to take the image: it gives the sizes of the tables and
/// all settings that are not part of a network. Errc::refused when the network does not fit it.
/// Counters are those of the backup: raise_counters() before it goes on the air.
Result<Image> image_from(const CoordinatorBackup& backup, const Image& base);

/// The link key that a trust center derives for a device from its seed, and the way back.
Key128 hashed_key(const Key128& seed, unsigned shift, std::uint64_t ieee);
/// By how much the seed was rotated to give this key; nothing when it did not.
std::optional<unsigned> seed_shift(const Key128& seed, const LinkKey& key, std::uint64_t ieee);
/// The seed most of these keys come from, when they come from one at all (two or more agree).
std::optional<Key128> common_seed(const std::vector<BackupDevice>& devices);

}  // namespace zha::znp
