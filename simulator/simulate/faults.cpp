#include "simulator/simulate/faults.hpp"

#include <algorithm>

#include "node-agent/sync/z2m_files.hpp"
#include "simulator/simulate/people.hpp"

namespace zha::sim {

namespace {

constexpr Millis kNever{3600000};

void later(House& house, const Fault& fault, std::function<void()> mend) {
    const auto after = fault.length > Millis{0} ? fault.length : kNever;
    house.time().after(after, std::move(mend));
}

/// Sets a flag for a while.
bool flag(House& house, const Fault& fault, bool& what) {
    what = true;
    later(house, fault, [&what] { what = false; });
    return true;
}

bool cut(House& house, const Fault& fault, VirtualBus::Cut what) {
    auto& h = house.host(fault.node);
    h.cut_off(what);
    later(house, fault, [&h] { h.reconnect(); });
    return true;
}

bool cut_controller(House& house, const Fault& fault, VirtualBus::Cut what) {
    auto& office = *house.offices[fault.node];
    if (!office.controller) return false;
    office.controller->bus.cut(what);
    later(house, fault, [&office] {
        if (office.controller) office.controller->bus.restore();
    });
    return true;
}

struct Place {
    const char* file;
    std::string_view text;
    char bit;
};

/// In the network key or in a device of a kept snapshot: the worst places.
bool flip_bit(Host& host, unsigned detail) {
    const auto place = detail % 2 == 0 ? Place{"nvram.json", "1111111111", '2'}
                                       : Place{"data/database.db", "Router", kDamaged.front()};
    auto& store = host.world.store;
    for (const auto* folder : {"staged", "snapshots"}) {
        const auto root = host.self.state / folder;
        const auto names = store.list(root);
        if (!names || names->empty()) continue;
        const auto file = root / names->back() / place.file;
        auto text = store.content(file);
        const auto key = text.find(place.text);
        if (key == std::string::npos) continue;
        text[key] = place.bit;
        (void)store.write(file, text);
        return true;
    }
    return false;
}

bool pair(House& house) {
    for (unsigned i = 0; i < 2; ++i) {
        auto& h = house.host(i);
        if (!h.is(NodeState::active) || !h.service.running() || !h.stick.on_air()) continue;
        const auto devices = house.witness->devices() + 1;
        h.put("database.db", sample::database(devices));
        house.witness->paired(devices);
        return true;
    }
    return false;
}

bool edit_config(Host& host) {
    // Between the last look and the start: nothing on the same host can prevent that.
    if (host.agent && host.node().step == "starting zigbee2mqtt") return false;
    auto text = sample::configuration(host.self.port);
    const auto key = text.find("[17, 17");
    if (key == std::string::npos) return false;
    // The whole key, as that of another network; not of that which a swapped dongle brings: if the
    // two agreed, the host would have been given to another house.
    for (auto at = key; at < text.find(']', key); ++at)
        if (text.compare(at, 2, "17") == 0) text.replace(at, 2, "51");
    host.put("configuration.yaml", text);
    return true;
}

/// Somebody unpacks an old backup: configuration and coordinator_backup.json of another network.
bool restore_files(Host& host) {
    const auto file = host.self.data / "coordinator_backup.json";
    auto text = host.world.store.content(file);
    const std::string key(32, '1');
    const auto at = text.find(key);
    if (at == std::string::npos || !edit_config(host)) return false;
    host.put("coordinator_backup.json", text.replace(at, key.size(), std::string(32, '3')));
    return true;
}

constexpr Millis kHands{2000};  ///< nobody exchanges two dongles in less

/// The other one is blank, or was used in another network.
bool swap_dongle(House& house, const Fault& f) {
    auto& h = house.host(f.node);
    if (!h.stick.plugged) return false;
    h.stick.unplug();
    house.time().after(std::max(f.length, kHands), [&house, &h, f] {
        if (h.stick.plugged) return;
        h.stick.image = f.detail % 2 == 0 ? znp::Image{} : another_network();
        h.stick.torn = false;
        house.witness->swapped(f.node);
        h.stick.plug();
    });
    return true;
}

/// What people or the surroundings do to a host's dongle and files.
bool strike_dongle(House& house, const Fault& f) {
    auto& h = house.host(f.node);
    using K = FaultKind;
    switch (f.kind) {
        case K::swap:
            return swap_dongle(house, f);
        case K::power_in_write:
            h.stick.break_late = f.detail % 2 == 0;
            h.stick.in_write = [&house, f] {
                house.time().after(Micros{1}, [&house, f] { house.power_cut(f.node, f.length); });
            };
            return true;
        case K::files_restored:
            return restore_files(h);
        case K::service_patient:
            return flag(house, f, h.z2m.patient);
        case K::busy:
            if (!house.someone_on_air()) return false;
            house.witness->busy(1000 * f.detail);
            return true;
        default:
            return false;
    }
}

bool strike_host(House& house, const Fault& f) {
    auto& h = house.host(f.node);
    using K = FaultKind;
    switch (f.kind) {
        case K::unplug:
            if (!h.stick.plugged) return false;
            h.stick.unplug();
            later(house, f, [&h] { h.stick.plug(); });
            return true;
        case K::hang:
            return flag(house, f, h.stick.hung);
        case K::torn_write:
            h.stick.break_late = f.detail % 2 == 0;
            return flag(house, f, h.stick.break_writes);
        case K::defiant:
            return flag(house, f, h.stick.defiant);
        case K::service_dies:
            if (!h.service.running()) return false;
            h.service.die();
            return true;
        case K::service_broken:
            return flag(house, f, h.service.broken);
        case K::service_mute:
            return flag(house, f, h.z2m.mute);
        case K::service_immortal:
            return flag(house, f, h.service.immortal);
        case K::agent_killed:
            if (!h.agent || h.frozen || !house.plan.guard) return false;
            house.kill_worker(f.node);
            return true;
        case K::agent_hangs:
            if (!h.agent || h.frozen || !house.plan.guard) return false;
            house.guards[f.node]->hang_worker(f.length);
            return true;
        case K::power_cut:
            house.power_cut(f.node, f.length);
            return true;
        case K::crash_at_write:
            h.disk.crash_after(f.detail, f.detail % 2 == 0);
            return true;
        case K::freeze:
            house.freeze(f.node, f.length);
            return true;
        case K::disk_full:
            h.disk.full(true);
            later(house, f, [&h] { h.disk.full(false); });
            return true;
        case K::bit_flip:
            return flip_bit(h, f.detail);
        case K::config_edited:
            return edit_config(h);
        case K::twin:
            // Not with a journal that was lost or is old: who was granted what stands there.
            if (house.forgot || !house.start_twin(f.node)) return false;
            later(house, f, [&house] { house.stop_twin(); });
            return true;
        case K::backup_gone:
            return bool(h.world.store.remove_all(h.self.data / "coordinator_backup.json"));
        default:
            return false;
    }
}

bool strike_controller(House& house, const Fault& f) {
    using K = FaultKind;
    auto& office = *house.offices[f.node];
    const auto restart = [&house, which = f.node] { house.start_controller(which); };
    switch (f.kind) {
        case K::controller_killed:
        case K::controller_forgets:
            if (!office.controller) return false;
            if (f.kind == K::controller_forgets && house.twin) return false;
            house.stop_controller(f.node);
            house.forgot = house.forgot || f.kind == K::controller_forgets;
            if (f.kind == K::controller_forgets)
                (void)house.world.store.remove_all(state_of(house.world.config, f.node == 1) /
                                                   "journal.json");
            later(house, f, restart);
            return true;
        case K::controller_crash:
            office.disk.crash_after(f.detail, f.detail % 2 == 0);
            return true;
        case K::controller_freeze:
            if (!office.controller || office.frozen) return false;
            office.controller->freeze();
            office.frozen = true;
            later(house, f, [&office] {
                if (office.controller && office.frozen) office.controller->thaw();
                office.frozen = false;
            });
            return true;
        case K::controller_disk_full:
            office.disk.full(true);
            later(house, f, [&office] { office.disk.full(false); });
            return true;
        case K::second_controller:
            if (house.twin) return false;
            house.forgot = true;
            house.start_second();
            later(house, f, [&house] { house.stop_second(); });
            return true;
        default:
            return false;
    }
}

bool strike_network(House& house, const Fault& f) {
    using K = FaultKind;
    using Cut = VirtualBus::Cut;
    auto& broker = house.world.broker;
    switch (f.kind) {
        case K::cut_both:
            return cut(house, f, Cut::both);
        case K::cut_in:
            return cut(house, f, Cut::inward);
        case K::cut_out:
            return cut(house, f, Cut::outward);
        case K::controller_cut_both:
            return cut_controller(house, f, Cut::both);
        case K::controller_cut_in:
            return cut_controller(house, f, Cut::inward);
        case K::controller_cut_out:
            return cut_controller(house, f, Cut::outward);
        case K::broker_stops:
        case K::broker_forgets: {
            if (!broker.up()) return false;
            broker.stop(f.detail % 2 == 0);
            const bool kept = f.kind == K::broker_stops;
            later(house, f, [&broker, kept] {
                if (!broker.up()) broker.start(kept);
            });
            return true;
        }
        case K::slow_network:
            broker.trouble.delay_most = Millis{200 * f.detail};
            later(house, f, [&broker] { broker.trouble.delay_most = Millis{5}; });
            return true;
        case K::lossy_network:
            broker.trouble.drop = 0.02 * f.detail;
            broker.trouble.duplicate = 0.02 * f.detail;
            later(house, f, [&broker] { broker.trouble.drop = broker.trouble.duplicate = 0; });
            return true;
        default:
            return false;
    }
}

bool order(House& house, const Fault& f) {
    using K = FaultKind;
    const auto& name = house.host(f.node).self.name;
    const auto& other = house.host(1 - f.node).self.name;
    switch (f.kind) {
        case K::pairing:
            return pair(house);
        case K::switchover:
            house.command("switchover", name);
            return true;
        case K::failover:
            house.command("failover", name);
            return true;
        case K::form:
            house.command("form", name);
            return true;
        case K::clear_fault:
            house.command("clear-fault", name);
            return true;
        case K::switchover_both:
            house.command("switchover", name);
            house.command("switchover", other);
            return true;
        default:
            return false;
    }
}

/// The devices outside of the hosts, and who switches them by hand.
bool strike_outside(House& house, const Fault& f) {
    using K = FaultKind;
    using Trouble = VirtualOutlet::Trouble;
    if (!of_outlet(f.kind)) return false;
    auto& path = house.paths[f.node];
    if (f.kind == K::probe_lies || f.kind == K::probe_silent)
        return house.plan.outside[f.node].probe &&
               flag(house, f, f.kind == K::probe_lies ? path.lies : path.silent);
    if (f.kind == K::outlet_on) return house.turn(f.node, true);
    if (f.kind == K::outlet_off) {
        if (!house.turn(f.node, false)) return false;
        house.time().after(std::max(f.length, kHands), [&house, f] { house.turn(f.node, true); });
        return true;
    }
    if (!house.plan.outside[f.node].outlet) return false;
    auto& outlet = house.outlets[f.node];
    const std::map<K, Trouble> troubles{{K::outlet_refuses, Trouble::refuses},
                                        {K::outlet_dead, Trouble::dead},
                                        {K::outlet_slow, Trouble::slow},
                                        {K::outlet_breaks, Trouble::breaks}};
    outlet.trouble = troubles.at(f.kind);
    outlet.late = Millis{1000} * f.detail;
    later(house, f, [&outlet] { outlet.trouble = Trouble::none; });
    return true;
}

bool hard_to_silence(FaultKind kind) {
    return kind == FaultKind::hang || kind == FaultKind::defiant ||
           kind == FaultKind::service_immortal;
}

/// May it keep a node from being heard?
bool hides(FaultKind kind) {
    using K = FaultKind;
    return kind == K::cut_both || kind == K::cut_in || kind == K::cut_out || kind == K::freeze ||
           kind == K::slow_network || kind == K::lossy_network || kind == K::broker_stops ||
           kind == K::broker_forgets;
}

bool of_controller(FaultKind kind) {
    return kind >= FaultKind::controller_killed && kind <= FaultKind::second_controller;
}

/// Does every controller know who has the role?
bool well_known(const House& house) {
    const auto* leader = house.acting();
    if (leader == nullptr || house.second) return false;
    for (unsigned which = 0; which < (house.plan.spare ? 2U : 1U); ++which) {
        const auto& office = *house.offices[which];
        if (!office.controller || office.frozen || !office.controller->bus.connected())
            return false;
    }
    return std::all_of(house.hosts.begin(), house.hosts.end(), [&](const auto& host) {
        return !host->stick.on_air() || leader->journal().holder == host->self.name;
    });
}

/// What no lease survives, and an external fence device is for (docs/reliability.md): a host that
/// cannot be heard, whose dongle cannot be silenced either.
bool beyond_leases(const House& house, FaultKind kind) {
    bool hidden = !house.world.broker.up() || house.world.broker.trouble.drop > 0 ||
                  house.world.broker.trouble.delay_most > Millis{5};
    bool hard = false;
    for (const auto& host : house.hosts) {
        hidden = hidden || host->cut || host->frozen;
        hard = hard || (host->frozen && house.fence_required() && !house.plan.watchdog) ||
               host->stick.hung || host->stick.defiant || host->service.immortal;
    }
    const bool copy = house.twin_on() || kind == FaultKind::twin;
    // Who speaks in the name of a hidden host may be taken for it, started again (decision 0015).
    if (kind == FaultKind::twin && hidden && hard) return true;
    const bool meet = (hard_to_silence(kind) && hidden) || (hides(kind) && hard);
    const bool vouches = kind == FaultKind::failover;
    // Only the word of its outlet ends the role of such a host then, unless an operator says more,
    // or nobody is left who knows that it has the role.
    if (house.fence_required() && copy && meet) return true;
    if (house.fence_required())
        return (meet && (house.vouched() || !well_known(house))) ||
               ((vouches || of_controller(kind)) && hidden && hard);
    return meet;
}

/// Who speaks in the name of a host that is frozen for long, with its radio on, is taken for that
/// host, started again (decision 0015).
bool taken_for_it(const House& house, FaultKind kind) {
    if (house.plan.watchdog || !house.fence_required()) return false;
    const bool frozen = std::any_of(house.hosts.begin(), house.hosts.end(),
                                    [](const auto& host) { return host->frozen; });
    return (kind == FaultKind::twin && frozen) || (kind == FaultKind::freeze && house.twin_on());
}

}  // namespace

bool strike(House& house, const Fault& fault) {
    if (beyond_leases(house, fault.kind) || taken_for_it(house, fault.kind)) return false;
    if (fault.kind <= FaultKind::disk_full || fault.kind == FaultKind::outlet_off ||
        fault.kind == FaultKind::bit_flip || fault.kind == FaultKind::swap ||
        fault.kind == FaultKind::power_in_write || fault.kind == FaultKind::files_restored)
        house.witness->excuse_devices();
    return strike_host(house, fault) || strike_dongle(house, fault) ||
           strike_outside(house, fault) || strike_controller(house, fault) ||
           strike_network(house, fault) || order(house, fault) || strike_people(house, fault);
}

}  // namespace zha::sim
