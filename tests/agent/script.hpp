// What: a controller by hand: answers every report with the order the test wants.
// Why: an agent's promises must hold whatever it is told, also what no sane controller says.
#pragma once

#include <set>

#include "simulator/cluster/host.hpp"

namespace zha::sim {

class Script {
  public:
    Script(World& world, const std::string& node)
        : topics_(world.topics()), bus_(world.broker, {topics_.controller_status(), "", kSecond}) {
        order.node = node;
        order.incarnation = 1;
        bus_.subscribe(topics_.report(node), [this](const BusMessage& m) { answer(m); });
        bus_.start();
    }

    /// From now on: be active with this epoch.
    void grant(Epoch epoch) {
        order.goal = Goal::active;
        order.epoch = epoch;
        order.lease = Millis{15000};
    }

    Order order;
    bool silent = false;
    NodeReport last;
    std::set<std::string> faults;  ///< every one that was reported

  private:
    void answer(const BusMessage& message) {
        auto report = wire::decode_report(message.payload);
        if (!report) return;
        last = *report;
        faults.insert(last.fault);
        if (silent) return;
        order.nonce = last.nonce;
        (void)bus_.publish(topics_.order(order.node), wire::encode(order), false);
    }

    wire::Topics topics_;
    VirtualBus bus_;
};

}  // namespace zha::sim
