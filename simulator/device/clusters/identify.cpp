#include "simulator/device/clusters/identify.hpp"

namespace zha::sim {

CommandResult IdentifyCluster::command(std::uint8_t id, zcl::Reader payload, bool) {
    constexpr std::uint8_t kIdentify = 0x00, kQuery = 0x01, kTriggerEffect = 0x40;
    constexpr std::uint8_t kQueryResponse = 0x00;
    if (id == kIdentify) {
        const std::uint16_t seconds = payload.u16();
        if (!payload.ok()) return {zcl::Status::malformed, std::nullopt};
        set(kIdentifyTime, seconds, Cause::remote);
        if (!ticking_) tick();
        return {};
    }
    if (id == kQuery) {
        // A device that does not identify itself keeps silent (ZCL 3.5.2.3.2).
        if (number(kIdentifyTime) == 0) return {};
        Bytes left;
        zcl::put16(left, static_cast<std::uint16_t>(number(kIdentifyTime)));
        return {zcl::Status::success, std::pair{kQueryResponse, left}};
    }
    if (id == kTriggerEffect) {
        payload.u16();
        return {payload.ok() ? zcl::Status::success : zcl::Status::malformed, std::nullopt};
    }
    return Cluster::command(id, payload, true);
}

void IdentifyCluster::tick() {
    ticking_ = number(kIdentifyTime) > 0;
    if (!ticking_) return;
    schedule_.after(std::chrono::seconds(1), [this, alive = std::weak_ptr<int>(alive_)] {
        if (alive.expired()) return;
        const std::int64_t left = number(kIdentifyTime);
        if (left > 0) set(kIdentifyTime, left - 1, Cause::remote);
        tick();
    });
}

}  // namespace zha::sim
