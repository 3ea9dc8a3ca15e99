// What: On/Off (0x0006): the switch of a plug or bulb.
// Why: it is what people see working after a failover.
// Contract: commands off, on, toggle, off with effect, on with recall, on with timed off. ZCL 3.8.
#pragma once

#include <memory>

#include "simulator/device/cluster.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

class OnOffCluster : public Cluster {
  public:
    static constexpr std::uint16_t kId = 0x0006;
    static constexpr std::uint16_t kOnOff = 0x0000;

    /// `lighting`: with the attributes of the lighting feature (start-up behaviour, timers).
    OnOffCluster(Schedule& schedule, bool lighting);
    CommandResult command(std::uint8_t id, zcl::Reader payload, bool unicast) override;
    void reset() override { turn(false, Cause::local); }
    bool on() const { return number(kOnOff) != 0; }
    void turn(bool on, Cause cause);

  private:
    CommandResult timed_off(zcl::Reader payload);
    Schedule& schedule_;
    std::uint64_t timer_ = 0;  ///< a newer command makes older timers void
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace zha::sim
