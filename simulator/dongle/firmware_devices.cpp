// Devices: address manager, link keys, joining, leaving, incoming frames, endpoints of the host.
#include <algorithm>

#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

constexpr std::uint8_t kFree = 0xFF;
constexpr std::uint8_t kAssociated = 0x01;
constexpr std::uint8_t kSecured = 0x02;
constexpr std::uint16_t kBroadcasts = 0xFFF8;
constexpr std::size_t kMaxIncoming = 223;  // bytes in one AF_INCOMING_MSG
constexpr std::uint8_t kAfIncoming = 0x81;
constexpr std::uint8_t kTcDeviceInd = 0xCA;
constexpr std::uint8_t kEndDeviceAnnce = 0xC1;
constexpr std::uint8_t kLeaveInd = 0xC9;
constexpr std::uint8_t kPermitJoinInd = 0xCB;
constexpr std::uint8_t kVerifiedKey = 2;

constexpr std::uint8_t kForever = 0xFF;

KnownDevice parse(std::uint16_t index, const Bytes& entry) {
    return {index, entry[0], static_cast<std::uint16_t>(get_le(entry, 2, 2)), get_le(entry, 4, 8)};
}

bool used(const KnownDevice& device) {
    return device.user != kFree && device.user != 0 && device.ieee != 0 && ~device.ieee != 0;
}

}  // namespace

std::vector<KnownDevice> Firmware::known_devices() const {
    std::vector<KnownDevice> devices;
    for (std::uint16_t i = 0; i < nv::kAddrMgrEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kAddrMgr, i);
        if (entry == nullptr || entry->size() != 12) break;
        if (const KnownDevice device = parse(i, *entry); used(device)) devices.push_back(device);
    }
    return devices;
}

std::optional<KnownDevice> Firmware::find_device(Ieee ieee) const {
    for (const KnownDevice& device : known_devices()) {
        if (device.ieee == ieee) return device;
    }
    return std::nullopt;
}

std::optional<KnownDevice> Firmware::find_device(std::uint16_t nwk) const {
    for (const KnownDevice& device : known_devices()) {
        if (device.nwk == nwk) return device;
    }
    return std::nullopt;
}

bool Firmware::remember_device(Ieee ieee, std::uint16_t nwk, std::uint8_t user) {
    const auto known = find_device(ieee);
    std::optional<std::uint16_t> slot;
    if (known) slot = known->index;
    for (std::uint16_t i = 0; !slot && i < nv::kAddrMgrEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kAddrMgr, i);
        if (entry == nullptr || entry->size() != 12) return false;
        if (!used(parse(i, *entry))) slot = i;
    }
    if (!slot) return false;
    const unsigned bits = known ? known->user | unsigned{user} : user;
    return nv_.put(nv::kAddrMgr, *slot, Writer().u8(bits).u8(0xFF).u16(nwk).u64(ieee));
}

void Firmware::forget_device(Ieee ieee) {
    if (const auto device = find_device(ieee)) {
        nv_.put(nv::kAddrMgr, device->index, Bytes(12, 0xFF));
    }
    for (std::uint16_t i = 0; i < nv::kTclkEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kTclk, i);
        if (entry == nullptr || get_le(*entry, 8, 8) != ieee) continue;
        nv_.put(nv::kTclk, i, Writer().fill(16, 0).u8(kFree).fill(3, 0));
    }
}

std::uint16_t Firmware::free_short_address() {
    for (;;) {
        const auto nwk = static_cast<std::uint16_t>(1 + random_() % (kBroadcasts - 1));
        if (!find_device(nwk)) return nwk;
    }
}

/// The device's trust-center link key is derived from the seed: only its rotation is stored.
void Firmware::store_link_key(Ieee device) {
    std::optional<std::uint16_t> slot;
    for (std::uint16_t i = 0; i < nv::kTclkEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kTclk, i);
        if (entry == nullptr || entry->size() != 20) break;
        const std::uint64_t holder = get_le(*entry, 8, 8);
        if (holder == device) return;
        if (holder == 0 && !slot) slot = i;
    }
    if (!slot) return;
    nv_.put(nv::kTclk, *slot,
            Writer().u32(0).u32(0).u64(device).u8(kVerifiedKey).u8(0).u8(random_() % 16).u8(0));
}

std::uint16_t Firmware::device_joined(Ieee device, std::uint16_t wanted, std::uint8_t) {
    const auto known = find_device(device);
    const bool proposed = wanted > 0 && wanted < kBroadcasts && !find_device(wanted);
    const std::uint16_t nwk = known ? known->nwk : proposed ? wanted : free_short_address();
    remember_device(device, nwk, kAssociated | kSecured);
    store_link_key(device);
    areq(znp::Subsystem::zdo, kTcDeviceInd, Writer().u16(nwk).u64(device).u16(0));
    return nwk;
}

void Firmware::device_announced(Ieee device, std::uint16_t nwk, std::uint8_t capability) {
    areq(znp::Subsystem::zdo, kEndDeviceAnnce,
         Writer().u16(nwk).u16(nwk).u64(device).u8(capability));
}

void Firmware::device_left(Ieee device, std::uint16_t nwk) {
    forget_device(device);
    areq(znp::Subsystem::zdo, kLeaveInd, Writer().u16(nwk).u64(device).u8(0).u8(0).u8(0));
}

void Firmware::receive(const ApsFrame& frame, std::uint8_t lqi) {
    if (frame.payload.size() > kMaxIncoming) return;
    // Only an endpoint that the host registered gets anything; 0xFF means each of them.
    const bool any = frame.destination_endpoint == 0xFF;
    if (endpoints_.empty() || (!any && endpoints_.count(frame.destination_endpoint) == 0)) return;
    const std::uint8_t endpoint = any ? endpoints_.begin()->first : frame.destination_endpoint;
    const auto milliseconds = std::chrono::duration_cast<Millis>(schedule_.now()).count();
    Writer message;
    message.u16(frame.group).u16(frame.cluster).u16(frame.source);
    message.u8(frame.source_endpoint).u8(endpoint);
    message.u8(frame.destination >= kBroadcasts ? 1 : 0).u8(lqi).u8(0);
    message.u32(static_cast<std::uint64_t>(milliseconds)).u8(0);
    message.u8(frame.payload.size()).bytes(frame.payload).u16(frame.source).u8(0x1E);
    areq(znp::Subsystem::af, kAfIncoming, message);
}

void Firmware::permit_joining(std::uint8_t seconds) {
    if (!on_network()) return;
    const std::uint64_t turn = ++joining_turn_;
    joining_ = seconds != 0;
    areq(znp::Subsystem::zdo, kPermitJoinInd, {seconds});
    air_.permit_joining(*this, seconds);
    if (seconds == 0 || seconds == kForever) return;
    later(std::chrono::seconds(seconds), [this, turn] {
        if (turn != joining_turn_) return;
        joining_ = false;
        areq(znp::Subsystem::zdo, kPermitJoinInd, {0});
    });
}

bool Firmware::register_endpoint(HostEndpoint endpoint) {
    const std::uint8_t id = endpoint.id;
    return endpoints_.try_emplace(id, std::move(endpoint)).second;
}

}  // namespace zha::sim
