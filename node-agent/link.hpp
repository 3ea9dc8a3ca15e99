// What: the agent's side of the one exchange: reports out, orders in, the lease between them.
// Why: nothing else decides how long this node may be on the air.
// Contract: a report with a fresh nonce at each heartbeat and at each change; an order is obeyed
// only
//      after what must be remembered of it is on disk.
#pragma once

#include <array>
#include <optional>

#include "node-agent/node.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

/// Payloads of the retained agent status; the second one is the bus's will.
std::string agent_online();
std::string agent_offline();

class Link {
  public:
    explicit Link(Node& node);
    /// Subscribes. The bus may be started afterwards.
    void begin();
    /// Reports until cancelled.
    Task<void> run();

  private:
    void connection(bool up, const std::string& why);
    void heard_order(const BusMessage& message);
    void heard_echo(const BusMessage& message);
    void heard_controller(bool spare, const BusMessage& message);
    /// What the two topics together say: somebody acts, nobody does, or it is not known yet.
    ControllerPresence presence() const;
    void send_report();

    Node& node_;
    wire::Topics topics_;
    std::string boot_;
    std::uint64_t nonce_ = 0;
    NodeReport sent_;
    NodeReport present_;  ///< as it is now, to be compared
    Time sent_at_{-3600000};
    Time connected_at_{0};
    /// Of the first controller and of the spare one, since the connection.
    std::array<std::optional<wire::ControllerStatus::State>, 2> controllers_;
    bool poked_ = true;
};

}  // namespace zha
