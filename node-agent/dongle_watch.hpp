// What: does the dongle that zigbee2mqtt holds still answer? Asked through zigbee2mqtt.
// Why: a dongle that hangs or resets itself changes nothing that zigbee2mqtt says by itself.
// Contract: the question is ZDO's "active endpoints" of the coordinator to itself: nothing goes on
//      the air. Only a zigbee2mqtt that has answered since its start is doubted, well or badly, so
//      one that does not know the question, or may not be asked, loses nothing. Facts: 2.14.1
//      answers bridge/request/action `raw` with the endpoints, or after 6 s with the error of its
//      adapter ("SRSP - ..."). A dongle that never answers well is started again for it once only.
#pragma once

#include <cstdint>
#include <string>

#include "core/config.hpp"
#include "platform/bus/bus.hpp"

namespace zha {

class DongleWatch {
  public:
    explicit DongleWatch(std::string node) : node_(std::move(node)) {}
    void subscribe(Bus& bus, const std::string& base_topic);
    /// zigbee2mqtt is started: nothing is asked, nothing is known.
    void restart();
    /// It is started for what lost() said: not again, unless the dongle has ever answered well.
    void blame() { blamed_ = blamed_ || !good_once_; }
    /// Asks when it is time, and counts what was not answered. `ieee`: the coordinator's. `online`:
    /// by the last word on bridge/state. "offline" may be somebody else's will, so it is asked all
    /// the same; but nobody is doubted for silence who may be unable to hear the question.
    void look(Bus& bus, const std::string& ieee, bool online, const Timing& timing, Time now);
    /// Why the dongle counts as lost; empty = it does not.
    std::string lost(const Timing& timing) const;

  private:
    void heard(const BusMessage& message);
    void failed(const std::string& why);

    std::string node_;
    std::string topic_;
    std::uint64_t asked_ = 0;  ///< number of the last question
    bool waiting_ = false;
    bool begun_ = false;
    bool proven_ = false;     ///< answered once since the start
    bool good_once_ = false;  ///< ... well, in the life of this agent
    bool blamed_ = false;     ///< started again for bad answers without any good one
    Time asked_at_{0};
    unsigned failures_ = 0;    ///< in a row
    unsigned unanswered_ = 0;  ///< before the first answer
    std::string why_;
};

}  // namespace zha
