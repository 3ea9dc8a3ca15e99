// Commissioning: how devices find an open network, join it, leave it and come back.
#include <nlohmann/json.hpp>

#include "simulator/air/medium.hpp"

namespace zha::sim {
namespace {

using nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr Micros kScan = 120ms;        ///< beacon requests over the channels
constexpr Micros kKeyExchange = 60ms;  ///< association, transport key
constexpr Micros kAnnounce = 40ms;
constexpr Micros kAwakeAfterJoin = 60s;

}  // namespace

void Medium::add_device(PairableDevice& device) {
    stations_[device.ieee()].device = &device;
}

void Medium::remove_device(Ieee ieee) {
    stations_.erase(ieee);
}

void Medium::pair(Ieee ieee) {
    auto found = stations_.find(ieee);
    if (found == stations_.end()) return;
    forget_network(found->second);
    found->second.state.pairing = true;
    later(kScan, [this, ieee] { try_to_join(ieee); });
}

void Medium::permit_joining(CoordinatorRadio& radio, std::uint8_t seconds) {
    if (seconds == 0 || on_air(radio) == nullptr) return;
    // One after the other: several at once would only test the association table of the firmware.
    Micros delay = kScan;
    for (const auto& [ieee, station] : stations_) {
        if (!station.state.pairing) continue;
        later(delay, [this, device = ieee] { try_to_join(device); });
        delay += kScan;
    }
}

void Medium::try_to_join(Ieee ieee) {
    auto found = stations_.find(ieee);
    if (found == stations_.end() || !found->second.state.pairing) return;
    for (auto& [id, coordinator] : coordinators_) {
        if (!coordinator.radio->permits_joining()) continue;
        found->second.state.pairing = false;
        later(kKeyExchange, [this, ieee, opened = id] {
            auto again = stations_.find(ieee);
            OnAir* parent = on_air(opened);
            if (again == stations_.end() || again->second.state.membership) return;
            if (parent == nullptr || !parent->radio->permits_joining()) {
                again->second.state.pairing = true;
                return;
            }
            associate(again->second, *parent);
        });
        return;
    }
}

void Medium::associate(Station& station, OnAir& coordinator) {
    PairableDevice& device = *station.device;
    // A device that forgot its network proposes no address: the parent chooses one.
    coordinator.heard.forget(device.ieee());
    const std::uint16_t nwk =
        coordinator.radio->device_joined(device.ieee(), 0xFFFE, device.capability());
    station.heard.clear();
    station.state.heard_counter.reset();
    station.state.membership =
        Membership{coordinator.radio->network(), nwk, coordinator.radio->ieee()};
    station.awake_until = schedule_.now() + kAwakeAfterJoin;
    const bool again = station.state.joins++ > 0;
    ++(again ? totals_.devices_rejoined : totals_.devices_joined);
    ordered_json fields = describe(coordinator);
    fields["ieee"] = hex_ieee(device.ieee());
    fields["device"] = device.name();
    fields["nwk"] = hex_short(nwk);
    witness_.record(schedule_.now(), again ? "rejoin" : "join", fields);
    device.joined(nwk);
    later(kAnnounce, [this, ieee = device.ieee()] { announce(ieee); });
}

void Medium::announce(Ieee ieee) {
    auto found = stations_.find(ieee);
    if (found == stations_.end() || !found->second.state.membership) return;
    Station& station = found->second;
    const std::uint16_t nwk = station.state.membership->nwk;
    witness_.record(schedule_.now(), "announce",
                    {{"ieee", hex_ieee(ieee)},
                     {"device", station.device->name()},
                     {"nwk", hex_short(nwk)},
                     {"epid", hex_ieee(station.state.membership->network.extended_pan_id)}});
    device_transmits(station, [ieee, nwk, capability = station.device->capability()](
                                  CoordinatorRadio& radio, std::uint32_t) {
        radio.device_announced(ieee, nwk, capability);
    });
}

void Medium::leave(Ieee ieee) {
    auto found = stations_.find(ieee);
    if (found == stations_.end()) return;
    Station& station = found->second;
    station.state.pairing = false;
    if (!station.state.membership) return;
    const std::uint16_t nwk = station.state.membership->nwk;
    device_transmits(station, [ieee, nwk](CoordinatorRadio& radio, std::uint32_t) {
        radio.device_left(ieee, nwk);
    });
    forget_network(station);
}

void Medium::forget_network(Station& station) {
    if (!station.state.membership) return;
    const Membership& member = *station.state.membership;
    witness_.record(schedule_.now(), "leave",
                    {{"ieee", hex_ieee(station.device->ieee())},
                     {"device", station.device->name()},
                     {"nwk", hex_short(member.nwk)},
                     {"epid", hex_ieee(member.network.extended_pan_id)}});
    station.state.membership.reset();
    station.heard.clear();
    station.state.heard_counter.reset();
    station.device->left();
}

StationState Medium::station(Ieee ieee) const {
    auto found = stations_.find(ieee);
    return found == stations_.end() ? StationState{} : found->second.state;
}

void Medium::restore(Ieee ieee, const StationState& state) {
    auto found = stations_.find(ieee);
    if (found == stations_.end()) return;
    Station& station = found->second;
    station.state = state;
    station.heard.clear();
    if (!state.membership) return;
    if (state.heard_counter) {
        station.heard.restore(state.membership->coordinator, state.membership->network.key_seq,
                              *state.heard_counter);
    }
    station.device->joined(state.membership->nwk);
}

}  // namespace zha::sim
