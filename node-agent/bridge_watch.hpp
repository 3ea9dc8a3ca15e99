// What: what zigbee2mqtt itself says over MQTT since it was started: online, and on which network.
// Why: "started" is reported only from this post-condition.
// Contract: retained messages of the past do not count. Facts: zigbee2mqtt 2.14.1 publishes
//      bridge/state and bridge/info, retained, once the adapter runs.
#pragma once

#include <cstdint>
#include <string>

#include "platform/bus/bus.hpp"

namespace zha {

struct BridgeInfo {
    bool known = false;
    std::string ieee;  ///< 16 hex digits
    std::uint16_t pan_id = 0;
    std::uint64_t extended_pan_id = 0;
    std::uint8_t channel = 0;
    std::string version;
};

class BridgeWatch {
  public:
    void subscribe(Bus& bus, const std::string& base_topic);
    /// Forgets what was said; call it before a start.
    void restart();
    bool online() const { return online_; }
    const BridgeInfo& info() const { return info_; }

  private:
    void heard_state(const BusMessage& message);
    void heard_info(const BusMessage& message);
    bool online_ = false;
    BridgeInfo info_;
};

}  // namespace zha
