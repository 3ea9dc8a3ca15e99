// What: the emulated radio medium: who is on the air, what is sent, who hears it, and the witness
// log. Why: the truth about "two coordinators" is in the medium, not in what programs say about
// themselves. Contract: one thread. Only dongles and devices call it. Every change is written to
// the witness at
//      once. Frame counters are checked per (sender IEEE, key sequence) by every receiver: a frame
//      whose counter is not above the last one heard from that sender is dropped (replay
//      protection).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace zha::sim {

using Ieee = std::uint64_t;  ///< MSB-first number, as people write it
using Bytes = std::vector<std::uint8_t>;
using Key = std::array<std::uint8_t, 16>;

/// The network a coordinator runs.
struct NetworkParams {
    std::uint16_t pan_id = 0;
    std::uint64_t extended_pan_id = 0;
    std::uint8_t channel = 0;
    Key key{};
    std::uint8_t key_seq = 0;
    std::uint8_t update_id = 0;
};

/// One APS frame between a coordinator and a device (NWK and APS headers are not modelled
/// bytewise).
struct ApsFrame {
    Ieee source_ieee = 0;  ///< secured NWK source
    std::uint16_t source = 0;
    std::uint16_t destination = 0;  ///< >= 0xFFF8 = broadcast
    std::uint8_t source_endpoint = 0;
    std::uint8_t destination_endpoint = 0;
    std::uint16_t profile = 0;
    std::uint16_t cluster = 0;
    std::uint16_t group = 0;    ///< != 0: group cast
    std::uint32_t counter = 0;  ///< outgoing NWK frame counter
    Bytes payload;
};

/// What a coordinator (a dongle's firmware) tells its host about, called by the air.
class CoordinatorRadio {
  public:
    virtual ~CoordinatorRadio() = default;
    virtual const std::string& dongle_name() const = 0;
    virtual Ieee ieee() const = 0;
    virtual const NetworkParams& network() const = 0;
    virtual bool permits_joining() const = 0;
    /// Next outgoing NWK frame counter; the firmware saves it as the real one does.
    virtual std::uint32_t next_counter() = 0;
    /// A frame from a device, already decrypted and past replay protection.
    virtual void receive(const ApsFrame& frame, std::uint8_t lqi) = 0;
    /// A device associated and got the key. Returns its short address. `parent` 0 = the
    /// coordinator.
    virtual std::uint16_t device_joined(Ieee device, std::uint16_t wanted,
                                        std::uint8_t capability) = 0;
    virtual void device_announced(Ieee device, std::uint16_t nwk, std::uint8_t capability) = 0;
    virtual void device_left(Ieee device, std::uint16_t nwk) = 0;
};

/// A ZDO request sent over the air to a device and its answer, both as ZDP payload without the
/// transaction number. `cluster` is the request's (0x0002 node desc, 0x0005 active ep, ...).
struct ZdoAnswer {
    bool answered = false;
    std::uint16_t source = 0;
    Bytes payload;
};

/// A simulated end product. Implementations are in simulator/device/.
class DeviceRadio {
  public:
    virtual ~DeviceRadio() = default;
    virtual Ieee ieee() const = 0;
    virtual std::uint16_t nwk() const = 0;
    virtual void receive(const ApsFrame& frame) = 0;  ///< answers through the air
    virtual ZdoAnswer zdo(std::uint16_t cluster, const Bytes& request) = 0;
};

enum class SendResult {
    delivered,  ///< MAC acknowledged (a device that drops a replay still acknowledges)
    no_ack,     ///< nobody with that address hears us
};

/// The medium. `simulator/air/medium.hpp` holds the implementation and make_air().
class Air {
  public:
    virtual ~Air() = default;
    /// The coordinator transmits from now on. `formed`: it made a new network (witnessed as such);
    /// otherwise it resumed one from its NV.
    virtual void coordinator_up(CoordinatorRadio& radio, bool formed) = 0;
    /// Silent from now on; idempotent. `why`: reset, unplug, power-cut, ...
    virtual void coordinator_down(CoordinatorRadio& radio, const std::string& why) = 0;
    /// Sends after the radio delay; `done` is called with what the MAC layer learned.
    virtual void send(CoordinatorRadio& from, ApsFrame frame,
                      std::function<void(SendResult)> done) = 0;
    /// ZDO request to a device; `done` gets the answer (or answered = false after the timeout).
    virtual void zdo(CoordinatorRadio& from, std::uint16_t destination, std::uint16_t cluster,
                     Bytes request, std::function<void(ZdoAnswer)> done) = 0;
    /// Devices waiting to pair try again when a network opens.
    virtual void permit_joining(CoordinatorRadio& radio, std::uint8_t seconds) = 0;
    /// A frame from a device to its coordinator (source, endpoints, cluster and payload filled in).
    virtual void device_send(DeviceRadio& from, ApsFrame frame) = 0;
    /// Beacons an active scan on `channel_mask` would hear, as (source, PAN, EPID, channel).
    struct Beacon {
        std::uint16_t source, pan_id;
        std::uint64_t extended_pan_id;
        std::uint8_t channel;
        bool permit_joining;
    };
    virtual std::vector<Beacon> scan(std::uint32_t channel_mask,
                                     const CoordinatorRadio* except) = 0;
};

}  // namespace zha::sim
