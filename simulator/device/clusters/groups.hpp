// What: Groups (0x0004): which group casts an endpoint listens to.
// Why: zigbee2mqtt groups are real Zigbee groups; a lamp must know its own.
// Contract: at most kCapacity groups, as small devices have. ZCL 3.6.
#pragma once

#include <set>

#include "simulator/device/cluster.hpp"

namespace zha::sim {

class GroupsCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0004;
    static constexpr std::size_t kCapacity = 16;

    GroupsCluster() : Cluster(kId, {{0x0000, {zcl::number(zcl::kBitmap8, 0), false, false}}}) {}
    CommandResult command(std::uint8_t id, zcl::Reader payload, bool unicast) override;
    void reset() override { groups_.clear(); }
    bool member(std::uint16_t group) const { return groups_.count(group) != 0; }
    const std::set<std::uint16_t>& groups() const { return groups_; }
    void join(std::uint16_t group) { groups_.insert(group); }

  private:
    CommandResult membership(zcl::Reader payload) const;
    std::set<std::uint16_t> groups_;
};

}  // namespace zha::sim
