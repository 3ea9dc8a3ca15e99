// The NV commands: OSAL set and SYS_NV set.
#include <array>

#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/mt_commands.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

constexpr std::uint8_t kOsalRead = 0x08;

NvKey key_of(Reader& request) {
    NvKey key;
    key.system = request.u8();
    key.item = request.u16();
    key.sub = request.u16();
    return key;
}

MtReply read_reply(const NvRead& read) {
    return Writer().u8(read.status).u8(read.data.size()).bytes(read.data);
}

/// A write of a configuration item changes the copy in RAM at once.
std::uint8_t osal_write(Firmware& firmware, std::uint16_t id, std::uint16_t offset, Bytes data) {
    const std::uint8_t status = firmware.nv().osal_write(id, offset, std::move(data));
    const Bytes* address = firmware.nv().find(nv::kExtAddr);
    if (status == osal::kSuccess && id == nv::kExtAddr && address->size() == 8) {
        firmware.set_ieee(get_le(*address, 0, 8));
    }
    return status;
}

MtReply item_init(Firmware& firmware, Reader& request) {
    const std::uint16_t id = request.u16();
    const std::uint16_t length = request.u16();
    Bytes initial = request.take(request.u8());
    if (!request.ok()) return RpcError::bad_length;
    return firmware.nv().osal_init(id, length, std::move(initial));
}

MtReply read(Firmware& firmware, Reader& request) {
    const std::uint16_t id = request.u16();
    return read_reply(firmware.nv().osal_read(id, request.u8()));
}

MtReply read_ext(Firmware& firmware, Reader& request) {
    const std::uint16_t id = request.u16();
    MtReply reply = read_reply(firmware.nv().osal_read(id, request.u16()));
    if (id == nv::kPollRateOld16) reply.id = kOsalRead;
    return reply;
}

MtReply write(Firmware& firmware, Reader& request) {
    const std::uint16_t id = request.u16();
    const std::uint16_t offset = request.u8();
    Bytes data = request.take(request.u8());
    if (!request.ok()) return RpcError::bad_length;
    return osal_write(firmware, id, offset, std::move(data));
}

MtReply write_ext(Firmware& firmware, Reader& request) {
    const std::uint16_t id = request.u16();
    const std::uint16_t offset = request.u16();
    Bytes data = request.take(request.u16());
    if (!request.ok()) return RpcError::bad_length;
    return osal_write(firmware, id, offset, std::move(data));
}

MtReply remove(Firmware& firmware, Reader& request) {
    const std::uint16_t id = request.u16();
    return firmware.nv().osal_delete(id, request.u16());
}

MtReply length(Firmware& firmware, Reader& request) {
    return Writer().u16(firmware.nv().osal_length(request.u16()));
}

MtReply nv_create(Firmware& firmware, Reader& request) {
    const NvKey key = key_of(request);
    return firmware.nv().create(key, request.u32());
}

MtReply nv_delete(Firmware& firmware, Reader& request) {
    return firmware.nv().remove(key_of(request));
}

MtReply nv_length(Firmware& firmware, Reader& request) {
    return Writer().u32(firmware.nv().length(key_of(request)));
}

MtReply nv_read(Firmware& firmware, Reader& request) {
    const NvKey key = key_of(request);
    const std::uint16_t offset = request.u16();
    return read_reply(firmware.nv().read(key, offset, request.u8()));
}

MtReply nv_write(Firmware& firmware, Reader& request) {
    const NvKey key = key_of(request);
    const std::uint16_t offset = request.u16();
    Bytes data = request.take(request.u8());
    if (!request.ok()) return RpcError::bad_length;
    if (key.item == nv::kLegacy && key.sub == nv::kNwkKey) firmware.put_back_once(nv::kNwkKey);
    return firmware.nv().write(key, offset, std::move(data));
}

MtReply nv_update(Firmware& firmware, Reader& request) {
    const NvKey key = key_of(request);
    Bytes data = request.take(request.u8());
    if (!request.ok()) return RpcError::bad_length;
    return firmware.nv().write(key, 0, std::move(data));
}

MtReply nv_compact(Firmware&, Reader&) {
    return nvintf::kSuccess;
}

}  // namespace

std::span<const MtCommand> nv_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x07, 5, item_init}, MtCommand{0x08, 3, read},
        MtCommand{0x09, 4, write},     MtCommand{0x12, 4, remove},
        MtCommand{0x13, 2, length},    MtCommand{0x1C, 4, read_ext},
        MtCommand{0x1D, 6, write_ext}, MtCommand{0x30, 9, nv_create},
        MtCommand{0x31, 5, nv_delete}, MtCommand{0x32, 5, nv_length},
        MtCommand{0x33, 8, nv_read},   MtCommand{0x34, 8, nv_write},
        MtCommand{0x35, 6, nv_update}, MtCommand{0x36, 2, nv_compact},
    };
    return kCommands;
}

}  // namespace zha::sim
