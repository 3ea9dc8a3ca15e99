// What: the products that can be bought here: plug, bulb, sensor.
// Why: each is one that zigbee2mqtt supports, so that it is interviewed and controlled as at home.
// Contract: model and manufacturer are those that zigbee-herdsman-converters 26 recognises:
//      plug SONOFF S26R2ZB, bulb Nanoleaf NL08-0800, sensor SONOFF SNZB-02 by eWeLink.
#pragma once

#include <string>

#include "core/result.hpp"
#include "simulator/device/device.hpp"

namespace zha::sim {

/// `kind`: plug, bulb or sensor. `sensor_period`: how often a sensor measures.
Result<Product> make_product(const std::string& kind, Schedule& schedule, Millis sensor_period);

}  // namespace zha::sim
