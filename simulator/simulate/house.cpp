#include "simulator/simulate/house.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/safeguards.hpp"
#include "node-agent/sync/z2m_files.hpp"
#include "simulator/simulate/people.hpp"

namespace zha::sim {

namespace {

constexpr Millis kBootTime{3000};
constexpr Millis kFirstBoot{500};

/// Does configuration.yaml name another network than the stick holds?
bool disagrees(const Host& h, const znp::Image& image) {
    const auto config =
        parse_configuration(h.world.store.content(h.self.data / "configuration.yaml"));
    const auto held = znp::identity_of(image);
    return config && held && config->network.network_key != held->network_key;
}

}  // namespace

znp::Image another_network() {
    auto image = sample::image();
    for (const auto id : {znp::osal::NWK_ACTIVE_KEY_INFO, znp::osal::NWKKEY})
        for (std::size_t i = 1; i < 17; ++i) image.items[{znp::ExItem::legacy, id}][i] = 0x22;
    return image;
}

House::House(const Plan& p)
    : world(p.seed),
      outlets{VirtualOutlet(world.time), VirtualOutlet(world.time)},
      offices{std::make_unique<Office>(world, Time{5000000}, p),
              std::make_unique<Office>(world, Time{9000000}, p)},
      second_clock(world.time, Millis{7000000}, p.rate[2], p.grain),
      second_disk(world.store),
      plan(p) {
    world.config.timing = plan.timing;
    world.config.on_controller_loss = plan.hold ? "hold" : "fence";
    world.config.fencing = plan.fencing;
    for (unsigned i = 0; i < 2; ++i) furnish(i);
    if (plan.spare) {
        world.config.controller.spare.emplace().state = "/spare";
        (void)world.store.make_directory("/spare");
    }
    furnish_people(plan.people, world.config);
    second_config = world.config;
    second_config.controller.state = "/second";
    (void)world.store.make_directory(world.config.controller.state);
    (void)world.store.make_directory(second_config.controller.state);
    for (unsigned i = 0; i < 2; ++i) {
        hosts[i] = std::make_unique<Host>(world, i == 0 ? "one" : "two", plan.rate[i], plan.grain);
        equip(*hosts[i], i);
    }
    for (unsigned i = 0; i < 2; ++i) {
        std::function<void()> bite;
        if (plan.watchdog) bite = [this, i] { power_cut(i, Millis{0}); };
        guards[i] = std::make_unique<VirtualGuard>(
            *hosts[i], plan.guard, std::max(fence_slack(plan), Millis{50}), std::move(bite));
    }
    if (plan.fresh)
        host(1 - plan.blank).stick.image = another_network();
    else
        host(0).settle();
    witness =
        std::make_unique<Witness>(world.time, std::vector<Host*>{hosts[0].get(), hosts[1].get()},
                                  plan.timing.heartbeat * plan.timing.fall + Millis{1000});
    witness->paired(1);
    chronicle.listener = [this](const HistoryLine& line) {
        say("controller: " + line.kind + ": " + line.text);
        witness->told(line);
    };
    world.time.at_each_step([this] { look(); });
    for (auto& g : guards) g->begin();
    for (unsigned which = 0; which < 2; ++which) start_controller(which);
}

void House::equip(Host& h, unsigned i) {
    h.stick.reset_time = plan.reset_time[i];
    h.stick.read_time = plan.quick ? Millis{20} : Millis{400};
    h.stick.write_time = plan.quick ? Millis{40} : Millis{600};
    h.stick.scan_time = plan.quick ? Millis{30} : Millis{600};
    h.service.stop_time = plan.quick ? Millis{50} : Millis{500};
    if (plan.write_time[i] > Millis{0}) h.stick.write_time = plan.write_time[i];
    if (plan.stop_time[i] > Millis{0}) h.service.stop_time = plan.stop_time[i];
    h.z2m.boot_time = plan.quick ? Millis{100} : Millis{1000};
    h.z2m.forms = [this, &h] { return form(h); };
    h.z2m.disagrees = [&h] { return disagrees(h, h.stick.image); };
}

bool House::start_twin(unsigned i) {
    if (twin || off_[i]) return false;
    twin_config = host(i).self;
    twin_config.data += "-copy";
    twin_config.state += "-copy";
    twin = std::make_unique<Host>(world, twin_config, plan.rate[i], plan.grain);
    equip(*twin, i);
    (void)world.store.copy(host(i).self.data, twin_config.data);
    (void)world.store.copy(host(i).self.state, twin_config.state);
    twin->stick.image = host(i).stick.image;
    say("a copy of host " + twin_config.name + " is switched on");
    witness->joined(*twin);
    twin->boot();
    return true;
}

void House::stop_twin() {
    if (!twin_on()) return;
    say("the copy of host " + twin_config.name + " is switched off");
    twin->power_cut();
}

void House::furnish(unsigned i) {
    const auto& outside = plan.outside[i];
    auto& fence = world.config.nodes[i].fence;
    if (outside.outlet) fence.driver = "virtual";
    fence.cuts = outside.cuts_host ? "host" : "dongle";
    fence.restore = outside.restore;
    fence.timeout = plan.fence_timeout;
    if (outside.probe) world.config.nodes[i].probe.type = "virtual";
    outlets[i].takes = outside.takes;
    outlets[i].turned = [this, i](bool on) { turned(i, on); };
    paths[i].takes = outside.probe_takes;
    paths[i].there = [this, i] { return !off_[i] && !host(i).frozen; };
}

Devices House::devices(Clock& clock, const HostStore& disk) {
    Devices all;
    for (unsigned i = 0; i < 2; ++i) {
        const auto& outside = plan.outside[i];
        const auto& name = world.config.nodes[i].name;
        if (outside.outlet && plan.fencing != "off")
            all.fences[name] = std::make_unique<VirtualFence>(outlets[i], clock,
                                                              [&disk] { return disk.crashed(); });
        if (outside.probe) all.probes[name] = std::make_unique<VirtualProbe>(paths[i], clock);
    }
    return all;
}

bool House::turn(unsigned i, bool on) {
    if (!plan.outside[i].outlet || outlets[i].on == on) return false;
    // People give no dongle its power under a host that does not answer (docs/configuration.md).
    if (on && host(i).frozen && !plan.outside[i].cuts_host) return false;
    outlets[i].by_order = false;
    outlets[i].turn(on);
    return true;
}

void House::turned(unsigned i, bool on) {
    const bool host_too = plan.outside[i].cuts_host;
    say(fmt::format("the outlet of {}{} is {}", host_too ? "" : "the dongle of ", host(i).self.name,
                    on ? "on" : "off"));
    if (!host_too) return host(i).stick.power(on);
    if (on)
        world.time.after(kBootTime, [this, i] { power_on(i); });
    else
        power_cut(i, kFirstBoot);
}

znp::Image House::form(Host& h) {
    // The first one of a new system, on a blank dongle, is what was asked for.
    if (!plan.fresh || formed_ || znp::identity_of(h.stick.image)) {
        witness->formed();
        return another_network();
    }
    formed_ = true;
    h.settle();
    return h.stick.image;
}

House::~House() {
    world.time.at_each_step({});
    for (auto& h : hosts) h->kill_agent();
    if (twin) twin->kill_agent();
}

std::unique_ptr<ControllerProcess> House::process(const Config& config, VirtualClock& its,
                                                  HostStore& store, bool spare) {
    store.power_on();
    const auto directory = state_of(config, spare);
    auto journal = load_journal(store, directory);
    if (!journal) witness->violate(Checker::artefacts, journal.error().message);
    auto used = journal ? *journal : Journal{};
    // As main(): who cannot write does not start.
    if (!save_journal(store, directory, used)) return nullptr;
    const auto incarnation = std::max(used.incarnation + 1, static_cast<std::uint64_t>(its.wall()));
    return std::make_unique<ControllerProcess>(world, config, its, store, chronicle, chronicle,
                                               std::move(used), ControllerSelf{spare, incarnation},
                                               spare ? "controller-spare" : "controller",
                                               devices(its, store));
}

void House::start_controller(unsigned which) {
    auto& office = *offices[which];
    if (office.controller || (which == 1 && !plan.spare)) return;
    office.controller = process(world.config, office.clock, office.disk, which == 1);
}

void House::stop_controller(unsigned which) {
    offices[which]->controller.reset();
    offices[which]->frozen = false;
}

const Controller* House::acting() const {
    for (const auto& office : offices)
        if (office->controller && office->controller->controller.role() == Leadership::Role::acting)
            return &office->controller->controller;
    return nullptr;
}

void House::start_second() {
    if (!second) second = process(second_config, second_clock, second_disk, false);
}

void House::stop_second() {
    second.reset();
}

bool House::fence_required() const {
    return plan.fencing == "required" && plan.outside[0].outlet && plan.outside[1].outlet;
}

bool House::vouched() const {
    const auto& t = plan.timing;
    const Micros lasts = 3 * t.hold_down + t.promote_timeout + t.fence;
    return vouched_at_ >= Micros{0} && world.time.elapsed() - vouched_at_ < lasts;
}

void House::command(const std::string& verb, const std::string& to) {
    if (verb == "failover") vouched_at_ = world.time.elapsed();
    command({{"verb", verb}, {"to", to}});
}

void House::command(nlohmann::json request) {
    request["id"] = fmt::format("command-{}", ++commands_);
    world.broker.inject({world.topics().command(), request.dump(), false});
}

void House::kill_worker(unsigned i) {
    guards[i]->worker_killed();
}

void House::power_cut(unsigned i, Millis length) {
    if (off_[i]) return;
    off_[i] = true;
    guards[i]->end();
    say("host " + host(i).self.name + " loses its power");
    host(i).power_cut();
    host(i).frozen = false;
    world.time.after(length + kBootTime, [this, i] { power_on(i); });
}

void House::power_on(unsigned i) {
    const bool dark = plan.outside[i].cuts_host && !outlets[i].on;
    if (!off_[i] || dark) return;
    off_[i] = false;
    auto& h = host(i);
    h.z2m.resume();
    const bool had = h.world.store.exists(h.self.state / "memory.json");
    if (auto memory = MemoryFile(world.store, h.self.state).load(); had && !memory)
        witness->violate(Checker::artefacts, memory.error().message);
    guards[i]->begin();
    say("host " + h.self.name + " is on again");
}

void House::freeze(unsigned i, Millis length) {
    auto& h = host(i);
    if (h.frozen || off_[i]) return;
    // Without a watchdog only what counts as lateness within the fence's budget is survivable.
    const auto most = std::max(fence_slack(plan), Millis{50});
    if (!plan.watchdog && !(fence_required() && !vouched() && !forgot))
        length = std::min(length, most);
    h.freeze();
    const auto watchdog = std::min(length, most);
    world.time.after(watchdog, [this, i, length, watchdog] {
        if (!host(i).frozen || off_[i]) return;
        const bool bites = plan.watchdog && length > watchdog && kept(Safeguard::watchdog);
        if (bites) return power_cut(i, length - watchdog);
        if (length > watchdog)
            world.time.after(length - watchdog, [this, i] {
                if (host(i).frozen) host(i).thaw();
            });
        if (length > watchdog) return;
        host(i).thaw();
    });
}

void House::look_at_outlets() {
    // What a controller switched off is its own to switch on, if it was told to.
    for (unsigned i = 0; i < 2; ++i)
        if (!outlets[i].by_order || !plan.outside[i].restore || forgot) turn(i, true);
}

void House::mend() {
    look_at_outlets();
    auto& broker = world.broker;
    broker.trouble = {};
    if (!broker.up()) broker.start();
    for (unsigned i = 0; i < 2; ++i) {
        auto& h = host(i);
        outlets[i].trouble = {};
        paths[i].lies = paths[i].silent = false;
        h.stick.hung = h.stick.defiant = h.stick.break_writes = h.stick.break_late = false;
        if (!h.stick.plugged) h.stick.plug();
        h.service.broken = h.service.immortal = h.z2m.mute = h.z2m.patient = false;
        h.stick.in_write = {};
        h.disk.full(false);
        if (h.frozen) h.thaw();
        h.reconnect();
        power_on(i);
        // The one of a house without guards has to be started by hand.
        if (!h.agent && !kept(Safeguard::guard_process)) guards[i]->begin();
        if (disagrees(h, sample::image()))
            h.put("configuration.yaml", sample::configuration(h.self.port));
        const auto backup = world.store.content(h.self.data / "coordinator_backup.json");
        const bool none = backup.empty() && world.store.exists(h.self.data / "database.db");
        if (none || backup.find("333333") != std::string::npos)
            h.put("coordinator_backup.json", sample::backup());
    }
    stop_second();
    stop_twin();
    for (unsigned which = 0; which < 2; ++which) {
        auto& office = *offices[which];
        office.disk.full(false);
        if (office.controller && office.frozen) office.controller->thaw();
        office.frozen = false;
        if (office.controller) office.controller->bus.restore();
        start_controller(which);
    }
}

bool House::someone_on_air() const {
    return hosts[0]->stick.on_air() || hosts[1]->stick.on_air();
}

bool House::settled() {
    const auto* leader = acting();
    if (leader == nullptr || leader->journal().move) return false;
    for (unsigned i = 0; i < 2; ++i)
        if (host(i).is(NodeState::active) && host(i).stick.on_air() &&
            leader->journal().holder == host(i).self.name)
            return true;
    return false;
}

bool House::powered() const {
    const auto has = [this](unsigned i) { return outlets[i].on || !plan.outside[i].restore; };
    return has(0) && has(1);
}

void House::look() {
    for (unsigned i = 0; i < 2; ++i)
        if (host(i).disk.crashed() && !off_[i]) power_cut(i, kFirstBoot);
    for (unsigned which = 0; which < 2; ++which) {
        auto& office = *offices[which];
        if (!office.disk.crashed() || !office.controller) continue;
        say("a controller's host loses its power");
        office.controller->bus.sever();
        stop_controller(which);
        world.time.after(kBootTime, [this, which] { start_controller(which); });
    }
    witness->look();
    for (auto& g : guards) g->look();
    count_steps();
}

void House::count_steps() {
    bool changed = false;
    const auto note = [&](std::size_t i, std::string_view now) {
        if (progress_[i] == now) return;
        progress_[i] = now;
        changed = true;
    };
    for (unsigned i = 0; i < 2; ++i) {
        const auto& h = *hosts[i];
        if (!h.agent) continue;
        const auto& node = h.agent->node;
        // Nearly always it is what it was, and no text need be looked at.
        const auto state = node.step.empty() ? std::optional(node.state) : std::nullopt;
        if (!state || state != states_[i])
            note(i, state ? to_string(*state) : std::string_view(node.step));
        states_[i] = state;
    }
    if (const auto* leader = acting()) {
        const auto& move = leader->journal().move;
        const auto phase = move ? std::optional(move->phase) : std::nullopt;
        if (phase != phase_) note(2, phase ? to_string(*phase) : "");
        phase_ = phase;
    }
    if (!changed) return;
    ++steps;
    if (story)
        say(fmt::format("one: {}, two: {}, move: {}", progress_[0], progress_[1],
                        progress_[2].empty() ? "none" : progress_[2]));
    if (at_step) at_step();
}

}  // namespace zha::sim
