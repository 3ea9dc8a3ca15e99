// What: the frames of the Zigbee Cluster Library: header, attribute values, statuses.
// Why: devices must answer byte for byte as real ones do, or zigbee2mqtt does not know them.
// Contract: ZCL revision 8 (CSA 07-5123), chapter 2. Integers are little-endian on the air. Values
//      are kept in their wire encoding behind their type; a short or unknown one parses to nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "simulator/air/air.hpp"

namespace zha::sim::zcl {

enum class Status : std::uint8_t {
    success = 0x00,
    failure = 0x01,
    malformed = 0x80,
    unsupported_cluster_command = 0x81,
    unsupported_general_command = 0x82,
    unsupported_manufacturer_cluster_command = 0x83,
    unsupported_manufacturer_general_command = 0x84,
    unsupported_attribute = 0x86,
    invalid_value = 0x87,
    read_only = 0x88,
    insufficient_space = 0x89,
    not_found = 0x8B,
    unreportable_attribute = 0x8C,
    invalid_data_type = 0x8D,
    unsupported_cluster = 0xC3,
};

/// Commands valid for every cluster (ZCL 2.5).
enum class General : std::uint8_t {
    read = 0x00,
    read_response = 0x01,
    write = 0x02,
    write_undivided = 0x03,
    write_response = 0x04,
    write_no_response = 0x05,
    configure_reporting = 0x06,
    configure_reporting_response = 0x07,
    read_reporting = 0x08,
    read_reporting_response = 0x09,
    report = 0x0A,
    default_response = 0x0B,
    discover = 0x0C,
    discover_response = 0x0D,
};

/// Frame control: bits 0-1 type (0 general, 1 cluster), 2 manufacturer, 3 from the server side,
/// 4 disable default response.
struct Frame {
    bool cluster_specific = false;
    bool from_server = false;
    bool disable_default_response = false;
    std::optional<std::uint16_t> manufacturer;
    std::uint8_t sequence = 0;
    std::uint8_t command = 0;
    Bytes payload;
};

std::optional<Frame> parse(std::span<const std::uint8_t> bytes);
Bytes encode(const Frame& frame);

/// ZCL data types used by the products here (ZCL 2.6.2).
enum Type : std::uint8_t {
    kBool = 0x10,
    kBitmap8 = 0x18,
    kBitmap16 = 0x19,
    kUint8 = 0x20,
    kUint16 = 0x21,
    kUint32 = 0x23,
    kInt16 = 0x29,
    kEnum8 = 0x30,
    kString = 0x42,
};

/// A typed value in wire encoding (strings with their length byte).
struct Value {
    std::uint8_t type = kUint8;
    Bytes data;
    bool operator==(const Value&) const = default;

    /// The first eight bytes as a number, sign-extended for signed types.
    std::int64_t number() const;
};

Value number(std::uint8_t type, std::int64_t value);
/// At most 254 characters; longer text is cut.
Value text(std::string_view value);

/// Size in bytes of a value of `type` at the start of `data`; nullopt if unknown or cut off.
std::optional<std::size_t> size_of(std::uint8_t type, std::span<const std::uint8_t> data);
/// Analog types have a "reportable change" in Configure Reporting; discrete ones have none.
bool analog(std::uint8_t type);

/// Reads little-endian fields; after a short read ok() is false and everything reads 0.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> data) : data_(data) {}
    std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(take(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(take(4)); }
    std::uint64_t u64() { return take(8); }
    Value value(std::uint8_t type);
    bool ok() const { return ok_; }
    bool empty() const { return data_.empty(); }
    std::span<const std::uint8_t> rest() const { return data_; }

  private:
    std::uint64_t take(std::size_t size);
    std::span<const std::uint8_t> data_;
    bool ok_ = true;
};

void put16(Bytes& out, std::uint16_t value);
void put64(Bytes& out, std::uint64_t value);
void put(Bytes& out, std::span<const std::uint8_t> data);

}  // namespace zha::sim::zcl
