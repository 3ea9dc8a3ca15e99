// AF: endpoints of the host and data requests.
#include <array>

#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/mt_commands.hpp"
#include "simulator/dongle/zdo_self.hpp"

namespace zha::sim {
namespace {

constexpr std::uint8_t kSuccess = 0x00;
constexpr std::uint8_t kInvalidParameter = 0x02;
constexpr std::uint8_t kDuplicateEndpoint = 0xB8;
constexpr std::uint8_t kInvalidRequest = 0xC2;
constexpr std::uint8_t kNoRoute = 0xCD;
constexpr std::uint8_t kMacNoAck = 0xE9;
constexpr std::uint8_t kDataConfirm = 0x80;
constexpr std::uint8_t kGroupAddress = 1;
constexpr std::uint8_t kIeeeAddress = 3;
constexpr std::uint16_t kRxOnWhenIdle = 0xFFFD;
constexpr std::uint16_t kBroadcasts = 0xFFF8;

std::vector<std::uint16_t> clusters(Reader& request) {
    std::vector<std::uint16_t> list;
    for (std::uint8_t count = request.u8(); count > 0 && request.ok(); --count) {
        list.push_back(request.u16());
    }
    return list;
}

MtReply register_endpoint(Firmware& firmware, Reader& request) {
    HostEndpoint endpoint;
    endpoint.id = request.u8();
    endpoint.profile = request.u16();
    endpoint.device_id = request.u16();
    endpoint.version = request.u8();
    request.u8();  // latency
    endpoint.in = clusters(request);
    endpoint.out = clusters(request);
    if (!request.ok()) return RpcError::bad_length;
    return firmware.register_endpoint(std::move(endpoint)) ? kSuccess : kDuplicateEndpoint;
}

MtReply delete_endpoint(Firmware& firmware, Reader& request) {
    firmware.remove_endpoint(request.u8());
    return kSuccess;
}

std::uint8_t send(Firmware& firmware, ApsFrame frame, std::uint8_t transaction) {
    if (frame.source_endpoint == 0 && frame.destination_endpoint == 0) {  // ZDO has it always
        if (!firmware.on_network()) return kInvalidRequest;
        send_zdo(firmware, frame.destination, frame.cluster, frame.payload);
        return kSuccess;
    }
    const auto endpoint = firmware.endpoints().find(frame.source_endpoint);
    if (endpoint == firmware.endpoints().end()) return kInvalidParameter;
    if (!firmware.on_network()) return kInvalidRequest;
    frame.profile = endpoint->second.profile;
    const bool broadcast = frame.destination >= kBroadcasts || frame.group != 0;
    const bool known = broadcast || firmware.find_device(frame.destination).has_value();
    const std::uint8_t failure = known ? kMacNoAck : kNoRoute;
    auto confirm = [&firmware, failure, transaction,
                    id = frame.source_endpoint](SendResult result) {
        const std::uint8_t status = result == SendResult::delivered ? kSuccess : failure;
        firmware.areq(znp::Subsystem::af, kDataConfirm, {status, id, transaction});
    };
    if (frame.destination == 0) {
        firmware.later(Millis(1), [confirm] { confirm(SendResult::delivered); });
        return kSuccess;
    }
    firmware.air().send(firmware, std::move(frame),
                        firmware.guarded(std::function<void(SendResult)>(confirm)));
    return kSuccess;
}

MtReply data_request(Firmware& firmware, Reader& request) {
    ApsFrame frame;
    frame.destination = request.u16();
    frame.destination_endpoint = request.u8();
    frame.source_endpoint = request.u8();
    frame.cluster = request.u16();
    const std::uint8_t transaction = request.u8();
    request.u16();  // options, radius
    frame.payload = request.take(request.u8());
    if (!request.ok()) return RpcError::bad_length;
    return send(firmware, std::move(frame), transaction);
}

MtReply data_request_ext(Firmware& firmware, Reader& request) {
    ApsFrame frame;
    const std::uint8_t mode = request.u8();
    const std::uint64_t address = request.u64();
    frame.destination_endpoint = request.u8();
    request.u16();  // PAN
    frame.source_endpoint = request.u8();
    frame.cluster = request.u16();
    const std::uint8_t transaction = request.u8();
    request.u16();  // options, radius
    frame.payload = request.take(request.u16());
    if (!request.ok()) return RpcError::bad_length;
    frame.destination = static_cast<std::uint16_t>(address);
    if (mode == kGroupAddress) {
        frame.group = static_cast<std::uint16_t>(address);
        frame.destination = kRxOnWhenIdle;
    } else if (mode == kIeeeAddress) {
        const auto device = firmware.find_device(Ieee{address});
        if (!device) return kInvalidParameter;
        frame.destination = device->nwk;
    }
    return send(firmware, std::move(frame), transaction);
}

}  // namespace

std::span<const MtCommand> af_commands() {
    static constexpr std::array kCommands = {
        MtCommand{0x00, 9, register_endpoint},
        MtCommand{0x01, 10, data_request},
        MtCommand{0x02, 20, data_request_ext},
        MtCommand{0x04, 1, delete_endpoint},
    };
    return kCommands;
}

}  // namespace zha::sim
