// Finding a command, and the small subsystems SYS, UTIL and APP_CNF.
#include "simulator/dongle/mt_commands.hpp"

#include <array>

#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

constexpr std::uint16_t kCapabilities = 0x0659;  // SYS, AF, ZDO, UTIL, GP, APP_CNF
constexpr std::uint8_t kCoordinatorRouterEndDevice = 7;
constexpr std::uint8_t kFailure = 1;
constexpr std::uint8_t kBdbFormation = 0x04;
constexpr std::uint16_t kInvalidNode = 0xFFFE;
constexpr std::size_t kFindDeviceSize = 36;  // of the build with natural alignment

MtReply ping(Firmware&, Reader&) {
    return Writer().u16(kCapabilities);
}

MtReply version(Firmware& firmware, Reader&) {
    return Writer().u8(2).u8(1).u8(2).u8(7).u8(1).u32(firmware.options().revision);
}

MtReply ext_addr(Firmware& firmware, Reader&) {
    return Writer().u64(firmware.ieee());
}

MtReply reset(Firmware& firmware, Reader&) {
    firmware.reset();
    return std::uint8_t{0};
}

MtReply tx_power(Firmware&, Reader& request) {
    return request.u8();
}

MtReply random_number(Firmware& firmware, Reader&) {
    return Writer().u16(firmware.random()() & 0xFFFF);
}

MtReply ok(Firmware&, Reader&) {
    return std::uint8_t{0};
}

MtReply device_info(Firmware& firmware, Reader&) {
    std::vector<std::uint16_t> children;
    for (const KnownDevice& device : firmware.known_devices()) {
        if ((device.user & 1) != 0 && children.size() < 100) children.push_back(device.nwk);
    }
    Writer reply;
    reply.u8(0).u64(firmware.ieee()).u16(firmware.on_network() ? 0 : kInvalidNode);
    const bool liar = firmware.on_network() && firmware.nv().quirks()("Q03");
    const ZdoState state = liar ? ZdoState::starting : firmware.state();
    reply.u8(kCoordinatorRouterEndDevice).u8(static_cast<std::uint8_t>(state));
    reply.u8(children.size());
    for (std::uint16_t child : children) reply.u16(child);
    return reply;
}

MtReply find_device(Firmware& firmware, Reader& request) {
    const std::uint8_t wanted = request.u8();
    std::uint8_t index = 0;
    for (const KnownDevice& device : firmware.known_devices()) {
        if ((device.user & 1) == 0 || index++ != wanted) continue;
        return Writer().u16(device.nwk).u16(device.index).u8(1).fill(kFindDeviceSize - 5, 0);
    }
    return Writer().u16(kInvalidNode).u16(0xFFFF).u8(0xFF).fill(kFindDeviceSize - 5, 0);
}

MtReply device_with_address(Firmware& firmware, Reader& request) {
    const Ieee ieee = request.u64();
    auto device = firmware.find_device(ieee);
    if (!device) device = firmware.find_device(request.u16());
    if (!device) return Writer().u16(kInvalidNode).u16(0xFFFF).u8(0xFF);
    return Writer().u16(device->nwk).u16(device->index).u8(1);
}

MtReply remove_device(Firmware& firmware, Reader& request) {
    const Ieee ieee = request.u64();
    if (!firmware.find_device(ieee)) return kFailure;
    firmware.forget_device(ieee);
    return std::uint8_t{0};
}

MtReply add_device(Firmware& firmware, Reader& request) {
    const Ieee ieee = request.u64();
    const bool added = firmware.remember_device(ieee, request.u16(), 1);
    return added ? std::uint8_t{0} : kFailure;
}

MtReply start_commissioning(Firmware& firmware, Reader& request) {
    if (request.u8() == kBdbFormation) firmware.start_network();
    return std::uint8_t{0};
}

MtReply set_channel(Firmware& firmware, Reader& request) {
    const bool primary = request.u8() != 0;
    const std::uint32_t mask = request.u32();
    if (primary) firmware.set_primary_channels(mask);
    return std::uint8_t{0};
}

MtReply set_frame_counter(Firmware& firmware, Reader& request) {
    firmware.set_frame_counter(request.u32());
    return std::uint8_t{0};
}

const MtCommand* search(std::span<const MtCommand> commands, std::uint8_t id) {
    for (const MtCommand& command : commands) {
        if (command.id == id) return &command;
    }
    return nullptr;
}

}  // namespace

std::span<const MtCommand> sys_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x00, 1, reset},         MtCommand{0x01, 0, ping},
        MtCommand{0x02, 0, version},       MtCommand{0x04, 0, ext_addr},
        MtCommand{0x0C, 0, random_number}, MtCommand{0x14, 1, tx_power},
    };
    return kCommands;
}

std::span<const MtCommand> util_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x00, 0, device_info},
        MtCommand{0x06, 0, ok},
        MtCommand{0x0A, 2, ok},
        MtCommand{0x49, 1, find_device},
        MtCommand{0x4A, 10, device_with_address},
        MtCommand{0x63, 8, remove_device},
        MtCommand{0x64, 10, add_device},
    };
    return kCommands;
}

std::span<const MtCommand> app_cnf_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x05, 1, start_commissioning},
        MtCommand{0x08, 5, set_channel},
        MtCommand{0xFF, 4, set_frame_counter},
    };
    return kCommands;
}

CommandSearch find_command(const znp::Frame& request) {
    std::array<std::span<const MtCommand>, 2> tables;
    switch (request.subsystem) {
        case znp::Subsystem::sys:
            tables = {sys_commands(), nv_commands()};
            break;
        case znp::Subsystem::af:
            tables = {af_commands(), {}};
            break;
        case znp::Subsystem::zdo:
            tables = {zdo_commands(), zdo_ext_commands()};
            break;
        case znp::Subsystem::util:
            tables = {util_commands(), {}};
            break;
        case znp::Subsystem::app_cnf:
            tables = {app_cnf_commands(), {}};
            break;
        default:
            return {nullptr, RpcError::bad_subsystem};
    }
    for (const auto& table : tables) {
        if (const MtCommand* command = search(table, request.id)) return {command, {}};
    }
    return {nullptr, RpcError::bad_command};
}

}  // namespace zha::sim
