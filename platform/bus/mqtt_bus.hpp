// What: the real Bus: Eclipse Paho MQTT C++ over TCP.
// Why: reconnects, keepalive and the protocol are Paho's; threads end here, handlers run on asio.
// Contract: see bus.hpp. The password is read from a file and never logged.
#pragma once

#include <memory>

#include "core/config.hpp"
#include "platform/bus/bus.hpp"

namespace zha {

struct MqttOptions {
    MqttConfig broker;
    std::string client_id;     ///< empty: random (the CLI)
    std::string will_topic;    ///< empty: no will
    std::string will_payload;  ///< retained, QoS 1
    Millis keepalive{5000};
    bool reconnect = true;
};

/// Errc::io when the password file cannot be read or others may read it.
Result<std::unique_ptr<Bus>> make_mqtt_bus(MqttOptions options, asio::any_io_executor executor,
                                           Clock& clock);

}  // namespace zha
