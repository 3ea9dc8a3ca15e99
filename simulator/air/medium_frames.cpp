// Frames between coordinators and devices: addressing, decryption, replay protection, delays.
#include <nlohmann/json.hpp>

#include "simulator/air/medium.hpp"

namespace zha::sim {
namespace {

using nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr Micros kHop = 3ms;          ///< one frame with its acknowledgement at 250 kbit/s
constexpr Micros kNoAck = 40ms;       ///< 4 MAC attempts with back-off
constexpr Micros kZdoTimeout = 5s;    ///< after it a ZDO request counts as unanswered
constexpr Micros kAsleepPoll = 5s;    ///< long poll of a sleepy device
constexpr Micros kIndirect = 7680ms;  ///< macTransactionPersistenceTime: parents buffer so long
constexpr Micros kAwake = 3s;         ///< fast polling after a device spoke
constexpr std::uint8_t kRxOnWhenIdle = 0x08;

constexpr std::uint16_t kBroadcasts = 0xFFF8;
constexpr std::uint16_t kAllDevices = 0xFFFF;
constexpr std::uint16_t kNwkAddrReq = 0x0000;
constexpr std::uint16_t kIeeeAddrReq = 0x0001;
constexpr std::uint16_t kMatchDescReq = 0x0006;
constexpr std::uint16_t kMgmtNwkUpdateReq = 0x0038;
constexpr std::uint8_t kChangeChannel = 0xFE;

bool sleepy(const PairableDevice& device) {
    return (device.capability() & kRxOnWhenIdle) == 0;
}

}  // namespace

Medium::Station* Medium::addressed(const NetworkParams& network, std::uint16_t nwk) {
    for (auto& [ieee, station] : stations_) {
        const auto& member = station.state.membership;
        if (member && member->nwk == nwk && member->network.pan_id == network.pan_id &&
            member->network.channel == network.channel) {
            return &station;
        }
    }
    return nullptr;
}

bool Medium::decrypts(const Station& station, const NetworkParams& network) const {
    const auto& member = station.state.membership;
    return member && member->network.extended_pan_id == network.extended_pan_id &&
           member->network.key == network.key && member->network.key_seq == network.key_seq;
}

std::optional<Micros> Medium::listens_in(const Station& station) const {
    if (!sleepy(*station.device) || schedule_.now() < station.awake_until) return Micros{0};
    const Micros wait = kAsleepPoll - schedule_.now() % kAsleepPoll;
    if (wait > kIndirect) return std::nullopt;
    return wait;
}

bool Medium::accepts(Station& station, const OnAir& coordinator, std::uint32_t counter) {
    const NetworkParams& network = coordinator.radio->network();
    const Ieee sender = coordinator.radio->ieee();
    ordered_json fields{{"dongle", coordinator.radio->dongle_name()},
                        {"ieee", hex_ieee(sender)},
                        {"receiver", hex_ieee(station.device->ieee())},
                        {"counter", counter}};
    if (!decrypts(station, network)) {
        ++totals_.drops_undecryptable;
        ++station.state.drops;
        witness_.record(schedule_.now(), "drop_undecryptable", fields);
        return false;
    }
    if (!station.heard.accept(sender, network.key_seq, counter)) {
        ++totals_.drops_replay;
        ++station.state.drops;
        fields["last_heard"] = *station.heard.last(sender, network.key_seq);
        witness_.record(schedule_.now(), "drop_replay", fields);
        return false;
    }
    if (sender == station.state.membership->coordinator) station.state.heard_counter = counter;
    return true;
}

void Medium::send(CoordinatorRadio& from, ApsFrame frame, std::function<void(SendResult)> done) {
    OnAir* coordinator = on_air(from);
    if (coordinator == nullptr) {
        later(kHop, [done = std::move(done)] {
            if (done) done(SendResult::no_ack);
        });
        return;
    }
    frame.source_ieee = from.ieee();
    frame.source = 0;
    frame.counter = transmit(*coordinator, frame.counter);
    later(kHop, [this, id = coordinator->id, frame = std::move(frame), done = std::move(done)] {
        if (on_air(id) == nullptr) return;
        if (frame.destination >= kBroadcasts || frame.group != 0) {
            deliver_broadcast(id, frame);
            if (done) done(SendResult::delivered);
        } else {
            deliver_unicast(id, frame, done);
        }
    });
}

void Medium::deliver_unicast(OnAirId id, const ApsFrame& frame,
                             const std::function<void(SendResult)>& done) {
    auto fail_after = [&](Micros delay) {
        later(delay, [this, id, done] {
            if (on_air(id) != nullptr && done) done(SendResult::no_ack);
        });
    };
    Station* station = addressed(on_air(id)->radio->network(), frame.destination);
    if (station == nullptr) return fail_after(kNoAck);
    const std::optional<Micros> wait = listens_in(*station);
    if (!wait) return fail_after(kIndirect);
    later(*wait, [this, id, frame, done] {
        OnAir* coordinator = on_air(id);
        if (coordinator == nullptr) return;
        Station* receiver = addressed(coordinator->radio->network(), frame.destination);
        if (receiver == nullptr) {
            if (done) done(SendResult::no_ack);
            return;
        }
        const bool accepted = accepts(*receiver, *coordinator, frame.counter);
        PairableDevice& device = *receiver->device;
        if (done) done(SendResult::delivered);
        if (accepted) device.receive(frame);
    });
}

void Medium::deliver_broadcast(OnAirId id, const ApsFrame& frame) {
    // Receivers may act on the air themselves, so the list is taken first.
    std::vector<Ieee> receivers;
    receivers.reserve(stations_.size());
    for (const auto& [ieee, station] : stations_) receivers.push_back(ieee);
    for (Ieee ieee : receivers) {
        OnAir* coordinator = on_air(id);
        auto found = stations_.find(ieee);
        if (coordinator == nullptr || found == stations_.end()) continue;
        Station& station = found->second;
        const NetworkParams& network = coordinator->radio->network();
        const auto& member = station.state.membership;
        const bool on_channel = member && member->network.pan_id == network.pan_id &&
                                member->network.channel == network.channel;
        const bool deaf = sleepy(*station.device) && frame.destination != kAllDevices;
        if (!on_channel || deaf || !accepts(station, *coordinator, frame.counter)) continue;
        station.device->receive(frame);
    }
}

void Medium::zdo(CoordinatorRadio& from, std::uint16_t destination, std::uint16_t cluster,
                 Bytes request, std::function<void(ZdoAnswer)> done) {
    OnAir* coordinator = on_air(from);
    if (coordinator == nullptr) {
        later(kHop, [done = std::move(done)] { done({}); });
        return;
    }
    ApsFrame frame;
    frame.source_ieee = from.ieee();
    frame.destination = destination;
    frame.cluster = cluster;
    frame.counter = transmit(*coordinator, 0);
    frame.payload = std::move(request);
    later(kHop, [this, id = coordinator->id, frame = std::move(frame), done = std::move(done)] {
        if (on_air(id) == nullptr) return;
        if (frame.destination >= kBroadcasts) {
            zdo_broadcast(id, frame, done);
        } else {
            zdo_unicast(id, frame, done);
        }
    });
}

void Medium::zdo_unicast(OnAirId id, const ApsFrame& request, const ZdoDone& done) {
    auto unanswered = [this, id, done] {
        if (on_air(id) != nullptr) done({});
    };
    Station* station = addressed(on_air(id)->radio->network(), request.destination);
    const std::optional<Micros> wait = station ? listens_in(*station) : std::nullopt;
    if (!wait) return later(kZdoTimeout, unanswered);
    later(*wait, [this, id, request, done, unanswered] {
        OnAir* coordinator = on_air(id);
        if (coordinator == nullptr) return;
        Station* receiver = addressed(coordinator->radio->network(), request.destination);
        if (receiver == nullptr || !accepts(*receiver, *coordinator, request.counter)) {
            return later(kZdoTimeout, unanswered);
        }
        if (request.cluster == kMgmtNwkUpdateReq) {
            follow_network_update(*receiver, request.payload);
        }
        ZdoAnswer answer = receiver->device->zdo(request.cluster, request.payload);
        if (!answer.answered) return later(kZdoTimeout, unanswered);
        const CoordinatorRadio* asker = coordinator->radio;
        device_transmits(*receiver, [done, answer, asker](CoordinatorRadio& radio, std::uint32_t) {
            if (&radio == asker) done(answer);
        });
    });
}

void Medium::zdo_broadcast(OnAirId id, const ApsFrame& request, const ZdoDone& done) {
    const bool answers = request.cluster == kNwkAddrReq || request.cluster == kIeeeAddrReq ||
                         request.cluster == kMatchDescReq;
    auto first = std::make_shared<bool>(true);
    const CoordinatorRadio* asker = on_air(id)->radio;
    for (auto& [ieee, station] : stations_) {
        OnAir& coordinator = *on_air(id);
        const NetworkParams& network = coordinator.radio->network();
        const auto& member = station.state.membership;
        if (!member || member->network.pan_id != network.pan_id ||
            member->network.channel != network.channel ||
            !accepts(station, coordinator, request.counter)) {
            continue;
        }
        if (request.cluster == kMgmtNwkUpdateReq) follow_network_update(station, request.payload);
        ZdoAnswer answer = station.device->zdo(request.cluster, request.payload);
        if (!answers || !answer.answered) continue;
        device_transmits(station, [=](CoordinatorRadio& radio, std::uint32_t) {
            if (&radio != asker || !*first) return;
            *first = false;
            done(answer);
        });
    }
    later(kZdoTimeout, [this, id, first, done] {
        if (on_air(id) != nullptr && *first) done({});
    });
}

/// Mgmt_NWK_Update_req: channel mask u32, duration u8 (0xFE = change channel), update id u8.
void Medium::follow_network_update(Station& station, const Bytes& request) {
    if (request.size() < 5 || request[4] != kChangeChannel) return;
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < 4; ++i) mask |= std::uint32_t{request[i]} << (8 * i);
    for (std::uint8_t channel = 11; channel <= 26; ++channel) {
        if ((mask >> channel & 1U) == 0) continue;
        station.state.membership->network.channel = channel;
        return;
    }
}

