// What: the firmware of a ZNP coordinator dongle (Z-Stack 3.x on a CC2652): boot, network, host
//      interface. Why: real clients drive it over a serial line and must not see a difference.
// Contract: one thread; it lives in a Schedule and an Air. What is not in the NV store is lost by
//      power_off() and by every reset. Frames for the host go to `to_host`, in order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "simulator/air/air.hpp"
#include "simulator/dongle/nv_store.hpp"
#include "simulator/schedule.hpp"
#include "znp/mt/frame.hpp"

namespace zha::sim {

enum class ZdoState : std::uint8_t { hold = 0, starting = 8, coordinator = 9 };

struct FirmwareOptions {
    std::string name;
    Ieee hardware_ieee = 0;
    std::uint32_t seed = 1;
    std::uint32_t revision = 20240710;
    Micros boot = Millis(300);
    Micros formation = Millis(1000);
    Micros resume = Millis(300);
};

/// An endpoint that the host registered. Held in RAM: gone after a reset.
struct HostEndpoint {
    std::uint8_t id = 0;
    std::uint16_t profile = 0;
    std::uint16_t device_id = 0;
    std::uint8_t version = 0;
    std::vector<std::uint16_t> in, out;
};

/// A used entry of the address manager.
struct KnownDevice {
    std::uint16_t index = 0;
    std::uint8_t user = 0;
    std::uint16_t nwk = 0;
    Ieee ieee = 0;
};

class Firmware final : public CoordinatorRadio {
  public:
    using ToHost = std::function<void(const znp::Frame&)>;
    Firmware(Schedule& schedule, Air& air, NvStore& nv, FirmwareOptions options, ToHost to_host);
    ~Firmware() override;

    // -- power
    void power_on();
    /// Silent at once: radio down, RAM gone. `why` is what the witness will say.
    void power_off(const std::string& why);
    /// What SYS_RESET_REQ does: down, boot, SYS_RESET_IND.
    void reset();
    bool running() const { return running_; }

    // -- the host's side: one request; requests that come while it boots are lost
    void handle(const znp::Frame& request);

    // -- for the command handlers
    NvStore& nv() { return nv_; }
    Air& air() { return air_; }
    Schedule& schedule() { return schedule_; }
    const FirmwareOptions& options() const { return options_; }
    std::mt19937& random() { return random_; }
    void areq(znp::Subsystem subsystem, std::uint8_t id, Bytes data);
    /// Runs `action` later unless the RAM it belongs to is lost before.
    void later(Micros delay, std::function<void()> action);
    /// Wraps a callback of the air: it is dropped when the firmware restarted meanwhile.
    template <class... Args>
    std::function<void(Args...)> guarded(std::function<void(Args...)> action) {
        return [life = std::weak_ptr<int>(life_), action = std::move(action)](Args... args) {
            if (!life.expired()) action(std::forward<Args>(args)...);
        };
    }
    ZdoState state() const { return state_; }
    bool on_network() const { return state_ == ZdoState::coordinator; }
    std::uint32_t channel_mask() const { return channel_mask_; }
    void set_ieee(Ieee ieee) { ieee_ = ieee; }
    /// Resumes the network in NV, or forms a new one when there is none. True: resumed.
    bool start_network();
    void set_primary_channels(std::uint32_t mask) { primary_channels_ = mask; }
    void permit_joining(std::uint8_t seconds);
    void set_frame_counter(std::uint32_t counter);
    std::uint32_t frame_counter() const { return counter_; }
    void change_channel(std::uint32_t mask, std::uint8_t update_id);
    /// With the quirk for it: what this item holds now will soon be written over it again.
    void put_back_once(std::uint16_t legacy_id);
    const std::map<std::uint8_t, HostEndpoint>& endpoints() const { return endpoints_; }
    /// False: the endpoint exists already.
    bool register_endpoint(HostEndpoint endpoint);
    void remove_endpoint(std::uint8_t id) { endpoints_.erase(id); }
    std::map<std::pair<std::uint8_t, std::uint16_t>, std::string>& groups() { return groups_; }
    /// Whether the host wants ZDP messages of this cluster as they come (0xFFFF: of all).
    bool hears_zdo(std::uint16_t cluster) const {
        return zdo_heard_.contains(cluster) || zdo_heard_.contains(0xFFFF);
    }
    void hear_zdo(std::uint16_t cluster, bool wanted) {
        if (wanted)
            zdo_heard_.insert(cluster);
        else
            zdo_heard_.erase(cluster);
    }
    std::vector<KnownDevice> known_devices() const;
    std::optional<KnownDevice> find_device(Ieee ieee) const;
    std::optional<KnownDevice> find_device(std::uint16_t nwk) const;
    bool remember_device(Ieee ieee, std::uint16_t nwk, std::uint8_t user);
    void forget_device(Ieee ieee);

    // -- CoordinatorRadio
    const std::string& dongle_name() const override { return options_.name; }
    Ieee ieee() const override { return ieee_; }
    const NetworkParams& network() const override { return network_; }
    bool permits_joining() const override { return joining_; }
    std::uint32_t next_counter() override;
    void receive(const ApsFrame& frame, std::uint8_t lqi) override;
    std::uint16_t device_joined(Ieee device, std::uint16_t wanted,
                                std::uint8_t capability) override;
    void device_announced(Ieee device, std::uint16_t nwk, std::uint8_t capability) override;
    void device_left(Ieee device, std::uint16_t nwk) override;

  private:
    void answer(const znp::Frame& request, znp::Frame reply);
    void lose_ram();
    void boot();
    void apply_startup_options();
    void clear_state();
    void create_defaults();
    void age_link_keys();
    void form();
    void choose_network();
    void write_network();
    void come_up(bool formed);
    void set_state(ZdoState state);
    void tell_commissioning(std::uint8_t status, std::uint8_t mode, std::uint8_t left);
    std::uint32_t stored_counter() const;
    void save_counter();
    std::uint16_t counter_slot() const;
    std::uint16_t free_short_address();
    void store_link_key(Ieee device);

    Schedule& schedule_;
    Air& air_;
    NvStore& nv_;
    FirmwareOptions options_;
    ToHost to_host_;
    std::mt19937 random_;

    // -- RAM
    std::shared_ptr<int> life_;
    bool running_ = false;
    Ieee ieee_ = 0;
    ZdoState state_ = ZdoState::hold;
    bool starting_ = false;
    NetworkParams network_;
    std::uint32_t channel_mask_ = 0;
    std::optional<std::uint32_t> primary_channels_;
    std::uint32_t counter_ = 0;
    std::uint32_t saved_counter_ = 0;
    bool joining_ = false;
    std::uint64_t joining_turn_ = 0;
    std::map<std::uint8_t, HostEndpoint> endpoints_;
    std::map<std::pair<std::uint8_t, std::uint16_t>, std::string> groups_;
    std::set<std::uint16_t> zdo_heard_;
};

}  // namespace zha::sim
