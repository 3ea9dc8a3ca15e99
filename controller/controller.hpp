// What: the controller: hears reports, decides, makes the decision durable, answers with orders.
// Why: this is the loop around decide(); everything it touches goes through a seam.
// Contract: one thread. No order is sent before the journal that it follows from is on disk. After
//      a lost broker session, or when it finds itself late, it counts as just started.
#pragma once

#include <asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "controller/status_json.hpp"
#include "core/decide.hpp"
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
};

/// Payloads of the retained controller status; the second one is the bus's will.
std::string controller_online(std::uint64_t incarnation);
std::string controller_offline();

class Controller {
  public:
    Controller(const Config& config, ControllerParts parts, Journal journal);

    /// Subscribes. The bus may be started afterwards.
    void begin();
    /// Decides at every tick until cancelled.
    Task<void> run();
    const Journal& journal() const { return situation_.journal; }

  private:
    void heard_report(const BusMessage& message);
    void heard_command(const BusMessage& message);
    void heard_switch(const std::string& node, const BusMessage& message);
    void heard_bridge(const BusMessage& message);
    void heard_agent_status(const std::string& node, const BusMessage& message);
    void heard_own_status(const BusMessage& message);
    void connection(bool up, const std::string& why);
    /// That we are online, again while it did not come back yet.
    void say_online();
    /// Counts as just started: what nodes did meanwhile is not known.
    void start_anew();
    /// One decision; false when there is no session or the journal could not be written: then
    /// nothing follows from it.
    bool decide_now(std::optional<OperatorCommand> command = std::nullopt);
    void send_order(const std::string& node, std::uint64_t nonce);
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
    ControllerParts p_;
    wire::Topics topics_;
    Situation situation_;
    Decision decision_;
    ControllerFacts facts_;
    std::string saved_;  ///< the journal as it is on disk
    std::map<std::string, Instruction> told_;
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
    std::optional<asio::any_io_executor> executor_;  ///< while run() runs
    bool confirmed_ = false;  ///< our own "online" came back through the broker
    bool passive_ = false;    ///< another, newer controller was seen
    Time said_online_at_{0};
    Time decided_at_{0};
};

}  // namespace zha
