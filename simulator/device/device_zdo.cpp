// The ZDO server of a device: what it is asked in an interview, binding, leaving (Zigbee 2.4.3).
#include <algorithm>

#include "simulator/device/device.hpp"

namespace zha::sim {
namespace {

using namespace std::chrono_literals;
using zcl::Reader;

enum : std::uint16_t {
    kNwkAddr = 0x0000,
    kIeeeAddr = 0x0001,
    kNodeDescriptor = 0x0002,
    kSimpleDescriptor = 0x0004,
    kActiveEndpoints = 0x0005,
    kMatchDescriptors = 0x0006,
    kBind = 0x0021,
    kUnbind = 0x0022,
    kMgmtLeave = 0x0034,
    kMgmtPermitJoining = 0x0036,
    kMgmtNwkUpdate = 0x0038,
    kFirstResponse = 0x8000,
};

enum : std::uint8_t {
    kSuccess = 0x00,
    kInvalidRequestType = 0x80,
    kDeviceNotFound = 0x81,
    kInvalidEndpoint = 0x82,
    kNotActive = 0x83,
    kNotSupported = 0x84,
    kNoEntry = 0x88,
    kTableFull = 0x8C,
};

constexpr std::uint16_t kFirstBroadcast = 0xFFF8;
constexpr Micros kLeaveAfterAnswer = 20ms;

Bytes addresses(Ieee ieee, std::uint16_t nwk, std::uint8_t request_type) {
    Bytes out{kSuccess};
    zcl::put64(out, ieee);
    zcl::put16(out, nwk);
    // Extended response: number of associated devices and the start index, none here.
    if (request_type == 1) out.push_back(0);
    return out;
}

void put_list(Bytes& out, const std::vector<std::uint16_t>& clusters) {
    out.push_back(static_cast<std::uint8_t>(clusters.size()));
    for (std::uint16_t cluster : clusters) zcl::put16(out, cluster);
}

std::vector<std::uint16_t> read_list(Reader& request) {
    const std::uint8_t count = request.u8();
    std::vector<std::uint16_t> clusters;
    for (unsigned i = 0; i < count && request.ok(); ++i) clusters.push_back(request.u16());
    return clusters;
}

bool lists_client(const Endpoint& endpoint, std::uint16_t cluster) {
    return std::find(endpoint.clients.begin(), endpoint.clients.end(), cluster) !=
           endpoint.clients.end();
}

}  // namespace

bool Device::own_address(std::uint16_t nwk) const {
    return nwk == nwk_ || nwk >= kFirstBroadcast;
}

ZdoAnswer Device::zdo(std::uint16_t cluster, const Bytes& request) {
    if (!is_joined()) return {};
    Reader reader(request);
    auto reply = [this](Bytes payload) { return ZdoAnswer{true, nwk_, std::move(payload)}; };
    switch (cluster) {
        case kNwkAddr: {
            const Ieee wanted = reader.u64();
            // Nearly always a broadcast, and to that the others keep silent.
            if (!reader.ok() || wanted != ieee_) return {};
            return reply(addresses(ieee_, nwk_, reader.u8()));
        }
        case kIeeeAddr: {
            const std::uint16_t wanted = reader.u16();
            if (!reader.ok() || !own_address(wanted)) return {};
            return reply(addresses(ieee_, nwk_, reader.u8()));
        }
        case kNodeDescriptor:
            return reply(node_descriptor());
        case kSimpleDescriptor:
            return reply(simple_descriptor(reader));
        case kActiveEndpoints:
            return reply(active_endpoints());
        case kMatchDescriptors: {
            std::optional<Bytes> matches = match_descriptors(reader);
            return matches ? reply(std::move(*matches)) : ZdoAnswer{};
        }
        case kBind:
        case kUnbind:
            return reply(change_binding(reader, cluster == kBind));
        case kMgmtLeave:
            return reply(management_leave(reader));
        case kMgmtPermitJoining:
            return reply({kSuccess});
        case kMgmtNwkUpdate:
            return {};  // a change of channel has no answer; the medium follows it
        default:
            return cluster >= kFirstResponse ? ZdoAnswer{} : reply({kNotSupported});
    }
}

Bytes Device::node_descriptor() const {
    constexpr std::uint8_t kRouter = 1, kEndDevice = 2;
    constexpr std::uint8_t k2400MHz = 0x40;
    constexpr std::uint8_t kMaxBuffer = 82;
    constexpr std::uint16_t kMaxTransfer = 82;
    constexpr std::uint16_t kServerMask = 22U << 9;  // stack revision 22, no servers
    Bytes out{kSuccess};
    zcl::put16(out, nwk_);
    out.push_back(product_.sleepy ? kEndDevice : kRouter);
    out.push_back(k2400MHz);
    out.push_back(capability());
    zcl::put16(out, product_.manufacturer_code);
    out.push_back(kMaxBuffer);
    zcl::put16(out, kMaxTransfer);
    zcl::put16(out, kServerMask);
    zcl::put16(out, kMaxTransfer);
    out.push_back(0);  // descriptor capability
    return out;
}

Bytes Device::active_endpoints() const {
    Bytes out{kSuccess};
    zcl::put16(out, nwk_);
    out.push_back(static_cast<std::uint8_t>(product_.endpoints.size()));
    for (const Endpoint& endpoint : product_.endpoints) out.push_back(endpoint.id);
    return out;
}

Bytes Device::simple_descriptor(Reader request) const {
    request.u16();
    const std::uint8_t id = request.u8();
    auto failure = [this](std::uint8_t status) {
        Bytes out{status};
        zcl::put16(out, nwk_);
        out.push_back(0);  // no descriptor follows
        return out;
    };
    constexpr std::uint8_t kLastEndpoint = 254;
    if (!request.ok() || id == 0 || id > kLastEndpoint) return failure(kInvalidEndpoint);
    for (const Endpoint& endpoint : product_.endpoints) {
        if (endpoint.id != id) continue;
        Bytes descriptor{endpoint.id};
        zcl::put16(descriptor, endpoint.profile);
        zcl::put16(descriptor, endpoint.device_id);
        descriptor.push_back(endpoint.version);
        std::vector<std::uint16_t> servers;
        servers.reserve(endpoint.servers.size());
        for (const auto& server : endpoint.servers) servers.push_back(server->id());
        put_list(descriptor, servers);
        put_list(descriptor, endpoint.clients);
        Bytes out{kSuccess};
        zcl::put16(out, nwk_);
        out.push_back(static_cast<std::uint8_t>(descriptor.size()));
        zcl::put(out, descriptor);
        return out;
    }
    return failure(kNotActive);
}

std::optional<Bytes> Device::match_descriptors(Reader request) const {
    const std::uint16_t wanted = request.u16();
    const std::uint16_t profile = request.u16();
    const std::vector<std::uint16_t> servers = read_list(request);
    const std::vector<std::uint16_t> clients = read_list(request);
    if (!request.ok() || !own_address(wanted)) return std::nullopt;
    Bytes matches;
    for (const Endpoint& endpoint : product_.endpoints) {
        const bool match =
            std::any_of(servers.begin(), servers.end(),
                        [&](std::uint16_t id) { return endpoint.find(id) != nullptr; }) ||
            std::any_of(clients.begin(), clients.end(),
                        [&](std::uint16_t id) { return lists_client(endpoint, id); });
        if (endpoint.profile == profile && match) matches.push_back(endpoint.id);
    }
    if (matches.empty() && wanted >= kFirstBroadcast) return std::nullopt;
    Bytes out{kSuccess};
    zcl::put16(out, nwk_);
    out.push_back(static_cast<std::uint8_t>(matches.size()));
    zcl::put(out, matches);
    return out;
}

/// Source IEEE u64, endpoint u8, cluster u16, mode u8, then IEEE u64 and endpoint u8, or group u16.
Bytes Device::change_binding(Reader request, bool add) {
    constexpr std::uint8_t kGroup = 1, kUnicast = 3;
    const Ieee source = request.u64();
    Binding binding;
    binding.endpoint = request.u8();
    binding.cluster = request.u16();
    binding.mode = request.u8();
    binding.target = binding.mode == kGroup ? request.u16() : request.u64();
    if (binding.mode == kUnicast) binding.target_endpoint = request.u8();
    if (!request.ok() || (binding.mode != kGroup && binding.mode != kUnicast)) {
        return {kInvalidRequestType};
    }
    if (source != ieee_) return {kNotSupported};  // no table for other devices here
    if (endpoint(binding.endpoint) == nullptr) return {kInvalidEndpoint};
    if (add) return {bind(binding) ? kSuccess : kTableFull};
    return {std::erase(bindings_, binding) > 0 ? kSuccess : kNoEntry};
}

/// IEEE u64 (0 = the receiver), flags u8: bit 7 asks it to come back at once.
Bytes Device::management_leave(Reader request) {
    constexpr std::uint8_t kRejoin = 0x80;
    const Ieee wanted = request.u64();
    const std::uint8_t flags = request.u8();
    if (!request.ok()) return {kInvalidRequestType};
    if (wanted != 0 && wanted != ieee_) return {kDeviceNotFound};
    // The answer still goes out under the old membership.
    schedule_.after(kLeaveAfterAnswer, [this, mine = membership_, rejoin = (flags & kRejoin) != 0,
                                        alive = std::weak_ptr<int>(alive_)] {
        if (alive.expired() || mine != membership_) return;
        if (rejoin) {
            air_.announce(ieee_);
        } else {
            air_.leave(ieee_);
        }
    });
    return {kSuccess};
}

}  // namespace zha::sim
