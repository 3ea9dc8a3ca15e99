// What: the implementation of the air, with the side that devices see: pairing, leaving,
// statistics. Why: coordinators come and go on it, devices stay bound to their network whoever runs
// it. Contract: one thread. A coordinator's frame takes its counter from next_counter() when the
// caller
//      left `counter` 0, every ZDO request does. A frame that is due after its coordinator went
//      down is lost and `done` is not called. Two coordinators of one network both hear a device's
//      unicast, as two radios with one PAN and address would; the device hears both of them.
#pragma once

#include <memory>
#include <optional>
#include <tuple>

#include "simulator/air/air.hpp"
#include "simulator/air/overlap.hpp"
#include "simulator/air/replay.hpp"
#include "simulator/air/statistics.hpp"
#include "simulator/air/witness.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

/// A device as the medium needs it: what it tells when it associates, and what happens to it.
class PairableDevice : public DeviceRadio {
  public:
    virtual const std::string& name() const = 0;
    /// MAC capability: 0x8E mains-powered router, 0x80 sleepy end device.
    virtual std::uint8_t capability() const = 0;
    virtual std::uint8_t lqi() const = 0;
    virtual void joined(std::uint16_t nwk) = 0;
    virtual void left() = 0;
};

/// The network a device is commissioned to, and what it remembers about it.
struct Membership {
    NetworkParams network;
    std::uint16_t nwk = 0;
    Ieee coordinator = 0;
};

/// What a device keeps, whoever runs the coordinator. Readable for `zha-sim ctl devices`.
struct StationState {
    std::optional<Membership> membership;
    std::uint32_t own_counter = 0;               ///< next outgoing NWK frame counter
    std::optional<std::uint32_t> heard_counter;  ///< last accepted one of its coordinator
    std::uint64_t joins = 0;                     ///< commissionings, re-joins included
    std::uint64_t drops = 0;                     ///< frames it refused
    bool pairing = false;                        ///< looks for an open network
};

class Medium : public Air {
  public:
    Medium(Schedule& schedule, Witness& witness);
    ~Medium() override;

    void coordinator_up(CoordinatorRadio& radio, bool formed) override;
    void coordinator_down(CoordinatorRadio& radio, const std::string& why) override;
    void send(CoordinatorRadio& from, ApsFrame frame,
              std::function<void(SendResult)> done) override;
    void zdo(CoordinatorRadio& from, std::uint16_t destination, std::uint16_t cluster,
             Bytes request, std::function<void(ZdoAnswer)> done) override;
    void permit_joining(CoordinatorRadio& radio, std::uint8_t seconds) override;
    void device_send(DeviceRadio& from, ApsFrame frame) override;
    std::vector<Beacon> scan(std::uint32_t channel_mask, const CoordinatorRadio* except) override;

    /// The device must outlive the medium or be removed.
    void add_device(PairableDevice& device);
    void remove_device(Ieee ieee);
    /// The device forgets its network and looks for an open one, until it found one.
    void pair(Ieee ieee);
    /// The device says good-bye (a coordinator that hears it is told) and is factory-new.
    void leave(Ieee ieee);
    /// Device announce broadcast, as after a power cycle.
    void announce(Ieee ieee);
    StationState station(Ieee ieee) const;
    /// Puts back what an earlier process knew of a device (see StationState).
    void restore(Ieee ieee, const StationState& state);
    AirStatistics statistics() const;

  private:
    using OnAirId = std::uint64_t;

    /// One period of a coordinator between up and down.
    struct OnAir {
        OnAirId id = 0;
        CoordinatorRadio* radio = nullptr;
        NetworkParams started;  ///< as it was when it came up; the current one is radio->network()
        Micros since{0};
        std::optional<std::uint32_t> first_counter;
        std::uint32_t last_counter = 0;
        std::uint64_t frames = 0;
        bool regressed = false;
        ReplayGuard heard;  ///< in RAM: a coordinator that restarts accepts every device again
    };
    struct Station {
        PairableDevice* device = nullptr;
        StationState state;
        ReplayGuard heard;
        Micros awake_until{0};
    };

    OnAir* on_air(const CoordinatorRadio& radio);
    OnAir* on_air(OnAirId id);
    /// Runs `action` after `delay` unless the medium is gone by then.
    void later(Micros delay, std::function<void()> action);
    nlohmann::ordered_json describe(const OnAir& coordinator) const;

    /// The device whose MAC acknowledges a frame to `nwk` on this PAN and channel.
    Station* addressed(const NetworkParams& network, std::uint16_t nwk);
    bool decrypts(const Station& station, const NetworkParams& network) const;
    /// When the device listens next; nullopt: too late for its parent's buffer.
    std::optional<Micros> listens_in(const Station& station) const;
    /// Counts a secured frame of the coordinator and returns its counter.
    std::uint32_t transmit(OnAir& coordinator, std::uint32_t given);
    /// Decryption and replay protection in the device.
    bool accepts(Station& station, const OnAir& coordinator, std::uint32_t counter);
    void deliver_unicast(OnAirId id, const ApsFrame& frame,
                         const std::function<void(SendResult)>& done);
    void deliver_broadcast(OnAirId id, const ApsFrame& frame);
    using ZdoDone = std::function<void(ZdoAnswer)>;
    void zdo_unicast(OnAirId id, const ApsFrame& request, const ZdoDone& done);
    void zdo_broadcast(OnAirId id, const ApsFrame& request, const ZdoDone& done);
    void follow_network_update(Station& station, const Bytes& request);

    void try_to_join(Ieee ieee);
    void associate(Station& station, OnAir& coordinator);
    void forget_network(Station& station);
    /// The device sends a secured frame; `action` runs for each coordinator that accepts it.
    void device_transmits(Station& station,
                          std::function<void(CoordinatorRadio&, std::uint32_t counter)> action);

    Schedule& schedule_;
    Witness& witness_;
    OverlapMeter overlap_;
    std::map<OnAirId, OnAir> coordinators_;
    std::map<Ieee, Station> stations_;
    /// Highest counter ever seen on the air, per (IEEE, EPID, key sequence).
    std::map<std::tuple<Ieee, std::uint64_t, std::uint8_t>, std::uint32_t> sent_;
    OnAirId next_id_ = 1;
    AirStatistics totals_;
    /// Scheduled callbacks hold it weakly: after the medium is gone they do nothing.
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

std::unique_ptr<Medium> make_air(Schedule& schedule, Witness& witness);

}  // namespace zha::sim
