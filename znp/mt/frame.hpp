// What: the UNPI frame of TI's Monitor and Test interface, its encoder and its parser.
// Why: a serial line delivers noise, halves and leftovers; the parser finds the frames in it.
// Contract: FE | LEN (0..250) | CMD0 = type<<5|subsystem | CMD1 | DATA | FCS = XOR of LEN..DATA.
//      Source: TI "Z-Stack Monitor and Test API" (SWRA198). All integers are little-endian.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace zha::znp {

using Bytes = std::vector<std::uint8_t>;

enum class Type : std::uint8_t { poll = 0, sreq = 1, areq = 2, srsp = 3 };

enum class Subsystem : std::uint8_t {
    rpc_error = 0x00,
    sys = 0x01,
    mac = 0x02,
    nwk = 0x03,
    af = 0x04,
    zdo = 0x05,
    sapi = 0x06,
    util = 0x07,
    dbg = 0x08,
    app = 0x09,
    app_cnf = 0x0F,
    gp = 0x15,
};

inline constexpr std::size_t kMaxData = 250;

struct Frame {
    Type type = Type::sreq;
    Subsystem subsystem = Subsystem::sys;
    std::uint8_t id = 0;
    Bytes data;

    std::uint8_t cmd0() const {
        return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 5 |
                                         static_cast<unsigned>(subsystem));
    }
    bool operator==(const Frame&) const = default;
};

/// The bytes on the wire. `frame.data` must not exceed kMaxData (asserted).
Bytes encode(const Frame& frame);

/// Finds frames in a byte stream. After a bad length or checksum it goes on at the byte behind the
/// false start, so that a frame hidden in garbage is still found. Keeps at most one frame's bytes.
class Parser {
  public:
    void feed(std::span<const std::uint8_t> bytes);
    /// The next complete frame, in order of arrival.
    std::optional<Frame> next();
    /// Bytes thrown away so far (noise, false starts, bad checksums).
    std::uint64_t skipped() const { return skipped_; }
    void clear();

  private:
    void scan();
    Bytes pending_;
    std::deque<Frame> ready_;
    std::uint64_t skipped_ = 0;
};

}  // namespace zha::znp
