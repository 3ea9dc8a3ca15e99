#include "simulator/dongle/zdo_self.hpp"

#include <bit>

namespace zha::sim {
namespace {

constexpr std::uint8_t kSuccess = 0x00;
constexpr std::uint8_t kInvalidEndpoint = 0x82;
constexpr std::uint8_t kNotActive = 0x83;
constexpr std::uint8_t kNotSupported = 0x84;
constexpr std::uint8_t kMsgCbIncoming = 0xFF;
constexpr std::uint8_t kLongestScan = 5;
constexpr std::uint8_t kMostScans = 5;
constexpr std::uint16_t kCoordinator = 0x0000;
constexpr std::uint16_t kNodeDesc = 0x0002, kSimpleDesc = 0x0004, kActiveEndpoints = 0x0005;
constexpr std::uint16_t kNwkUpdate = 0x0038, kAnswer = 0x8000;
constexpr std::uint16_t kServerMask = 0x2C41;  // primary trust center, network manager, R22
constexpr std::uint32_t kZigbeeChannels = 0x07FFF800;
constexpr std::uint8_t kQuiet = 0x20, kBusy = 0x60;  // energy of a channel without, with a network
constexpr Micros kSuperframe{15360};

Bytes node_descriptor() {
    Writer data;
    data.u8(kSuccess).u16(kCoordinator).u8(0x00).u8(0x40).u8(0x8F).u16(0).u8(80).u16(160);
    return data.u16(kServerMask).u16(160).u8(0);
}

Bytes simple_descriptor(Firmware& firmware, std::uint8_t id) {
    const auto found = firmware.endpoints().find(id);
    if (found == firmware.endpoints().end()) {
        const std::uint8_t status = id == 0 || id > 240 ? kInvalidEndpoint : kNotActive;
        return Writer().u8(status).u16(kCoordinator).u8(0);
    }
    const HostEndpoint& endpoint = found->second;
    Writer descriptor;
    descriptor.u8(id).u16(endpoint.profile).u16(endpoint.device_id).u8(endpoint.version);
    for (const auto* list : {&endpoint.in, &endpoint.out}) {
        descriptor.u8(list->size());
        for (std::uint16_t cluster : *list) descriptor.u16(cluster);
    }
    const Bytes bytes = descriptor;
    return Writer().u8(kSuccess).u16(kCoordinator).u8(bytes.size()).bytes(bytes);
}

Bytes active_endpoints(Firmware& firmware) {
    Writer data;
    data.u8(kSuccess).u16(kCoordinator).u8(firmware.endpoints().size());
    for (const auto& [id, endpoint] : firmware.endpoints()) data.u8(id);
    return data;
}

Bytes energies(Firmware& firmware, std::uint32_t mask) {
    std::uint32_t busy = 0;
    for (const auto& beacon : firmware.air().scan(mask, &firmware)) busy |= 1u << beacon.channel;
    Writer data;
    data.u8(kSuccess).u32(mask).u16(0).u16(0).u8(static_cast<unsigned>(std::popcount(mask)));
    for (unsigned channel = 0; channel < 32; ++channel) {
        if ((mask >> channel & 1u) == 0) continue;
        const auto noise = firmware.random()() & 0x0F;
        data.u8(((busy >> channel & 1u) != 0 ? kBusy : kQuiet) + noise);
    }
    return data;
}

/// To the host, when it registered for such answers.
void tell_host(Firmware& firmware, std::uint16_t source, std::uint16_t cluster,
               std::uint8_t transaction, const Bytes& payload) {
    if (!firmware.hears_zdo(cluster)) return;
    Writer data;
    data.u16(source).u8(0).u16(cluster).u8(0).u8(transaction).u16(kCoordinator).bytes(payload);
    firmware.areq(znp::Subsystem::zdo, kMsgCbIncoming, data);
}

void ask_itself(Firmware& firmware, std::uint16_t cluster, std::uint8_t transaction,
                Reader& request) {
    const auto answer = static_cast<std::uint16_t>(cluster | kAnswer);
    const auto tell = [&firmware, answer, transaction](const Bytes& payload) {
        tell_host(firmware, kCoordinator, answer, transaction, payload);
    };
    Bytes payload{kNotSupported};
    if (cluster == kNwkUpdate) {
        const std::uint32_t mask = request.u32();
        const std::uint8_t duration = request.u8();
        const std::uint8_t count = request.u8();
        if (request.ok() && scan_energy(firmware, mask, duration, count, tell)) return;
    } else if (auto known = own_zdo_answer(firmware, cluster, request)) {
        payload = std::move(*known);
    }
    firmware.later(Millis(1), [tell, payload] { tell(payload); });
}

}  // namespace

Micros scan_time(std::uint32_t mask, std::uint8_t duration) {
    return kSuperframe * ((1 << std::min(duration, kLongestScan)) + 1) * std::popcount(mask);
}

std::optional<Bytes> own_zdo_answer(Firmware& firmware, std::uint16_t cluster, Reader& request) {
    request.u16();  // the address it asks about: there is only this node
    if (cluster == kNodeDesc) return node_descriptor();
    if (cluster == kSimpleDesc) return simple_descriptor(firmware, request.u8());
    if (cluster == kActiveEndpoints) return active_endpoints(firmware);
    return std::nullopt;
}

bool scan_energy(Firmware& firmware, std::uint32_t mask, std::uint8_t duration, std::uint8_t count,
                 const std::function<void(const Bytes&)>& notify) {
    mask &= kZigbeeChannels;
    if (duration > kLongestScan || count == 0 || count > kMostScans || mask == 0) return false;
    const Micros each = scan_time(mask, duration);
    for (int i = 1; i <= count; ++i)
        firmware.later(each * i, [&firmware, mask, notify] { notify(energies(firmware, mask)); });
    return true;
}

void send_zdo(Firmware& firmware, std::uint16_t destination, std::uint16_t cluster,
              const Bytes& payload) {
    Reader request(payload);
    const std::uint8_t transaction = request.u8();
    if (destination == kCoordinator) return ask_itself(firmware, cluster, transaction, request);
    const auto answer = static_cast<std::uint16_t>(cluster | kAnswer);
    auto done = [&firmware, answer, transaction](ZdoAnswer heard) {
        if (heard.answered) tell_host(firmware, heard.source, answer, transaction, heard.payload);
    };
    firmware.air().zdo(firmware, destination, cluster, request.rest(),
                       firmware.guarded(std::function<void(ZdoAnswer)>(done)));
}

}  // namespace zha::sim
