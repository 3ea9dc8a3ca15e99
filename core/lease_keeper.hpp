// What: the lease of one node: which order counts, until when, and what the node may hold on to.
// Why: this arithmetic keeps two coordinators apart; it must be readable and testable alone.
// Contract: pure; `now` and send times are instants of this host's own monotonic clock. The caller
//      makes memory() durable before it acts on an order that changed it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "core/messages.hpp"

namespace zha {

/// What must survive a restart of the agent.
struct LeaseMemory {
    std::uint64_t incarnation = 0;  ///< highest controller incarnation obeyed
    Epoch epoch = 0;                ///< highest epoch ever held
    Epoch released = 0;             ///< highest epoch whose end was proven
    bool operator==(const LeaseMemory&) const = default;
};

/// What the retained status of the controller says. Missing is not the same as gone.
enum class ControllerPresence { unknown, online, offline };

enum class OrderVerdict {
    accepted,           ///< obey it; a lease in it counts
    no_lease,           ///< obey the goal, but its lease is for an epoch that is over
    stale_nonce,        ///< not the answer to one of our newest reports
    lower_incarnation,  ///< from a controller that was superseded
    wrong_node,
};

class LeaseKeeper {
  public:
    /// `hold`: keep the lease while the broker itself says that the controller is gone and our own
    /// reports come back from it (on_controller_loss: hold).
    /// `longest`: T of our own configuration; a longer lease is cut to it.
    LeaseKeeper(std::string node, LeaseMemory memory, bool hold, Millis longest)
        : node_(std::move(node)), memory_(memory), hold_(hold), longest_(longest) {}

    void report_sent(std::uint64_t nonce, Time sent);
    OrderVerdict accept(const Order& order, Time now);
    /// One of our own reports came back through the broker.
    void echo(std::uint64_t nonce, Time now);
    /// The retained controller status changed, or (unknown) the connection was lost.
    void presence(ControllerPresence presence) { presence_ = presence; }

    bool live(Time now) const { return now < deadline_; }
    /// Instant at which the lease ends unless it is renewed; 0 = none.
    Time deadline() const { return deadline_; }
    Millis left(Time now) const { return live(now) ? deadline_ - now : Millis{0}; }
    /// The lease lives on echoes alone.
    bool holding(Time now) const { return held_ && live(now); }
    /// The silence of everything up to `epoch` was proven. Ends the lease if it is that epoch's.
    void release(Epoch epoch);
    const LeaseMemory& memory() const { return memory_; }
    ControllerPresence presence() const { return presence_; }

  private:
    struct Sent {
        std::uint64_t nonce;
        Time at;
    };
    const Sent* answered(std::uint64_t nonce, Time now) const;

    std::string node_;
    LeaseMemory memory_;
    bool hold_;
    Millis longest_;
    std::deque<Sent> sent_;       ///< newest last; bounded
    std::uint64_t answered_ = 0;  ///< report that the last order obeyed was the answer to
    Time deadline_{0};
    Millis length_{0};  ///< of the last lease granted
    bool held_ = false;
    ControllerPresence presence_ = ControllerPresence::unknown;
};

std::string_view to_string(OrderVerdict);

}  // namespace zha
