#include "simulator/device/clusters/level.hpp"

#include <algorithm>

namespace zha::sim {
namespace {

constexpr int kMinimum = 1;
constexpr int kMaximum = 254;
constexpr std::uint16_t kOptions = 0x000F;
constexpr std::uint8_t kWithOnOff = 0x04;  ///< added to the command id
enum : std::uint8_t { kMoveToLevel = 0x00, kMove = 0x01, kStep = 0x02, kStop = 0x03 };

}  // namespace

LevelCluster::LevelCluster(OnOffCluster& on_off)
    : Cluster(kId, {{kCurrentLevel, {zcl::number(zcl::kUint8, kMaximum), false, true}},
                    {0x0001, {zcl::number(zcl::kUint16, 0), false, false}},  // RemainingTime
                    {kOptions, {zcl::number(zcl::kBitmap8, 0), true, false}},
                    {0x0010, {zcl::number(zcl::kUint16, 5), true, false}},      // transition time
                    {0x0011, {zcl::number(zcl::kUint8, 0xFF), true, false}},    // OnLevel: previous
                    {0x4000, {zcl::number(zcl::kUint8, 0xFF), true, false}}}),  // StartUp
      on_off_(on_off) {}

bool LevelCluster::execute_if_off(zcl::Reader& payload) const {
    std::int64_t options = number(kOptions);
    if (!payload.empty()) {
        const std::uint8_t mask = payload.u8();
        const std::uint8_t value = payload.u8();
        options = (options & ~std::int64_t{mask}) | (value & mask);
    }
    return (options & 1) != 0;
}

void LevelCluster::move_to(int level, bool with_on_off) {
    const int bounded = std::clamp(level, kMinimum, kMaximum);
    // With On/Off, going below the lowest level switches off, any other level switches on. The
    // lowest itself is a light, as on most bulbs: commanded level n ends as n. When it goes off,
    // the level from before stays, so that "on" comes back to it (ZCL 3.10.2.1.2).
    if (with_on_off && level < kMinimum) {
        on_off_.turn(false, Cause::remote);
        return;
    }
    if (with_on_off) on_off_.turn(true, Cause::remote);
    set(kCurrentLevel, bounded, Cause::remote);
}

CommandResult LevelCluster::command(std::uint8_t id, zcl::Reader payload, bool unicast) {
    const bool with_on_off = (id & kWithOnOff) != 0;
    int target = 0;
    switch (id & ~kWithOnOff) {
        case kMoveToLevel:
            target = payload.u8();
            payload.u16();
            break;
        case kMove:
            target = payload.u8() == 0 ? kMaximum : 0;
            payload.u8();
            break;
        case kStep: {
            const bool up = payload.u8() == 0;
            const int size = payload.u8();
            payload.u16();
            target = level() + (up ? size : -size);
            break;
        }
        case kStop:
            return {};
        default:
            return Cluster::command(id, payload, unicast);
    }
    const bool off_too = execute_if_off(payload);
    if (!payload.ok()) return {zcl::Status::malformed, std::nullopt};
    if (with_on_off || on_off_.on() || off_too) move_to(target, with_on_off);
    return {};
}

}  // namespace zha::sim
