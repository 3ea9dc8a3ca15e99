// ZDO requests: to devices over the air, to the coordinator itself from its own tables.
#include <array>

#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/mt_commands.hpp"
#include "simulator/dongle/zdo_self.hpp"

namespace zha::sim {
namespace {

constexpr std::uint8_t kSuccess = 0x00;
constexpr std::uint8_t kDeviceNotFound = 0x81;
constexpr std::uint8_t kInvalidRequest = 0xC2;
constexpr std::uint8_t kAnswerBit = 0x80;
constexpr std::uint8_t kChangeChannel = 0xFE;
constexpr std::uint16_t kCoordinator = 0x0000;
constexpr std::uint16_t kBroadcasts = 0xFFF8;
constexpr std::uint16_t kAllRouters = 0xFFFC;
constexpr std::uint16_t kRxOnWhenIdle = 0xFFFD;

/// AREQ number of the answer to request `id`: 0x02 -> 0x82, 0x21 -> 0xA1, ...
std::uint8_t answer_id(std::uint8_t id) {
    return static_cast<std::uint8_t>(id | kAnswerBit);
}

/// The answer of the coordinator itself; `data` begins with the status.
std::uint8_t answer_locally(Firmware& firmware, std::uint8_t id, Bytes data) {
    firmware.later(Micros(0), [&firmware, id, data = std::move(data)] {
        firmware.areq(znp::Subsystem::zdo, answer_id(id), Writer().u16(kCoordinator).bytes(data));
    });
    return kSuccess;
}

/// The same for what a node is asked in both ways.
std::uint8_t answer_itself(Firmware& firmware, std::uint8_t id, std::uint16_t nwk,
                           std::uint8_t endpoint = 0) {
    const Bytes bytes = Writer().u16(nwk).u8(endpoint);
    Reader request(bytes);
    return answer_locally(firmware, id, own_zdo_answer(firmware, id, request).value_or(Bytes{}));
}

/// Sends to a device. Its answer reaches the host as AREQ; without one the host's own timeout runs.
std::uint8_t ask(Firmware& firmware, std::uint8_t id, std::uint16_t destination,
                 std::uint16_t cluster, Bytes request) {
    if (!firmware.on_network()) return kInvalidRequest;
    auto done = [&firmware, id](ZdoAnswer answer) {
        if (!answer.answered) return;
        firmware.areq(znp::Subsystem::zdo, answer_id(id),
                      Writer().u16(answer.source).bytes(answer.payload));
    };
    firmware.air().zdo(firmware, destination, cluster, std::move(request),
                       firmware.guarded(std::function<void(ZdoAnswer)>(done)));
    return kSuccess;
}

/// NWK_ADDR and IEEE_ADDR answers carry no source, and swap what follows the address.
void address_answer(Firmware& firmware, std::uint8_t id, std::uint8_t status, Ieee ieee,
                    std::uint16_t nwk) {
    firmware.areq(znp::Subsystem::zdo, answer_id(id),
                  Writer().u8(status).u64(ieee).u16(nwk).u8(0).u8(0));
}

MtReply ask_address(Firmware& firmware, std::uint8_t id, std::uint16_t destination, Bytes request) {
    if (!firmware.on_network()) return kInvalidRequest;
    auto done = [&firmware, id](ZdoAnswer answer) {
        if (!answer.answered || answer.payload.size() < 11) return;
        Reader payload(answer.payload);
        const std::uint8_t status = payload.u8();
        const Ieee ieee = payload.u64();
        address_answer(firmware, id, status, ieee, payload.u16());
    };
    firmware.air().zdo(firmware, destination, id, std::move(request),
                       firmware.guarded(std::function<void(ZdoAnswer)>(done)));
    return kSuccess;
}

MtReply nwk_addr(Firmware& firmware, Reader& request) {
    const Ieee ieee = request.u64();
    if (ieee == firmware.ieee()) {
        firmware.later(Micros(0), [&firmware, ieee] {
            address_answer(firmware, 0x00, kSuccess, ieee, kCoordinator);
        });
        return kSuccess;
    }
    return ask_address(firmware, 0x00, kRxOnWhenIdle, Writer().u64(ieee).u16(0));
}

MtReply ieee_addr(Firmware& firmware, Reader& request) {
    const std::uint16_t nwk = request.u16();
    if (nwk == kCoordinator) {
        firmware.later(Micros(0), [&firmware] {
            address_answer(firmware, 0x01, kSuccess, firmware.ieee(), kCoordinator);
        });
        return kSuccess;
    }
    return ask_address(firmware, 0x01, nwk, Writer().u16(nwk).u16(0));
}

MtReply node_desc(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    const std::uint16_t nwk = request.u16();
    if (destination != kCoordinator) {
        return ask(firmware, 0x02, destination, 0x0002, Writer().u16(nwk));
    }
    return answer_itself(firmware, 0x02, nwk);
}

MtReply simple_desc(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    const std::uint16_t nwk = request.u16();
    const std::uint8_t id = request.u8();
    if (destination != kCoordinator) {
        return ask(firmware, 0x04, destination, 0x0004, Writer().u16(nwk).u8(id));
    }
    return answer_itself(firmware, 0x04, nwk, id);
}

MtReply active_endpoints(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    const std::uint16_t nwk = request.u16();
    if (destination != kCoordinator) {
        return ask(firmware, 0x05, destination, 0x0005, Writer().u16(nwk));
    }
    return answer_itself(firmware, 0x05, nwk);
}

/// The MT form always has an 8-byte target; over the air a group target has 2 bytes.
Bytes binding(Reader& request) {
    constexpr std::uint8_t kGroup = 1;
    Writer data;
    data.bytes(request.take(8 + 1 + 2));  // source, endpoint, cluster
    const std::uint8_t mode = request.u8();
    data.u8(mode);
    if (mode == kGroup) return data.u16(request.u16());
    return data.bytes(request.take(8)).u8(request.left() > 0 ? request.u8() : 0);
}

template <std::uint8_t Id>
MtReply bind(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    if (destination == kCoordinator) return answer_locally(firmware, Id, {kSuccess});
    Bytes data = binding(request);
    if (!request.ok()) return RpcError::bad_length;
    return ask(firmware, Id, destination, Id, std::move(data));
}

MtReply mgmt_lqi(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    const std::uint8_t start = request.u8();
    if (destination != kCoordinator) {
        return ask(firmware, 0x31, destination, 0x0031, Writer().u8(start));
    }
    constexpr std::size_t kPerAnswer = 3;
    const std::vector<KnownDevice> devices = firmware.known_devices();
    const std::size_t first = std::min<std::size_t>(start, devices.size());
    const std::size_t count = std::min(devices.size() - first, kPerAnswer);
    Writer data;
    data.u8(kSuccess).u8(devices.size()).u8(start).u8(count);
    for (std::size_t i = first; i < first + count; ++i) {
        data.u64(firmware.network().extended_pan_id).u64(devices[i].ieee).u16(devices[i].nwk);
        data.u8(0x35).u8(0x02).u8(0x0F).u8(0xFF);  // router, listening, child; unknown permit
    }
    return answer_locally(firmware, 0x31, data);
}

/// Routing (0x32) and binding (0x33) tables: the coordinator's own are empty.
template <std::uint8_t Id>
MtReply mgmt_table(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    const std::uint8_t start = request.u8();
    if (destination != kCoordinator) {
        return ask(firmware, Id, destination, Id, Writer().u8(start));
    }
    return answer_locally(firmware, Id, Writer().u8(kSuccess).u8(0).u8(start).u8(0));
}

MtReply mgmt_leave(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    const Ieee ieee = request.u64();
    const std::uint8_t flags = request.u8();
    if (destination == kCoordinator) return answer_locally(firmware, 0x34, {kDeviceNotFound});
    return ask(firmware, 0x34, destination, 0x0034, Writer().u64(ieee).u8(flags));
}

MtReply permit_join(Firmware& firmware, Reader& request) {
    request.u8();  // address mode
    const std::uint16_t destination = request.u16();
    const std::uint8_t seconds = request.u8();
    const std::uint8_t significance = request.u8();
    if (!firmware.on_network()) return kInvalidRequest;
    const bool broadcast = destination >= kBroadcasts;
    if (broadcast || destination == kCoordinator) {
        answer_locally(firmware, 0x36, {kSuccess});
        firmware.later(Micros(0), [&firmware, seconds] { firmware.permit_joining(seconds); });
    }
    if (destination == kCoordinator) return kSuccess;
    return ask(firmware, 0x36, broadcast ? kAllRouters : destination, 0x0036,
               Writer().u8(seconds).u8(significance));
}

MtReply nwk_update(Firmware& firmware, Reader& request) {
    const std::uint16_t destination = request.u16();
    request.u8();  // address mode
    const std::uint32_t mask = request.u32();
    const std::uint8_t duration = request.u8();
    const std::uint8_t count = request.u8();
    if (!firmware.on_network()) return kInvalidRequest;
    if (destination == kCoordinator) {
        const auto notify = [&firmware](const Bytes& payload) {
            firmware.areq(znp::Subsystem::zdo, answer_id(0x38),
                          Writer().u16(kCoordinator).bytes(payload));
        };
        if (scan_energy(firmware, mask, duration, count, notify)) return kSuccess;
    }
    const auto next = static_cast<std::uint8_t>(firmware.network().update_id + 1);
    if (destination != kCoordinator) {
        ask(firmware, 0x38, destination, 0x0038, Writer().u32(mask).u8(duration).u8(next));
    }
    if (duration == kChangeChannel && (destination == kCoordinator || destination >= kBroadcasts)) {
        // The coordinator moves after its broadcast went round.
        firmware.later(Millis(500),
                       [&firmware, mask, next] { firmware.change_channel(mask, next); });
    }
    return kSuccess;
}

}  // namespace

std::span<const MtCommand> zdo_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x00, 8, nwk_addr},         MtCommand{0x01, 2, ieee_addr},
        MtCommand{0x02, 4, node_desc},        MtCommand{0x04, 5, simple_desc},
        MtCommand{0x05, 4, active_endpoints}, MtCommand{0x21, 22, bind<0x21>},
        MtCommand{0x22, 22, bind<0x22>},      MtCommand{0x31, 3, mgmt_lqi},
        MtCommand{0x32, 3, mgmt_table<0x32>}, MtCommand{0x33, 3, mgmt_table<0x33>},
        MtCommand{0x34, 11, mgmt_leave},      MtCommand{0x36, 5, permit_join},
        MtCommand{0x37, 8, nwk_update},
    };
    return kCommands;
}

}  // namespace zha::sim
