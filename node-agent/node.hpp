// What: everything one node knows and holds: its parts behind seams, and the facts of the moment.
// Why: the steps (node-agent/steps/) act on it, the agent's loop asks it for the facts of the
// table,
//      the link reports it.
// Contract: one thread. A fact that is not proven is false or unknown.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "core/fsm/facts.hpp"
#include "core/lease_keeper.hpp"
#include "node-agent/bridge_watch.hpp"
#include "node-agent/dongle/dongle.hpp"
#include "node-agent/dongle_watch.hpp"
#include "node-agent/memory.hpp"
#include "node-agent/sync/snapshots.hpp"
#include "platform/bus/bus.hpp"
#include "platform/service/service.hpp"
#include "platform/sftp/sftp.hpp"

namespace zha {

/// How a snapshot comes here from its peer.
using Fetch = std::function<Task<Status>(SftpRequest)>;

struct NodeParts {
    const Config& config;
    const NodeConfig& self;
    Clock& clock;
    Bus& bus;
    Store& store;
    Service& service;
    Dongle& dongle;
    Fetch fetch = sftp_fetch;
    std::string host_boot{};  ///< see NodeReport
};

class Node {
  public:
    Node(NodeParts parts, Memory memory);

    const Config& config;
    const NodeConfig& self;
    Clock& clock;
    Bus& bus;
    Store& store;
    Service& service;
    Dongle& dongle;
    Fetch fetch;
    std::string host_boot;
    std::function<void()> announce;  ///< tells the guard at once, see WorkerPulse; may be empty

    LeaseKeeper lease;
    MemoryFile memory_file;
    Snapshots snapshots;
    BridgeWatch bridge;
    DongleWatch dongle_watch;
    std::string service_version;  ///< what zigbee2mqtt of this host said when it last started

    NodeState state = NodeState::init;
    Order order;  ///< the newest one obeyed; goal none before the first
    std::string step;
    std::string fault;
    DongleState dongle_state = DongleState::unknown;
    std::optional<DongleInfo> dongle_info;  ///< as it last said of itself
    std::optional<znp::Image> image;        ///< as last read or written and read back
    WallSeconds image_at = 0;               ///< when that was
    ServiceStatus service_status;
    Time service_seen{0};
    bool silenced = false;      ///< fence proof held
    bool unsurveyed = true;     ///< the dongle was not read since it may have been on the air
    bool blank = false;         ///< read, and it carries no network
    bool dirty = false;         ///< see Memory::dirty
    std::string unsaved;        ///< why what it was last active with is in no snapshot
    std::uint8_t heard_on = 0;  ///< another coordinator of this network was heard on this channel
    Time heard_on_at{0};
    std::uint64_t generation = 0;
    Epoch content_epoch = 0;      ///< see Memory::content
    bool service_may_run = true;  ///< started, or not proven gone since
    bool stopping = false;        ///< the agent was told to end: no new step begins
    bool ended = false;           ///< the table's loop is over
    std::deque<Time> restarts;    ///< in place, within the window
    Time failed_at{-3600000};     ///< of the last failed step
    Time stage_failed_at{-3600000};
    Time refreshed_at{0};
    Time pinged_at{0};           ///< as a standby
    unsigned ping_failures = 0;  ///< in a row
    Time verified_at{0};         ///< hashes of the snapshots held

    Time now() const { return clock.now(); }
    fsm::Facts facts();
    NodeReport report() const {
        NodeReport r;
        report(r);
        return r;
    }
    /// Into one that is there already: it is asked fifty times a second. Not boot and nonce.
    void report(NodeReport& r) const;
    /// Makes lease memory, generation and dirty flag durable.
    Status remember();
    /// Asks the service how it is, if the last answer is older than `age`.
    Task<void> look_at_service(Millis age);
    bool knows_service(Millis age) const {
        return service_seen != Time{0} && now() - service_seen < age;
    }
    /// May the radio stay on right now? Empty, or why not.
    std::string must_stop() const;
    /// The port was proven gone or silent: the epoch held ends here, durably.
    Status release();
    Path data_file(const std::string& name) const { return self.data / name; }
};

/// Polls `condition` until it holds (true) or the deadline passes (false).
template <class Condition>
Task<bool> until(Clock& clock, Time deadline, Condition condition) {
    constexpr Millis kLook{20};
    while (!condition()) {
        if (clock.now() >= deadline) co_return false;
        co_await clock.sleep_for(kLook);
    }
    co_return true;
}

}  // namespace zha
