// What: the simulated house: two hosts, a controller (and one too many), broker, operators,
// witness. Why: real core/, agent and controller logic on a virtual clock, bus, disk, service and
// dongle. Contract: as Cluster, built from a Plan. `steps` counts what people would call progress:
// phases of
//      the controller's move, states and steps of the nodes. Killing a worker wakes its guard.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "simulator/cluster/cluster.hpp"
#include "simulator/simulate/plan.hpp"
#include "simulator/simulate/virtual_guard.hpp"
#include "simulator/simulate/witness.hpp"
#include "simulator/virtual/outlet.hpp"

namespace zha::sim {

/// Hands what is told to the witness.
struct Chronicle final : History, TrapSender {
    std::function<void(const HistoryLine&)> listener;
    Result<std::int64_t> append(const HistoryLine& line) override {
        ++lines;
        if (listener) listener(line);
        return static_cast<std::int64_t>(lines);
    }
    Result<std::vector<HistoryLine>> newest(unsigned) override {
        return std::vector<HistoryLine>{};
    }
    Status send(Notification, const TrapContent&) override { return {}; }
    std::size_t lines = 0;
};

/// The same house with another key: an old network, or one that was formed by mistake.
znp::Image another_network();

class House {
  public:
    explicit House(const Plan& plan);
    ~House();
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    VirtualTime& time() { return world.time; }
    Host& host(unsigned i) { return *hosts[i]; }
    /// The first controller (0) or the spare one (1), where there is one.
    void start_controller(unsigned which = 0);
    void stop_controller(unsigned which = 0);
    const Controller* acting() const;
    /// Another one on another machine, from a copy of the journal as it was at the beginning.
    void start_second();
    void stop_second();
    /// The card of host i was copied; another host starts from it, for a while. Once a schedule.
    bool start_twin(unsigned i);
    void stop_twin();
    bool twin_on() const { return twin && twin->agent; }
    void command(const std::string& verb, const std::string& to);
    /// One of an operator's requests, without its id.
    void command(nlohmann::json request);
    bool possible(FaultKind kind) const;

    /// SIGKILL to the worker of zha-agent: the guard fences, then starts it again.
    void kill_worker(unsigned i);
    /// Off, and on again after `length`.
    void power_cut(unsigned i, Millis length);
    void power_on(unsigned i);
    void freeze(unsigned i, Millis length);
    /// Its outlet, by hand. False: there is none, or it is so already.
    bool turn(unsigned i, bool on);
    /// Everything that was broken works again.
    void mend();
    /// People switch on what no controller will; a slow order may have come after they looked.
    void look_at_outlets();
    /// Somebody is active, somebody else ready, and nothing is under way.
    bool settled();
    /// Nobody is without power who should have it.
    bool powered() const;
    bool someone_on_air() const;

    unsigned steps = 0;
    /// A controller lost its journal: what it had switched off is known to people only.
    bool forgot = false;
    bool fence_required() const;
    /// An operator vouched for a node lately (zha-switchover failover): the clock does for it.
    bool vouched() const;
    std::function<void(const std::string&)> story;  ///< one line for people
    std::function<void()> at_step;

    World world;
    std::array<std::unique_ptr<Host>, 2> hosts;
    std::array<std::unique_ptr<VirtualGuard>, 2> guards;
    NodeConfig twin_config;
    std::unique_ptr<Host> twin;
    std::array<VirtualOutlet, 2> outlets;
    std::array<VirtualPath, 2> paths;
    /// A controller and its host.
    struct Office {
        Office(World& world, Time offset, const Plan& plan)
            : clock(world.time, offset, plan.rate[2], plan.grain), disk(world.store) {}
        VirtualClock clock;
        HostStore disk;
        std::unique_ptr<ControllerProcess> controller;
        bool frozen = false;
    };
    std::array<std::unique_ptr<Office>, 2> offices;
    Config second_config;
    VirtualClock second_clock;
    HostStore second_disk;
    Chronicle chronicle;
    std::unique_ptr<Witness> witness;
    std::unique_ptr<ControllerProcess> second;
    const Plan& plan;

  private:
    void furnish(unsigned i);
    void equip(Host& h, unsigned i);
    void turned(unsigned i, bool on);
    Devices devices(Clock& clock, const HostStore& disk);
    /// What zigbee2mqtt makes of a dongle whose network is not the configured one.
    znp::Image form(Host& host);
    void look();
    void count_steps();
    void say(const std::string& text) const {
        if (story) story(text);
    }
    std::unique_ptr<ControllerProcess> process(const Config& config, VirtualClock& clock,
                                               HostStore& store, bool spare);

    std::array<bool, 2> off_{};
    std::array<std::string, 3> progress_;
    std::array<std::optional<NodeState>, 2> states_;  ///< that progress_ names
    std::optional<MovePhase> phase_;
    unsigned commands_ = 0;
    Micros vouched_at_{-1};
    bool formed_ = false;  ///< a fresh house has its network
};

}  // namespace zha::sim
