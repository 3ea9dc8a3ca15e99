#include "znp/mt/commands.hpp"

#include <fmt/core.h>

#include "znp/nvram/osal_names.hpp"

namespace zha::znp::mt {
namespace {

constexpr std::uint8_t kSysZstack = 1;  // where all stored items live

Frame sys(std::uint8_t id, Bytes data = {}) {
    return Frame{Type::sreq, Subsystem::sys, id, std::move(data)};
}

void put(Bytes& out, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t get(const Bytes& from, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | from[at + i];
    return value;
}

Bytes triple(ItemKey key) {
    Bytes out{kSysZstack};
    put(out, static_cast<std::uint16_t>(key.item), 2);
    put(out, key.sub, 2);
    return out;
}

Error short_answer(const Frame& answer) {
    return {Errc::protocol,
            fmt::format("answer 0x{:02x}/0x{:02x} has {} bytes, which does not fit its command",
                        answer.cmd0(), answer.id, answer.data.size())};
}

}  // namespace

Frame ping() {
    return sys(id::SYS_PING);
}
Frame version() {
    return sys(id::SYS_VERSION);
}
Frame get_extaddr() {
    return sys(id::SYS_GET_EXTADDR);
}
Frame get_device_info() {
    return {Type::sreq, Subsystem::util, id::UTIL_GET_DEVICE_INFO, {}};
}
Frame soft_reset() {
    return {Type::areq, Subsystem::sys, id::SYS_RESET_REQ, {1}};
}

Frame osal_read_ext(std::uint16_t item, std::uint16_t offset) {
    Bytes data;
    put(data, item, 2);
    put(data, offset, 2);
    return sys(id::SYS_OSAL_NV_READ_EXT, std::move(data));
}

Frame osal_read(std::uint16_t item, std::uint8_t offset) {
    Bytes data;
    put(data, item, 2);
    put(data, offset, 1);
    return sys(id::SYS_OSAL_NV_READ, std::move(data));
}

Frame nv_length(ItemKey key) {
    return sys(id::SYS_NV_LENGTH, triple(key));
}

Frame nv_read(ItemKey key, std::uint8_t length) {
    auto data = triple(key);
    put(data, 0, 2);
    put(data, length, 1);
    return sys(id::SYS_NV_READ, std::move(data));
}

Frame nv_write(ItemKey key, const Bytes& value) {
    assert(value.size() <= kMaxItem);
    auto data = triple(key);
    put(data, 0, 2);
    put(data, value.size(), 1);
    data.insert(data.end(), value.begin(), value.end());
    return sys(id::SYS_NV_WRITE, std::move(data));
}

Frame nv_create(ItemKey key, std::uint32_t length) {
    auto data = triple(key);
    put(data, length, 4);
    return sys(id::SYS_NV_CREATE, std::move(data));
}

Frame nv_delete(ItemKey key) {
    return sys(id::SYS_NV_DELETE, triple(key));
}

Frame network_discovery(std::uint32_t channels, std::uint8_t duration) {
    Bytes data;
    put(data, channels, 4);
    put(data, duration, 1);
    return {Type::sreq, Subsystem::zdo, id::ZDO_NWK_DISCOVERY_REQ, std::move(data)};
}

Result<std::vector<Beacon>> parse_beacons(const Frame& notification) {
    // Source, PAN, channel, eight bytes about joining and quality, extended PAN.
    constexpr std::size_t kEach = 21;
    const auto& data = notification.data;
    if (data.empty() || data.size() != 1 + data[0] * kEach) return short_answer(notification);
    std::vector<Beacon> out;
    for (std::size_t at = 1; at < data.size(); at += kEach)
        out.push_back({static_cast<std::uint16_t>(get(data, at, 2)),
                       static_cast<std::uint16_t>(get(data, at + 2, 2)), data[at + 4],
                       get(data, at + 13, 8)});
    return out;
}

Result<Version> parse_version(const Frame& answer) {
    const auto& data = answer.data;
    if (data.size() != 5 && data.size() < 9) return short_answer(answer);
    Version out{data[0], data[1], data[2], data[3], data[4], 0};
    if (data.size() >= 9) out.revision = static_cast<std::uint32_t>(get(data, 5, 4));
    return out;
}

Result<std::uint64_t> parse_extaddr(const Frame& answer) {
    if (answer.data.size() != 8) return short_answer(answer);
    return get(answer.data, 0, 8);
}

Result<DeviceInfo> parse_device_info(const Frame& answer) {
    const auto& data = answer.data;
    if (data.size() < 14) return short_answer(answer);
    if (data[0] != status::SUCCESS)
        return Error{Errc::protocol, fmt::format("device info has status 0x{:02x}", data[0])};
    return DeviceInfo{get(data, 1, 8), static_cast<std::uint16_t>(get(data, 9, 2)), data[12]};
}

Result<Value> parse_value(const Frame& answer) {
    const auto& data = answer.data;
    if (data.empty()) return short_answer(answer);
    if (data[0] != status::SUCCESS) return Value{data[0], {}};
    if (data.size() < 2 || data.size() != data[1] + std::size_t{2}) return short_answer(answer);
    return Value{data[0], Bytes(data.begin() + 2, data.end())};
}

Result<std::uint32_t> parse_length(const Frame& answer) {
    if (answer.data.size() != 4) return short_answer(answer);
    return static_cast<std::uint32_t>(get(answer.data, 0, 4));
}

Result<std::uint8_t> parse_status(const Frame& answer) {
    if (answer.data.size() != 1) return short_answer(answer);
    return answer.data[0];
}

std::string describe(ItemKey key) {
    if (key.item != ExItem::legacy)
        return fmt::format("table {} entry 0x{:04x}", static_cast<unsigned>(key.item), key.sub);
    const auto name = osal_key(key.sub);
    return name.empty() ? fmt::format("item 0x{:04x}", key.sub) : name;
}

std::string describe(const Frame& request) {
    const auto& data = request.data;
    const auto id = request.id;
    std::string item;
    if (request.subsystem == Subsystem::sys && id >= id::SYS_NV_CREATE && id <= id::SYS_NV_WRITE &&
        data.size() >= 5)
        item = describe(ItemKey{static_cast<ExItem>(get(data, 1, 2)),
                                static_cast<std::uint16_t>(get(data, 3, 2))});
    else if (request.subsystem == Subsystem::sys &&
             (id == id::SYS_OSAL_NV_READ_EXT || id == id::SYS_OSAL_NV_READ) && data.size() >= 2)
        item = describe(ItemKey{ExItem::legacy, static_cast<std::uint16_t>(get(data, 0, 2))});
    return fmt::format("request 0x{:02x}/0x{:02x}{}{}", request.cmd0(), id,
                       item.empty() ? "" : " of ", item);
}

}  // namespace zha::znp::mt