void Medium::device_send(DeviceRadio& from, ApsFrame frame) {
    auto found = stations_.find(from.ieee());
    if (found == stations_.end() || !found->second.state.membership) return;
    Station& station = found->second;
    frame.source_ieee = from.ieee();
    frame.source = station.state.membership->nwk;
    const std::uint8_t lqi = station.device->lqi();
    device_transmits(station, [frame = std::move(frame), lqi](CoordinatorRadio& radio,
                                                              std::uint32_t counter) mutable {
        frame.counter = counter;
        radio.receive(frame, lqi);
    });
}

void Medium::device_transmits(
    Station& station, std::function<void(CoordinatorRadio&, std::uint32_t counter)> action) {
    if (!station.state.membership) return;
    const std::uint32_t counter = ++station.state.own_counter;
    station.awake_until = std::max(station.awake_until, schedule_.now() + kAwake);
    const NetworkParams network = station.state.membership->network;
    const Ieee sender = station.device->ieee();
    later(kHop, [this, counter, network, sender, action = std::move(action)] {
        std::vector<OnAirId> hearing;
        hearing.reserve(coordinators_.size());
        for (const auto& [id, coordinator] : coordinators_) hearing.push_back(id);
        for (OnAirId id : hearing) {
            OnAir* coordinator = on_air(id);
            if (coordinator == nullptr) continue;
            const NetworkParams& theirs = coordinator->radio->network();
            if (theirs.channel != network.channel || theirs.pan_id != network.pan_id ||
                theirs.extended_pan_id != network.extended_pan_id || theirs.key != network.key ||
                theirs.key_seq != network.key_seq) {
                continue;
            }
            if (!coordinator->heard.accept(sender, network.key_seq, counter)) {
                ++totals_.drops_replay;
                witness_.record(schedule_.now(), "drop_replay",
                                {{"dongle", coordinator->radio->dongle_name()},
                                 {"ieee", hex_ieee(sender)},
                                 {"receiver", hex_ieee(coordinator->radio->ieee())},
                                 {"counter", counter}});
                continue;
            }
            action(*coordinator->radio, counter);
        }
    });
}

}  // namespace zha::sim
