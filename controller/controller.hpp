// What: the controller: hears reports, decides, makes the decision durable, answers with orders.
// Why: this is the loop around decide(); everything it touches goes through a seam.
// Contract: one thread. No order is sent before the journal that it follows from is on disk. After
//      a lost broker session, when it takes over, or when it finds itself late, it counts as just
//      started. While the other controller acts it keeps that one's journal and says nothing else.
#pragma once

#include <asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "controller/leadership.hpp"
#include "controller/status_json.hpp"
#include "core/decide.hpp"
#include "core/safeguards.hpp"
#include "core/schedule/timer.hpp"
#include "platform/bus/bus.hpp"
#include "platform/clock/clock.hpp"
#include "platform/fence/fence_device.hpp"
#include "platform/history/history.hpp"
#include "platform/probe/host_probe.hpp"
#include "platform/snmp/traps.hpp"
#include "platform/store/store.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

/// What nodes have besides the broker, by node name.
struct Devices {
    std::map<std::string, std::unique_ptr<FenceDevice>> fences;
    std::map<std::string, std::unique_ptr<HostProbe>> probes;
};

struct ControllerParts {
    Clock& clock;
    Bus& bus;
    Store& store;
    History& history;
    TrapSender& traps;
    Devices* devices = nullptr;
    /// Seconds that the local time is ahead of UTC; for schedules.
    std::int64_t (*offset)(WallSeconds) = local_offset;
};

/// Payload of the retained controller status that is the bus's will.
std::string controller_offline();

/// Which of the two it is.
struct ControllerSelf {
    bool spare = false;
    /// Above every one before, even when the journal was lost: agents obey no lower one. It goes
    /// into the journal when it leads. 0 = the journal's.
    std::uint64_t incarnation = 0;
};
/// Where that one keeps its journal and history.
Path state_of(const Config& config, bool spare);

class Controller {
  public:
    Controller(const Config& config, ControllerParts parts, Journal journal,
               ControllerSelf self = {});

    /// Subscribes. The bus may be started afterwards.
    void begin();
    /// Decides at every tick until cancelled.
    Task<void> run();
    const Journal& journal() const { return situation_.journal; }
    Leadership::Role role() const { return lead_.role(); }

  private:
    void heard_report(const std::string& node, const BusMessage& message);
    void heard_command(const BusMessage& message);
    void heard_switch(const std::string& node, const BusMessage& message);
    void heard_bridge(const BusMessage& message);
    void heard_agent_status(const std::string& node, const BusMessage& message);
    // lead.cpp: who acts, and what the other one is told.
    void begin_lead();
    void heard_own_status(const BusMessage& message);
    void heard_other_status(const BusMessage& message);
    void heard_journal(const BusMessage& message);
    void follow(Journal journal);
    void note_others_off(const Journal& other, const BusMessage& message);
    void heard_kept(const BusMessage& message);
    void connection(bool up, const std::string& why);
    void follow_lead();
    void lead();
    void stand_by();
    void say_status(wire::ControllerStatus::State state);
    /// On disk before anything follows from it, then on its way to the other controller.
    Status keep(Journal& journal);
    void send_journal();
    /// A controller that does not have this journal must not use its numbers again.
    void say_epoch();
    void heard_epoch(const BusMessage& message);
    /// The lease of a new epoch waits until the other controller knows of the grant, for a while.
    bool may_send(const Order& order);
    /// So does a fence device.
    bool may_cut_power() const;
    bool acting() const {
        return lead_.acting() && (confirmed_ || !kept(Safeguard::confirmed_session));
    }
    /// Counts as just started: what nodes did meanwhile is not known.
    void start_anew();
    /// One decision; false when there is no session or the journal could not be written: then
    /// nothing follows from it.
    bool decide_now(std::optional<OperatorCommand> command = std::nullopt);
    /// Begins a drill when its time has come.
    void follow_schedule();
    void send_order(const std::string& node, std::uint64_t nonce);
    void forget_other_boots();
    void tell(const Event& event);
    void reply(const std::string& id, bool done, const std::string& code, const std::string& text,
               const std::string& data = {});
    void reply_explanation(const std::string& id);
    /// Says again that zigbee2mqtt is online, over the late will of another one.
    void repair_bridge();
    void reply_history(const std::string& id, unsigned limit);
    /// Begins what the last decision wants of fence devices, and looks at silent hosts.
    void use_devices();
    Task<void> cut_power(std::string node, FenceDevice& device, Epoch epoch);
    Task<void> give_power(std::string node, FenceDevice& device);
    Task<void> look_at(std::string node, HostProbe& probe);
    void publish_state();
    void publish_discovery();
    void publish(const std::string& topic, const std::string& payload, bool retain, int qos = 0);

    const Config& config_;
    bool spare_;
    Path state_;
    ControllerParts p_;
    wire::Topics topics_;
    Situation situation_;
    Decision decision_;
    ControllerFacts facts_;
    Leadership lead_;
    Journal saved_;  ///< as it is on disk
    std::map<std::string, Instruction> told_;
    std::map<std::string, std::string> strange_boot_;  ///< last one that was not heard, by node
    std::string owed_;  ///< our journal with what we switched off, until the other one names it
    std::map<std::string, std::string> published_;  ///< retained topics, to send changes only
    std::map<std::string, bool> clear_fault_;
    std::map<std::string, Time> failed_at_;  ///< failures are forgotten after a while
    /// What is under way at a node's device, and when the next try may begin.
    struct Errand {
        bool busy = false;
        Time next{0};
    };
    std::map<std::string, Errand> power_;
    std::map<std::string, Errand> looks_;
    schedule::Timer drills_;
    std::optional<asio::any_io_executor> executor_;  ///< while run() runs
    bool confirmed_ = false;  ///< our own "online" came back through the broker
    Time decided_at_{0};
    bool news_ = true;  ///< the published state is older than what is known
    Time state_at_{0};
    Time said_at_{0};                 ///< our status
    Epoch known_epoch_ = 0;           ///< the highest one whose lease need not wait
    std::uint64_t grant_serial_ = 0;  ///< the journal in which the newest epoch stands first
    Time granted_at_{0};
    std::uint64_t kept_serial_ = 0;  ///< of the newest journal that the other controller has
    Time written_at_{0};
};

}  // namespace zha
