#include "simulator/device/clusters/on_off.hpp"

namespace zha::sim {
namespace {

enum : std::uint8_t {
    kOff = 0x00,
    kOn = 0x01,
    kToggle = 0x02,
    kOffWithEffect = 0x40,
    kOnWithRecall = 0x41,
    kOnWithTimedOff = 0x42,
};

Cluster::Attributes make_attributes(bool lighting) {
    Cluster::Attributes result{{OnOffCluster::kOnOff, {zcl::number(zcl::kBool, 0), false, true}}};
    if (lighting) {
        result[0x4000] = {zcl::number(zcl::kBool, 1), false, false};     // GlobalSceneControl
        result[0x4001] = {zcl::number(zcl::kUint16, 0), true, false};    // OnTime
        result[0x4002] = {zcl::number(zcl::kUint16, 0), true, false};    // OffWaitTime
        result[0x4003] = {zcl::number(zcl::kEnum8, 0xFF), true, false};  // StartUpOnOff: previous
    }
    return result;
}

}  // namespace

OnOffCluster::OnOffCluster(Schedule& schedule, bool lighting)
    : Cluster(kId, make_attributes(lighting)), schedule_(schedule) {}

void OnOffCluster::turn(bool on, Cause cause) {
    ++timer_;
    set(kOnOff, on ? 1 : 0, cause);
}

CommandResult OnOffCluster::timed_off(zcl::Reader payload) {
    const bool only_when_on = (payload.u8() & 1) != 0;
    const std::uint16_t on_time = payload.u16();  // tenths of a second
    payload.u16();
    if (!payload.ok()) return {zcl::Status::malformed, std::nullopt};
    if (only_when_on && !on()) return {};
    turn(true, Cause::remote);
    if (on_time == 0 || on_time == 0xFFFF) return {};
    schedule_.after(Millis{on_time * 100},
                    [this, mine = timer_, alive = std::weak_ptr<int>(alive_)] {
                        if (!alive.expired() && timer_ == mine) turn(false, Cause::remote);
                    });
    return {};
}

CommandResult OnOffCluster::command(std::uint8_t id, zcl::Reader payload, bool unicast) {
    switch (id) {
        case kOff:
        case kOffWithEffect:
            turn(false, Cause::remote);
            return {};
        case kOn:
        case kOnWithRecall:
            turn(true, Cause::remote);
            return {};
        case kToggle:
            turn(!on(), Cause::remote);
            return {};
        case kOnWithTimedOff:
            return timed_off(payload);
        default:
            return Cluster::command(id, payload, unicast);
    }
}

}  // namespace zha::sim
