// ZDO extensions of Z-Stack: start, network information, groups of the host's endpoints.
#include <array>

#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/mt_commands.hpp"
#include "simulator/dongle/zdo_self.hpp"

namespace zha::sim {
namespace {

constexpr std::uint8_t kRestored = 0;
constexpr std::uint8_t kNewNetwork = 1;
constexpr std::uint8_t kFailure = 1;
constexpr std::uint16_t kInvalidNode = 0xFFFE;
constexpr std::uint16_t kNoPan = 0xFFFF;
constexpr std::size_t kMaxGroups = 64;
constexpr std::uint8_t kBeaconNotifyInd = 0xC5, kNwkDiscoveryCnf = 0xC7;
constexpr std::uint8_t kProtocol = 2, kStackProfile = 2, kLqi = 200;  // Zigbee PRO

MtReply ok(Firmware&, Reader&) {
    return std::uint8_t{0};
}

/// Only for answers to data requests of endpoint 0; the dedicated callbacks are always sent.
MtReply hear_zdo(Firmware& firmware, Reader& request) {
    firmware.hear_zdo(request.u16(), true);
    return std::uint8_t{0};
}

MtReply ignore_zdo(Firmware& firmware, Reader& request) {
    firmware.hear_zdo(request.u16(), false);
    return std::uint8_t{0};
}

void tell_beacons(Firmware& firmware, std::uint32_t mask) {
    for (const Air::Beacon& beacon : firmware.air().scan(mask, &firmware)) {
        Writer data;
        data.u8(1).u16(beacon.source).u16(beacon.pan_id).u8(beacon.channel);
        data.u8(beacon.permit_joining ? 1 : 0).u8(1).u8(1);  // room for routers, end devices
        data.u8(kProtocol).u8(kStackProfile).u8(kLqi).u8(0).u8(0);
        firmware.areq(znp::Subsystem::zdo, kBeaconNotifyInd, data.u64(beacon.extended_pan_id));
    }
    firmware.areq(znp::Subsystem::zdo, kNwkDiscoveryCnf, {0});
}

/// An active scan; only of a node that is in no network.
MtReply discover_networks(Firmware& firmware, Reader& request) {
    const std::uint32_t mask = request.u32();
    const std::uint8_t duration = request.u8();
    if (firmware.state() != ZdoState::hold) return kFailure;
    firmware.later(scan_time(mask, duration), [&firmware, mask] { tell_beacons(firmware, mask); });
    return std::uint8_t{0};
}

MtReply startup_from_app(Firmware& firmware, Reader&) {
    return firmware.start_network() ? kRestored : kNewNetwork;
}

MtReply network_info(Firmware& firmware, Reader&) {
    const bool up = firmware.on_network();
    const NetworkParams network = up ? firmware.network() : NetworkParams{};
    Writer reply;
    reply.u16(up ? 0 : kInvalidNode).u8(static_cast<std::uint8_t>(firmware.state()));
    reply.u16(up ? network.pan_id : kNoPan).u16(up ? 0 : kInvalidNode);
    return reply.u64(network.extended_pan_id).u64(0).u8(network.channel);
}

MtReply find_group(Firmware& firmware, Reader& request) {
    const std::uint8_t endpoint = request.u8();
    const std::uint16_t group = request.u16();
    const auto found = firmware.groups().find({endpoint, group});
    if (found == firmware.groups().end()) return Writer().u8(kFailure).u16(group).u8(0);
    const std::string& name = found->second;
    Writer reply;
    reply.u8(0).u16(group).u8(name.size());
    for (char c : name) reply.u8(static_cast<std::uint8_t>(c));
    return reply;
}

MtReply add_group(Firmware& firmware, Reader& request) {
    const std::uint8_t endpoint = request.u8();
    const std::uint16_t group = request.u16();
    const Bytes name = request.take(std::min<std::size_t>(request.u8(), 16));
    if (!request.ok()) return RpcError::bad_length;
    if (firmware.groups().size() >= kMaxGroups) return kFailure;
    firmware.groups()[{endpoint, group}] = std::string(name.begin(), name.end());
    return std::uint8_t{0};
}

MtReply remove_group(Firmware& firmware, Reader& request) {
    const std::uint8_t endpoint = request.u8();
    const bool removed = firmware.groups().erase({endpoint, request.u16()}) > 0;
    return removed ? std::uint8_t{0} : kFailure;
}

}  // namespace

std::span<const MtCommand> zdo_ext_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x26, 5, discover_networks},
        MtCommand{0x3E, 2, hear_zdo},
        MtCommand{0x3F, 2, ignore_zdo},
        MtCommand{0x40, 2, startup_from_app},
        MtCommand{0x45, 4, ok},  // EXT_ROUTE_DISC: the air has no routes to discover
        MtCommand{0x47, 3, remove_group},
        MtCommand{0x4A, 3, find_group},
        MtCommand{0x4B, 4, add_group},
        MtCommand{0x50, 0, network_info},
    };
    return kCommands;
}

}  // namespace zha::sim
