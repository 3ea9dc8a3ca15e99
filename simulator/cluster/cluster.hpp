// What: the whole cluster on one virtual timeline: a real controller and two hosts with agents.
// Why: what must never happen (two radios on the air) is looked for at every instant.
// Contract: `overlap` names the first instant with two radios on; empty = there was none.
#pragma once

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "controller/controller.hpp"
#include "controller/journal_file.hpp"
#include "simulator/cluster/host.hpp"

namespace zha::sim {

/// Remembers what was told.
struct Told final : History, TrapSender {
    Result<std::int64_t> append(const HistoryLine& line) override {
        lines.push_back(line);
        return static_cast<std::int64_t>(lines.size());
    }
    Result<std::vector<HistoryLine>> newest(unsigned) override { return lines; }
    Status send(Notification kind, const TrapContent&) override {
        traps.push_back(kind);
        return {};
    }
    bool has(const std::string& kind) const {
        for (const auto& line : lines)
            if (line.kind == kind) return true;
        return false;
    }
    std::vector<HistoryLine> lines;
    std::vector<Notification> traps;
};

/// zha-controller's main() without the signals.
class ControllerProcess {
  public:
    ControllerProcess(World& w, const Config& config, Clock& clock, Store& store, History& history,
                      TrapSender& traps, Journal journal, ControllerSelf self,
                      const std::string& client_id = "", Devices devices = {})
        : time_(w.time),
          bus(w.broker, {w.topics().controller_status(self.spare), controller_offline(),
                         config.timing.lease / 4, client_id}),
          devices_(std::move(devices)),
          controller(config, {clock, bus, store, history, traps, &devices_}, std::move(journal),
                     self),
          loop_(std::make_unique<Loop>()) {
        controller.begin();
        bus.start();
        asio::co_spawn(*loop_, controller.run(), asio::detached);
        time_.drive(*loop_);
    }
    ~ControllerProcess() { time_.forget(*loop_); }
    ControllerProcess(const ControllerProcess&) = delete;
    ControllerProcess& operator=(const ControllerProcess&) = delete;

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

  public:
    VirtualBus bus;

  private:
    Devices devices_;

  public:
    Controller controller;

  private:
    std::unique_ptr<Loop> loop_;  ///< ends before what its coroutines use
};

struct Cluster {
    /// One host has a network, the other one a blank dongle. The hosts' clocks run apart as far as
    /// the configured drift allows, in the direction that is worse for a lease.
    explicit Cluster(std::uint64_t seed = 1)
        : world(seed),
          hosts{std::make_unique<Host>(world, "one", 1.0 - world.config.timing.drift),
                std::make_unique<Host>(world, "two", 1.0)},
          clock(world.time, Millis{5000000}, 1.0 + world.config.timing.drift),
          spare_clock(world.time, Millis{9000000}, 1.0 + world.config.timing.drift) {
        (void)world.store.make_directory(world.config.controller.state);
        one().settle();
        world.time.at_each_step([this] { look(); });
        for (auto& host : hosts) host->boot();
        start_controller();
    }

    Host& one() { return *hosts[0]; }
    Host& two() { return *hosts[1]; }
    /// From now on the sticks hear each other. By default they do not: leases and fences have to
    /// keep the radios apart without that.
    void bring_into_range() {
        air = {&one().stick, &two().stick};
        for (auto& host : hosts) host->stick.air = &air;
    }

    void start_controller() { controller = process(clock, false); }
    std::unique_ptr<ControllerProcess> process(Clock& its, bool second) {
        auto journal = load_journal(world.store, state_of(world.config, second));
        auto used = journal ? *journal : Journal{};
        const auto incarnation = used.incarnation + 1;
        return std::make_unique<ControllerProcess>(world, world.config, its, world.store, told,
                                                   told, std::move(used),
                                                   ControllerSelf{second, incarnation});
    }
    void command(const std::string& verb, const std::string& to) {
        const nlohmann::json json{
            {"id", fmt::format("command-{}", ++commands)}, {"verb", verb}, {"to", to}};
        world.broker.inject({world.topics().command(), json.dump(), false});
    }
    bool until(const std::function<bool()>& done, Millis limit) {
        return world.time.advance_until(done, limit);
    }
    /// `a` is active, and the other one is its ready standby.
    bool settled(Host& a, Host& b) {
        const auto* leads = acting();
        return a.is(NodeState::active) && b.is(NodeState::standby) && b.node().report().ready &&
               a.stick.on_air() && leads && !leads->journal().move;
    }
    static bool acts(const std::unique_ptr<ControllerProcess>& p) {
        return p && p->controller.role() == Leadership::Role::acting;
    }
    static bool waits(const std::unique_ptr<ControllerProcess>& p) {
        return p && p->controller.role() == Leadership::Role::standby;
    }
    const Controller* acting() const {
        for (const auto* p : {&controller, &spare})
            if (acts(*p)) return &(*p)->controller;
        return nullptr;
    }
    /// A second controller, on a host of its own.
    void configure_spare() {
        auto& config = world.config.controller.spare.emplace();
        config.state = "/spare";
        (void)world.store.make_directory(config.state);
    }
    void start_spare() { spare = process(spare_clock, true); }

    World world;
    std::array<std::unique_ptr<Host>, 2> hosts;
    std::vector<VirtualStick*> air;
    VirtualClock clock;        ///< the controller's
    VirtualClock spare_clock;  ///< the spare controller's
    Told told;
    std::unique_ptr<ControllerProcess> controller;
    std::unique_ptr<ControllerProcess> spare;
    std::string overlap;
    unsigned commands = 0;

  private:
    void look() {
        if (!one().stick.on_air() || !two().stick.on_air() || !overlap.empty()) return;
        overlap = fmt::format("both radios are on at {} ms (one {}, two {})",
                              world.time.elapsed().count() / 1000,
                              one().agent ? to_string(one().node().state) : "dead",
                              two().agent ? to_string(two().node().state) : "dead");
    }
};

}  // namespace zha::sim
