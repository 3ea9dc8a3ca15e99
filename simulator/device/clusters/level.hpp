// What: Level Control (0x0008): the brightness of a bulb, coupled to its switch.
// Why: a prober sets brightness n and counts the answers; each must come back as n.
// Contract: levels 1..254. Transitions end at once: their time is accepted and not acted out.
//      ZCL 3.10; commands 0x04..0x07 are those "with On/Off".
#pragma once

#include "simulator/device/cluster.hpp"
#include "simulator/device/clusters/on_off.hpp"

namespace zha::sim {

class LevelCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0008;
    static constexpr std::uint16_t kCurrentLevel = 0x0000;

    explicit LevelCluster(OnOffCluster& on_off);
    CommandResult command(std::uint8_t id, zcl::Reader payload, bool unicast) override;
    void reset() override { set(kCurrentLevel, 254, Cause::local); }
    std::uint8_t level() const { return static_cast<std::uint8_t>(number(kCurrentLevel)); }

  private:
    void move_to(int level, bool with_on_off);
    /// The optional mask and override behind a command: may a lamp that is off change its level?
    bool execute_if_off(zcl::Reader& payload) const;
    OnOffCluster& on_off_;
};

}  // namespace zha::sim
