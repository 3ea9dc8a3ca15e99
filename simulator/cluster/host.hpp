// What: hosts on one virtual timeline: dongle, service, zigbee2mqtt, and an agent that can die.
// Why: tests say what happens to a host, and look at its radio.
// Contract: one thread; the world outlives its hosts. Killing an agent leaves its host's service,
//      dongle and files as they are.
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "node-agent/agent.hpp"
#include "node-agent/link.hpp"
#include "platform/log/log.hpp"
#include "simulator/cluster/samples.hpp"
#include "simulator/virtual/host_store.hpp"
#include "simulator/virtual/zigbee2mqtt.hpp"

namespace zha::sim {

inline constexpr Millis kSecond{1000};

struct World {
    explicit World(std::uint64_t seed = 1) : broker(time, seed) {
        spdlog::set_level(std::getenv("ZHA_TEST_LOG") ? spdlog::level::debug : spdlog::level::off);
        config.mqtt.discovery_prefix.clear();  // nobody listens here
        for (const std::string name : {"one", "two"}) {
            NodeConfig node;
            node.name = name;
            node.port = "/dev/zha-" + name;
            node.data = "/" + name + "/data";
            node.state = "/" + name + "/state";
            config.nodes.push_back(node);
        }
        config.controller.state = "/controller";
    }

    wire::Topics topics() const { return {config.mqtt.base_topic, config.cluster}; }

    Config config;
    VirtualTime time;
    VirtualBroker broker;
    VirtualStore store;  ///< of all hosts: their paths differ
};

/// zha-agent's main() without the signals.
class AgentProcess {
  public:
    AgentProcess(World& w, const NodeConfig& self, Clock& clock, Store& store, Service& service,
                 VirtualStick& stick, Fetch fetch, const std::string& host_boot,
                 const Memory& memory)
        : time_(w.time),
          dongle_(stick, clock),
          bus(w.broker, {w.topics().agent_status(self.name), agent_offline(),
                         w.config.timing.lease / 4, "agent-" + self.name}),
          node({w.config, self, clock, bus, store, service, dongle_, std::move(fetch), host_boot},
               memory),
          agent_(node),
          link_(node),
          loop_(std::make_unique<Loop>()) {
        (void)node.snapshots.scan();
        agent_.begin();
        link_.begin();
        bus.start();
        asio::co_spawn(*loop_, agent_.run(), asio::detached);
        asio::co_spawn(*loop_, agent_.watch(), asio::detached);
        asio::co_spawn(*loop_, link_.run(), asio::detached);
        time_.drive(*loop_);
    }
    ~AgentProcess() { time_.forget(*loop_); }
    AgentProcess(const AgentProcess&) = delete;
    AgentProcess& operator=(const AgentProcess&) = delete;

    void freeze() {
        bus.stun();
        time_.freeze(*loop_);
    }
    void thaw() {
        time_.thaw(*loop_);
        bus.resume();
    }

  private:
    VirtualTime& time_;
    VirtualDongle dongle_;

  public:
    VirtualBus bus;
    Node node;

  private:
    Agent agent_;
    Link link_;
    std::unique_ptr<Loop> loop_;  ///< ends before what its coroutines use
};

struct Host {
    /// A host with a configured zigbee2mqtt and a blank dongle.
    Host(World& w, const std::string& name, double rate = 1.0, Millis grain = Millis{0})
        : Host(w, *w.config.node(name), rate, grain) {}
    Host(World& w, const NodeConfig& node, double rate, Millis grain)
        : world(w),
          self(node),
          clock(w.time, Millis{1000000}, rate, grain),
          disk(w.store),
          service(w.time, clock),
          z2m(w.broker, service, stick) {
        (void)w.store.make_directory(self.data / "log");
        (void)w.store.make_directory(self.state);
        put("configuration.yaml", sample::configuration(self.port));
    }

    /// The dongle and the files of a network that exists already.
    void settle(unsigned devices = 1) {
        stick.image = sample::image();
        put("coordinator_backup.json", sample::backup());
        put("database.db", sample::database(devices));
    }
    void put(const std::string& name, const std::string& text) {
        (void)world.store.write(self.data / name, text);
    }

    void boot() {
        disk.power_on();
        auto memory = MemoryFile(disk, self.state).load();
        agent = std::make_unique<AgentProcess>(
            world, self, clock, disk, service, stick,
            [this](const SftpRequest& r) { return fetch(r); },
            fmt::format("{}.{}", self.data.string(), boots), memory ? *memory : Memory{});
        if (cut) agent->bus.cut(*cut);
    }
    void kill_agent() {
        service.forget();
        agent.reset();
    }
    /// Everything on it is gone at once, and its dongle without power.
    void power_cut() {
        if (agent) agent->bus.sever();
        z2m.sever();
        kill_agent();
        service.die();
        stick.radio = stick.taken = false;
        ++boots;
    }
    void cut_off(VirtualBus::Cut what) {
        cut = what;
        if (agent) agent->bus.cut(what);
        z2m.cut(what);
        unreachable = true;
    }
    void reconnect() {
        cut.reset();
        if (agent) agent->bus.restore();
        z2m.restore();
        unreachable = false;
    }
    /// Nothing on it runs; its dongle goes on as it is.
    void freeze() {
        frozen = true;
        if (agent) agent->freeze();
        z2m.stun();
    }
    void thaw() {
        frozen = false;
        if (agent) agent->thaw();
        z2m.resume();
    }
    Node& node() { return agent->node; }
    bool is(NodeState state) const { return agent && agent->node.state == state; }

    World& world;
    const NodeConfig& self;
    VirtualClock clock;
    HostStore disk;
    VirtualStick stick;
    VirtualService service;
    VirtualZigbee2mqtt z2m;
    std::unique_ptr<AgentProcess> agent;
    std::optional<VirtualBus::Cut> cut;
    bool unreachable = false;  ///< for transfers of snapshots
    bool frozen = false;
    unsigned boots = 1;  ///< of its kernel

  private:
    Task<Status> fetch(SftpRequest request) {
        co_await clock.sleep_for(Millis{500});
        if (unreachable) co_return Status(Errc::unavailable, "no route to the peer");
        co_return disk.copy(request.from, request.to);
    }
};

}  // namespace zha::sim
