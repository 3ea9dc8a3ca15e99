// Link keys of a trust center that keeps one seed for all of them instead of one key for each.
#include <algorithm>
#include <map>

#include "znp/nvram/coordinator_backup.hpp"

namespace zha::znp {
namespace {

Key128 rotated(const Key128& key, unsigned shift) {
    Key128 out = key;
    std::rotate(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(shift % 16), out.end());
    return out;
}

/// The address, least significant byte first, twice.
Key128 mixed(Key128 key, std::uint64_t ieee) {
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] ^= static_cast<std::uint8_t>(ieee >> (8 * (i % 8)));
    return key;
}

/// The same for all rotations of a seed.
Key128 least_rotation(const Key128& key) {
    Key128 least = key;
    for (unsigned shift = 1; shift < 16; ++shift) least = std::min(least, rotated(key, shift));
    return least;
}

}  // namespace

Key128 hashed_key(const Key128& seed, unsigned shift, std::uint64_t ieee) {
    return mixed(rotated(seed, shift), ieee);
}

std::optional<unsigned> seed_shift(const Key128& seed, const LinkKey& key, std::uint64_t ieee) {
    const auto turned = mixed(key.key, ieee);
    for (unsigned shift = 0; shift < 16; ++shift)
        if (rotated(seed, shift) == turned) return shift;
    return std::nullopt;
}

std::optional<Key128> common_seed(const std::vector<BackupDevice>& devices) {
    std::map<Key128, unsigned> votes;
    for (const auto& device : devices)
        if (device.link_key) ++votes[least_rotation(mixed(device.link_key->key, device.ieee))];
    const auto most =
        std::max_element(votes.begin(), votes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == votes.end() || most->second < 2) return std::nullopt;
    return most->first;
}

}  // namespace zha::znp
