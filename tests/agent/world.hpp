// What: hosts on one virtual timeline: dongle, service, zigbee2mqtt, and an agent that can die.
// Why: tests say what happens to a host, and look at its radio.
// Contract: one thread; the world outlives its hosts. Killing an agent leaves its host's service,
//      dongle and files as they are.
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <cstdlib>
#include <memory>

#include "node-agent/agent.hpp"
#include "node-agent/link.hpp"
#include "platform/log/log.hpp"
#include "simulator/virtual/store.hpp"
#include "simulator/virtual/zigbee2mqtt.hpp"
#include "tests/agent/sync_samples.hpp"

namespace zha::sim {

inline constexpr Millis kSecond{1000};

struct World {
    explicit World(std::uint64_t seed = 1) : broker(time, seed) {
        spdlog::set_level(std::getenv("ZHA_TEST_LOG") ? spdlog::level::debug : spdlog::level::off);
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
    AgentProcess(World& w, const NodeConfig& self, Clock& clock, Service& service,
                 VirtualStick& stick, Fetch fetch, const Memory& memory)
        : time_(w.time),
          dongle_(stick, clock),
          bus(w.broker,
              {w.topics().agent_status(self.name), agent_offline(), w.config.timing.lease / 4}),
          node({w.config, self, clock, bus, w.store, service, dongle_, std::move(fetch)}, memory),
          agent_(node),
          link_(node),
          io_(std::make_unique<asio::io_context>(1)) {
        (void)node.snapshots.scan();
        agent_.begin();
        link_.begin();
        bus.start();
        asio::co_spawn(*io_, agent_.run(), asio::detached);
        asio::co_spawn(*io_, agent_.watch(), asio::detached);
        asio::co_spawn(*io_, link_.run(), asio::detached);
        time_.drive(*io_);
    }
    ~AgentProcess() { time_.forget(*io_); }
    AgentProcess(const AgentProcess&) = delete;
    AgentProcess& operator=(const AgentProcess&) = delete;

  private:
    VirtualTime& time_;
    VirtualDongle dongle_;

  public:
    VirtualBus bus;
    Node node;

  private:
    Agent agent_;
    Link link_;
    std::unique_ptr<asio::io_context> io_;  ///< ends before what its coroutines use
};

struct Host {
    /// A host with a configured zigbee2mqtt and a blank dongle.
    Host(World& w, const std::string& name, double rate = 1.0)
        : world(w),
          self(*w.config.node(name)),
          clock(w.time, Millis{1000000}, rate),
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
        auto memory = MemoryFile(world.store, self.state).load();
        agent = std::make_unique<AgentProcess>(
            world, self, clock, service, stick, [this](const SftpRequest& r) { return fetch(r); },
            memory ? *memory : Memory{});
    }
    void kill_agent() {
        service.forget();
        agent.reset();
    }
    Node& node() { return agent->node; }
    bool is(NodeState state) const { return agent && agent->node.state == state; }

    World& world;
    const NodeConfig& self;
    VirtualClock clock;
    VirtualStick stick;
    VirtualService service;
    VirtualZigbee2mqtt z2m;
    std::unique_ptr<AgentProcess> agent;
    bool unreachable = false;  ///< for transfers of snapshots

  private:
    Task<Status> fetch(SftpRequest request) {
        co_await clock.sleep_for(Millis{500});
        if (unreachable) co_return Status(Errc::unavailable, "no route to the peer");
        co_return world.store.copy(request.from, request.to);
    }
};

}  // namespace zha::sim
