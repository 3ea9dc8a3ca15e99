#include "simulator/air/medium.hpp"

#include <cassert>
#include <nlohmann/json.hpp>

namespace zha::sim {
namespace {

using nlohmann::ordered_json;
using namespace std::chrono_literals;

/// Whole milliseconds, rounded up: an overlap of 0.2 ms is not "0".
std::int64_t ceil_ms(Micros value) {
    return std::chrono::ceil<Millis>(value).count();
}

}  // namespace

Medium::Medium(Schedule& schedule, Witness& witness) : schedule_(schedule), witness_(witness) {}
Medium::~Medium() = default;

std::unique_ptr<Medium> make_air(Schedule& schedule, Witness& witness) {
    return std::make_unique<Medium>(schedule, witness);
}

void Medium::later(Micros delay, std::function<void()> action) {
    schedule_.after(delay, [alive = std::weak_ptr<int>(alive_), action = std::move(action)] {
        if (!alive.expired()) action();
    });
}

Medium::OnAir* Medium::on_air(const CoordinatorRadio& radio) {
    for (auto& [id, coordinator] : coordinators_) {
        if (coordinator.radio == &radio) return &coordinator;
    }
    return nullptr;
}

Medium::OnAir* Medium::on_air(OnAirId id) {
    auto found = coordinators_.find(id);
    return found == coordinators_.end() ? nullptr : &found->second;
}

ordered_json Medium::describe(const OnAir& coordinator) const {
    const NetworkParams& network = coordinator.started;
    return {{"dongle", coordinator.radio->dongle_name()},
            {"ieee", hex_ieee(coordinator.radio->ieee())},
            {"pan", hex_short(network.pan_id)},
            {"epid", hex_ieee(network.extended_pan_id)},
            {"channel", network.channel}};
}

void Medium::coordinator_up(CoordinatorRadio& radio, bool formed) {
    // A firmware that comes up twice without a down was reset in between.
    coordinator_down(radio, "restarted");
    OnAir coordinator;
    coordinator.id = next_id_++;
    coordinator.radio = &radio;
    coordinator.started = radio.network();
    coordinator.since = schedule_.now();
    const ordered_json fields = describe(coordinator);
    const std::uint64_t epid = coordinator.started.extended_pan_id;
    coordinators_[coordinator.id] = std::move(coordinator);
    if (formed) {
        ++totals_.networks_formed;
        witness_.record(schedule_.now(), "form", fields);
    }
    witness_.record(schedule_.now(), "up", fields);
    if (overlap_.up(epid, radio.dongle_name(), schedule_.now())) {
        witness_.record(schedule_.now(), "overlap_begin", fields);
    }
}

void Medium::coordinator_down(CoordinatorRadio& radio, const std::string& why) {
    OnAir* coordinator = on_air(radio);
    if (coordinator == nullptr) return;
    ordered_json fields = describe(*coordinator);
    fields["why"] = why;
    fields["ms"] = ceil_ms(schedule_.now() - coordinator->since);
    fields["frames"] = coordinator->frames;
    if (coordinator->first_counter) {
        fields["first_counter"] = *coordinator->first_counter;
        fields["counter"] = coordinator->last_counter;
    }
    const std::uint64_t epid = coordinator->started.extended_pan_id;
    witness_.record(schedule_.now(), "down", fields);
    coordinators_.erase(coordinator->id);
    if (auto lasted = overlap_.down(epid, radio.dongle_name(), schedule_.now())) {
        witness_.record(
            schedule_.now(), "overlap_end",
            {{"dongle", radio.dongle_name()}, {"epid", hex_ieee(epid)}, {"ms", ceil_ms(*lasted)}});
    }
}

std::uint32_t Medium::transmit(OnAir& coordinator, std::uint32_t given) {
    const std::uint32_t counter = given != 0 ? given : coordinator.radio->next_counter();
    const NetworkParams& network = coordinator.radio->network();
    const Ieee ieee = coordinator.radio->ieee();
    auto [highest, first_ever] =
        sent_.try_emplace({ieee, network.extended_pan_id, network.key_seq}, counter);
    const bool regressed = !first_ever && counter <= highest->second;
    if (!coordinator.first_counter || (regressed && !coordinator.regressed)) {
        ordered_json fields{{"dongle", coordinator.radio->dongle_name()},
                            {"ieee", hex_ieee(ieee)},
                            {"epid", hex_ieee(network.extended_pan_id)},
                            {"counter", counter}};
        if (!first_ever) fields["highest_before"] = highest->second;
        witness_.record(schedule_.now(), regressed ? "counter_regression" : "frame", fields);
    }
    coordinator.regressed = coordinator.regressed || regressed;
    if (!coordinator.first_counter) coordinator.first_counter = counter;
    if (!regressed) highest->second = counter;
    coordinator.last_counter = counter;
    ++coordinator.frames;
    return counter;
}

std::vector<Air::Beacon> Medium::scan(std::uint32_t channel_mask, const CoordinatorRadio* except) {
    std::vector<Beacon> beacons;
    for (const auto& [id, coordinator] : coordinators_) {
        const NetworkParams& network = coordinator.radio->network();
        if (coordinator.radio == except || (channel_mask >> network.channel & 1U) == 0) continue;
        beacons.push_back({0, network.pan_id, network.extended_pan_id, network.channel,
                           coordinator.radio->permits_joining()});
    }
    return beacons;
}

AirStatistics Medium::statistics() const {
    AirStatistics result = totals_;
    result.max_on_air_overlap_ms = ceil_ms(overlap_.longest(schedule_.now()));
    result.overlaps = overlap_.count();
    for (const auto& [id, coordinator] : coordinators_) {
        const NetworkParams& network = coordinator.radio->network();
        result.coordinators.push_back({coordinator.radio->dongle_name(), coordinator.radio->ieee(),
                                       ceil_ms(coordinator.since), network.pan_id,
                                       network.extended_pan_id, network.channel,
                                       coordinator.last_counter, coordinator.frames});
    }
    return result;
}

}  // namespace zha::sim
