// What: measures how long two coordinators of one network were on the air at the same time.
// Why: exclusivity is the first promise of the product; this is the meter.
// Contract: fed with every up and down in order of time. A network is known by its extended PAN ID.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "simulator/schedule.hpp"

namespace zha::sim {

class OverlapMeter {
  public:
    /// True when this made one coordinator into two: an overlap begins.
    bool up(std::uint64_t epid, const std::string& dongle, Micros now);
    /// The duration when this made two into one: an overlap ends.
    std::optional<Micros> down(std::uint64_t epid, const std::string& dongle, Micros now);
    /// Longest so far; one that still runs counts until `now`.
    Micros longest(Micros now) const;
    std::uint64_t count() const { return count_; }

  private:
    struct Network {
        std::multiset<std::string> dongles;
        std::optional<Micros> since;
    };
    std::map<std::uint64_t, Network> networks_;
    Micros longest_{0};
    std::uint64_t count_ = 0;
};

}  // namespace zha::sim
