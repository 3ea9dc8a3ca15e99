// What: Identify (0x0003): a device makes itself noticeable for some seconds.
// Why: zigbee2mqtt offers it for bulbs, and commissioning tools use it.
// Contract: IdentifyTime (0x0000) counts seconds down by the schedule. ZCL 3.5.
#pragma once

#include <memory>

#include "simulator/device/cluster.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

class IdentifyCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0003;
    static constexpr std::uint16_t kIdentifyTime = 0x0000;

    explicit IdentifyCluster(Schedule& schedule)
        : Cluster(kId, {{kIdentifyTime, {zcl::number(zcl::kUint16, 0), true, false}}}),
          schedule_(schedule) {}
    CommandResult command(std::uint8_t id, zcl::Reader payload, bool unicast) override;
    void reset() override { set(kIdentifyTime, 0, Cause::local); }

  private:
    void tick();
    Schedule& schedule_;
    bool ticking_ = false;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace zha::sim
