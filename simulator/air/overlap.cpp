#include "simulator/air/overlap.hpp"

#include <algorithm>

namespace zha::sim {

bool OverlapMeter::up(std::uint64_t epid, const std::string& dongle, Micros now) {
    Network& network = networks_[epid];
    network.dongles.insert(dongle);
    if (network.dongles.size() != 2) return false;
    network.since = now;
    ++count_;
    return true;
}

std::optional<Micros> OverlapMeter::down(std::uint64_t epid, const std::string& dongle,
                                         Micros now) {
    auto found = networks_.find(epid);
    if (found == networks_.end()) return std::nullopt;
    Network& network = found->second;
    auto entry = network.dongles.find(dongle);
    if (entry == network.dongles.end()) return std::nullopt;
    network.dongles.erase(entry);
    if (network.dongles.size() != 1 || !network.since) return std::nullopt;
    const Micros duration = now - *network.since;
    network.since.reset();
    longest_ = std::max(longest_, duration);
    return duration;
}

Micros OverlapMeter::longest(Micros now) const {
    Micros longest = longest_;
    for (const auto& [epid, network] : networks_) {
        if (network.since) longest = std::max(longest, now - *network.since);
    }
    return longest;
}

}  // namespace zha::sim
