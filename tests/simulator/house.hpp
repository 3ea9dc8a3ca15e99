// What: a coordinator without firmware, and a house of devices on an air in virtual time.
// Why: tests of air and devices say what happens, not how a dongle is built.
// Contract: everything in one House shares one schedule; nothing here waits in real time.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "simulator/air/medium.hpp"
#include "simulator/device/fleet.hpp"
#include "simulator/device/zcl.hpp"
#include "simulator/virtual_schedule.hpp"

namespace zha::sim {

using namespace std::chrono_literals;

inline NetworkParams home_network() {
    NetworkParams network;
    network.pan_id = 0x1A62;
    network.extended_pan_id = 0xDDDD'DDDD'DDDD'DDDD;
    network.channel = 15;
    network.key.fill(0x5A);
    return network;
}

class FakeCoordinator : public CoordinatorRadio {
  public:
    explicit FakeCoordinator(std::string name, NetworkParams network = home_network())
        : name_(std::move(name)), network_(network) {}

    const std::string& dongle_name() const override { return name_; }
    Ieee ieee() const override { return 0x0012'4B00'0000'0001; }
    const NetworkParams& network() const override { return network_; }
    bool permits_joining() const override { return open; }
    std::uint32_t next_counter() override { return ++counter; }
    void receive(const ApsFrame& frame, std::uint8_t) override { frames.push_back(frame); }
    std::uint16_t device_joined(Ieee device, std::uint16_t, std::uint8_t) override {
        joined.push_back(device);
        return next_nwk++;
    }
    void device_announced(Ieee device, std::uint16_t, std::uint8_t) override {
        announced.push_back(device);
    }
    void device_left(Ieee device, std::uint16_t) override { left.push_back(device); }

    bool open = false;
    std::uint32_t counter = 0;
    std::uint16_t next_nwk = 0x1001;
    std::vector<ApsFrame> frames;
    std::vector<Ieee> joined, announced, left;

  private:
    std::string name_;
    NetworkParams network_;
};

/// A plug, a bulb and a sensor, and dongle "a" that runs their network.
class House {
  public:
    explicit House(FleetOptions options = {}) : fleet(schedule, air, options) {}

    Status add_and_pair(const std::string& kind) {
        if (Status status = fleet.add(kind, kind); !status) return status;
        if (air.statistics().coordinators.empty()) air.coordinator_up(a, true);
        a.open = true;
        if (Status status = fleet.pair(kind); !status) return status;
        schedule.advance(1s);
        a.open = false;
        a.frames.clear();
        return {};
    }
    DeviceState state(const std::string& name) const {
        for (const DeviceState& device : fleet.list()) {
            if (device.name == name) return device;
        }
        return {};
    }
    std::uint16_t nwk(const std::string& name) const {
        const auto radio = state(name).radio;
        return radio.membership ? radio.membership->nwk : 0xFFFE;
    }
    /// Sends one ZCL frame from endpoint 1 to endpoint 1 of the device.
    void send(FakeCoordinator& from, std::uint16_t destination, std::uint16_t cluster,
              const zcl::Frame& frame) {
        ApsFrame aps;
        aps.destination = destination;
        aps.source_endpoint = 1;
        aps.destination_endpoint = 1;
        aps.profile = 0x0104;
        aps.cluster = cluster;
        aps.payload = zcl::encode(frame);
        result.reset();
        air.send(from, aps, [this](SendResult sent) { result = sent; });
    }
    /// The answer to one ZCL request within 100 ms, parsed.
    std::optional<zcl::Frame> ask(const std::string& name, std::uint16_t cluster,
                                  zcl::Frame frame) {
        frame.sequence = ++sequence;
        const std::size_t before = a.frames.size();
        send(a, nwk(name), cluster, frame);
        schedule.advance(100ms);
        for (std::size_t i = before; i < a.frames.size(); ++i) {
            auto reply = zcl::parse(a.frames[i].payload);
            if (reply && reply->sequence == sequence && !is_report(*reply)) return reply;
        }
        return std::nullopt;
    }
    static bool is_report(const zcl::Frame& frame) {
        return !frame.cluster_specific &&
               frame.command == static_cast<std::uint8_t>(zcl::General::report);
    }
    /// Payloads of the reports that dongle "a" heard of a cluster.
    std::vector<Bytes> reports(std::uint16_t cluster) const {
        std::vector<Bytes> found;
        for (const ApsFrame& frame : a.frames) {
            auto parsed = zcl::parse(frame.payload);
            if (frame.cluster == cluster && parsed && is_report(*parsed)) {
                found.push_back(parsed->payload);
            }
        }
        return found;
    }
    ZdoAnswer zdo(const std::string& name, std::uint16_t cluster, Bytes request) {
        ZdoAnswer answer;
        air.zdo(a, nwk(name), cluster, std::move(request),
                [&answer](ZdoAnswer given) { answer = std::move(given); });
        schedule.advance(6s);
        return answer;
    }

    VirtualSchedule schedule;
    MemoryWitness witness;
    Medium air{schedule, witness};
    FakeCoordinator a{"a"};
    FakeCoordinator b{"b"};
    DeviceFleet fleet;
    std::optional<SendResult> result;
    std::uint8_t sequence = 200;  ///< away from the numbers devices count for themselves
};

inline zcl::Frame command(std::uint8_t id, Bytes payload = {}) {
    zcl::Frame frame;
    frame.cluster_specific = true;
    frame.command = id;
    frame.payload = std::move(payload);
    return frame;
}

inline zcl::Frame general(zcl::General id, Bytes payload) {
    zcl::Frame frame;
    frame.command = static_cast<std::uint8_t>(id);
    frame.payload = std::move(payload);
    return frame;
}

}  // namespace zha::sim
