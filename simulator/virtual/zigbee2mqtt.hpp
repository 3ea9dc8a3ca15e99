// What: zigbee2mqtt as the cluster sees it: takes the stick, puts it on the air, says so over MQTT.
// Why: "started" is proven by its own words, and its death leaves the radio on: tests need both.
// Contract: lives as long as its host. It ends by itself when the stick is pulled out. A stick
//      without a network gets the one of `configuration`, as the real one does.
#pragma once

#include <optional>

#include "simulator/virtual/bus.hpp"
#include "simulator/virtual/dongle.hpp"
#include "simulator/virtual/service.hpp"

namespace zha::sim {

class VirtualZigbee2mqtt {
  public:
    VirtualZigbee2mqtt(VirtualBroker& broker, VirtualService& service, VirtualStick& stick,
                       std::string base_topic = "zigbee2mqtt");

    Millis boot_time{4000};             ///< from the process to "online"
    bool mute = false;                  ///< gets on the air, but never says "online"
    bool patient = false;               ///< waits for a stick that is gone, and takes it again
    bool dumb = false;                  ///< does not answer bridge/request/action
    std::function<znp::Image()> forms;  ///< what it makes of a stick without a network
    /// Does its configuration name another network than the stick holds? Then it makes one, too.
    std::function<bool()> disagrees;
    Micros said{-1};  ///< when it last said "online"
    /// The network cable of the host, as far as this process is concerned.
    void cut(VirtualBus::Cut what = VirtualBus::Cut::both);
    void restore();
    /// Its host is frozen, or lost its power.
    void stun();
    void resume();
    void sever();

  private:
    void radio_on(std::uint64_t run);
    void began();
    void ended();
    void say_online();
    void watch(std::uint64_t run);
    void asked(std::uint64_t run, const std::string& request);
    void on_the_air(std::uint64_t run);

    VirtualBroker& broker_;
    VirtualService& service_;
    VirtualStick& stick_;
    std::string base_;
    std::optional<VirtualBus> bus_;
    std::optional<VirtualBus::Cut> cut_;
    bool stunned_ = false;
    bool strange_ = false;        ///< its configuration names another network than the stick holds
    std::uint64_t said_run_ = 0;  ///< the run in which it got online
    std::uint64_t run_ = 0;       ///< what was planned in an earlier run is void
};

}  // namespace zha::sim
