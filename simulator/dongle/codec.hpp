// What: little-endian reading and writing of MT payloads and NV structures.
// Why: every length that a host sends is checked in one place.
// Contract: a Reader that was asked for more than it has gives zeros and is no longer ok().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulator/air/air.hpp"

namespace zha::sim {

class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> data) : data_(data) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    Bytes take(std::size_t count) {
        if (!has(count)) return Bytes(count < 256 ? count : 0);
        const auto part = data_.subspan(at_, count);
        at_ += count;
        return {part.begin(), part.end()};
    }
    Bytes rest() { return take(left()); }
    std::size_t left() const { return data_.size() - at_; }
    bool ok() const { return ok_; }

  private:
    bool has(std::size_t count) {
        if (count > left()) ok_ = false;
        return ok_;
    }
    std::uint64_t number(std::size_t size) {
        if (!has(size)) return 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{data_[at_ + i]} << (8 * i);
        at_ += size;
        return value;
    }
    std::span<const std::uint8_t> data_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

class Writer {
  public:
    Writer& u8(std::uint64_t value) { return number(value, 1); }
    Writer& u16(std::uint64_t value) { return number(value, 2); }
    Writer& u32(std::uint64_t value) { return number(value, 4); }
    Writer& u64(std::uint64_t value) { return number(value, 8); }
    Writer& bytes(std::span<const std::uint8_t> value) {
        out_.insert(out_.end(), value.begin(), value.end());
        return *this;
    }
    Writer& fill(std::size_t count, std::uint8_t value) {
        out_.insert(out_.end(), count, value);
        return *this;
    }
    operator Bytes() const { return out_; }  // NOLINT: a Writer is the bytes it wrote

  private:
    Writer& number(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        }
        return *this;
    }
    Bytes out_;
};

/// Reads or replaces a little-endian number inside a structure; both are bounds-checked.
inline std::uint64_t get_le(const Bytes& data, std::size_t at, std::size_t size) {
    if (at + size > data.size()) return 0;
    return size == 8   ? Reader(std::span(data).subspan(at)).u64()
           : size == 4 ? Reader(std::span(data).subspan(at)).u32()
           : size == 2 ? Reader(std::span(data).subspan(at)).u16()
                       : data[at];
}
inline void set_le(Bytes& data, std::size_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size && at + i < data.size(); ++i) {
        data[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

}  // namespace zha::sim
