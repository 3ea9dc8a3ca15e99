// What: the Bus seam: publish and subscribe with a last will (MQTT).
// Why: the real one is Paho over the broker; simulations lose, delay and duplicate at will.
// Contract: handlers run on the daemon's one thread. Publishing while disconnected fails at once:
//      nothing is queued, because a late message is worse than a lost one. Subscriptions are
//      renewed by the bus after each reconnect, before on_connection(true) is called.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

struct BusMessage {
    std::string topic;
    std::string
        payload;  ///< bounded by the implementation (256 KiB; longer ones are dropped and logged)
    bool retained = false;
};

class Bus {
  public:
    using Handler = std::function<void(const BusMessage&)>;

    virtual ~Bus() = default;
    /// Starts connecting and keeps reconnecting for ever; never blocks.
    virtual void start() = 0;
    virtual bool connected() const = 0;
    virtual Status publish(const std::string& topic, const std::string& payload, bool retain,
                           int qos = 0) = 0;
    /// `filter` may hold + and #. Every matching handler is called.
    virtual void subscribe(const std::string& filter, Handler handler) = 0;
    virtual void on_connection(std::function<void(bool up, const std::string& why)> handler) = 0;
    /// Publishes the will's payload itself and disconnects cleanly; bounded by `deadline`.
    virtual Task<void> stop(Time deadline) = 0;
};

}  // namespace zha
