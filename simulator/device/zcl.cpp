#include "simulator/device/zcl.hpp"

#include <algorithm>

namespace zha::sim::zcl {
namespace {

constexpr std::uint8_t kTypeMask = 0x03;
constexpr std::uint8_t kClusterType = 0x01;
constexpr std::uint8_t kManufacturer = 0x04;
constexpr std::uint8_t kFromServer = 0x08;
constexpr std::uint8_t kDisableDefaultResponse = 0x10;

bool is_signed(std::uint8_t type) {
    return type >= 0x28 && type <= 0x2F;
}

/// Bytes of a type of fixed size, 0 for any other.
std::size_t fixed_size(std::uint8_t type) {
    if (type >= 0x08 && type <= 0x0F) return type - 0x07U;  // data8..data64
    if (type == kBool) return 1;
    if (type >= 0x18 && type <= 0x1F) return type - 0x17U;  // bitmap8..bitmap64
    if (type >= 0x20 && type <= 0x27) return type - 0x1FU;  // uint8..uint64
    if (type >= 0x28 && type <= 0x2F) return type - 0x27U;  // int8..int64
    switch (type) {
        case 0x30:
            return 1;  // enum8
        case 0x31:     // enum16
        case 0x38:     // semi-precision float
        case 0xE8:     // cluster id
        case 0xE9:     // attribute id
            return 2;
        case 0x39:  // float
        case 0xE0:  // time of day
        case 0xE1:  // date
        case 0xE2:  // UTC
        case 0xEA:  // BACnet OID
            return 4;
        case 0x3A:  // double
        case 0xF0:  // IEEE address
            return 8;
        case 0xF1:
            return 16;  // security key
        default:
            return 0;
    }
}

}  // namespace

std::optional<Frame> parse(std::span<const std::uint8_t> bytes) {
    Reader reader(bytes);
    const std::uint8_t control = reader.u8();
    Frame frame;
    if ((control & kTypeMask) > kClusterType) return std::nullopt;
    frame.cluster_specific = (control & kTypeMask) == kClusterType;
    frame.from_server = (control & kFromServer) != 0;
    frame.disable_default_response = (control & kDisableDefaultResponse) != 0;
    if ((control & kManufacturer) != 0) frame.manufacturer = reader.u16();
    frame.sequence = reader.u8();
    frame.command = reader.u8();
    if (!reader.ok()) return std::nullopt;
    frame.payload.assign(reader.rest().begin(), reader.rest().end());
    return frame;
}

Bytes encode(const Frame& frame) {
    Bytes out;
    out.push_back(static_cast<std::uint8_t>(
        (frame.cluster_specific ? kClusterType : 0) | (frame.manufacturer ? kManufacturer : 0) |
        (frame.from_server ? kFromServer : 0) |
        (frame.disable_default_response ? kDisableDefaultResponse : 0)));
    if (frame.manufacturer) put16(out, *frame.manufacturer);
    out.push_back(frame.sequence);
    out.push_back(frame.command);
    put(out, frame.payload);
    return out;
}

std::int64_t Value::number() const {
    std::uint64_t raw = 0;
    const std::size_t size = std::min<std::size_t>(data.size(), 8);
    for (std::size_t i = 0; i < size; ++i) raw |= std::uint64_t{data[i]} << (8 * i);
    const std::uint64_t sign = size == 0 ? 0 : std::uint64_t{1} << (8 * size - 1);
    if (is_signed(type) && (raw & sign) != 0) raw |= ~(sign * 2 - 1);
    return static_cast<std::int64_t>(raw);
}

Value number(std::uint8_t type, std::int64_t value) {
    Value result{type, {}};
    for (std::size_t i = 0; i < fixed_size(type); ++i) {
        result.data.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    return result;
}

Value text(std::string_view value) {
    value = value.substr(0, 254);
    Value result{kString, {static_cast<std::uint8_t>(value.size())}};
    result.data.insert(result.data.end(), value.begin(), value.end());
    return result;
}

std::optional<std::size_t> size_of(std::uint8_t type, std::span<const std::uint8_t> data) {
    std::size_t size = fixed_size(type);
    if (type == 0x41 || type == kString) {
        if (data.empty()) return std::nullopt;
        size = 1 + (data[0] == 0xFF ? 0U : data[0]);  // 0xFF: an invalid string without text
    }
    if (size == 0 || data.size() < size) return std::nullopt;
    return size;
}

bool analog(std::uint8_t type) {
    return (type >= 0x20 && type <= 0x2F) || (type >= 0x38 && type <= 0x3A) ||
           (type >= 0xE0 && type <= 0xE2);
}

std::uint64_t Reader::take(std::size_t size) {
    if (!ok_ || data_.size() < size) {
        ok_ = false;
        data_ = {};
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{data_[i]} << (8 * i);
    data_ = data_.subspan(size);
    return value;
}

Value Reader::value(std::uint8_t type) {
    const auto size = size_of(type, data_);
    if (!ok_ || !size) {
        ok_ = false;
        data_ = {};
        return {};
    }
    Value result{type, Bytes(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(*size))};
    data_ = data_.subspan(*size);
    return result;
}

void put16(Bytes& out, std::uint16_t value) {
    out.push_back(static_cast<std::uint8_t>(value));
    out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void put64(Bytes& out, std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put(Bytes& out, std::span<const std::uint8_t> data) {
    out.insert(out.end(), data.begin(), data.end());
}

}  // namespace zha::sim::zcl
