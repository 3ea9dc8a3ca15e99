// What: a dongle on an air in virtual time, with the host's side of its serial line.
// Why: tests say what a host sees, and what the air's witness saw.
// Contract: nothing here waits in real time; ask() fails the test when no answer comes.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "simulator/air/medium.hpp"
#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/dongle.hpp"
#include "simulator/dongle/nv_ids.hpp"
#include "simulator/virtual_schedule.hpp"

namespace zha::sim {

using namespace std::chrono_literals;
using znp::Frame;
using znp::Subsystem;
using znp::Type;

constexpr Ieee kHardwareIeee = 0x00124B0025000001;
constexpr std::uint64_t kEpid = 0xDDDDDDDDDDDDDDDD;

inline LineOptions instant_line() {
    LineOptions line;
    line.instant = true;
    return line;
}

class Host {
  public:
    Host(VirtualSchedule& schedule, Air& air, std::string name, Ieee ieee = kHardwareIeee,
         LineOptions line = instant_line(), std::string nv_file = "")
        : schedule_(schedule),
          dongle(schedule, air, options(std::move(name), ieee), line, std::move(nv_file)) {
        dongle.to_host = [this](const Bytes& bytes) {
            parser_.feed(bytes);
            while (auto frame = parser_.next()) frames.push_back(*frame);
        };
    }
    static FirmwareOptions options(std::string name, Ieee ieee) {
        FirmwareOptions firmware;
        firmware.name = std::move(name);
        firmware.hardware_ieee = ieee;
        return firmware;
    }
    void plug() {
        dongle.plug();
        schedule_.advance(1s);
    }
    void send(Subsystem subsystem, std::uint8_t id, Bytes data, Type type = Type::sreq) {
        dongle.from_host(znp::encode({type, subsystem, id, std::move(data)}));
        schedule_.advance(1ms);
    }
    /// The SRSP's data, or nullopt.
    std::optional<Bytes> ask(Subsystem subsystem, std::uint8_t id, Bytes data = {}) {
        const std::size_t before = frames.size();
        send(subsystem, id, std::move(data));
        for (std::size_t i = before; i < frames.size(); ++i) {
            if (frames[i].type == Type::srsp) return frames[i].data;
        }
        return std::nullopt;
    }
    std::optional<Bytes> areq(Subsystem subsystem, std::uint8_t id) const {
        for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
            if (frame->type == Type::areq && frame->subsystem == subsystem && frame->id == id) {
                return frame->data;
            }
        }
        return std::nullopt;
    }
    void reset() {
        send(Subsystem::sys, 0x00, {1}, Type::areq);
        schedule_.advance(1s);
    }
    /// Configures and forms the network kEpid as a host does.
    void form() {
        NvStore& nv = dongle.nv();
        nv.put(nv::kPanId, {0x62, 0x1A});
        nv.put(nv::kExtendedPanId, Writer().u64(kEpid));
        nv.put(nv::kChanList, Writer().u32(1U << 15));
        nv.put(nv::kPrecfgKey, Bytes(16, 0x5A));
        ask(Subsystem::app_cnf, 0x05, {4});
        schedule_.advance(2s);
    }
    void start() {
        ask(Subsystem::zdo, 0x40, {100, 0});
        schedule_.advance(2s);
    }
    std::uint8_t state() { return ask(Subsystem::util, 0x00).value_or(Bytes(13, 0xEE)).at(12); }
    /// (counter in the table, counter in the key item)
    std::pair<std::uint64_t, std::uint64_t> saved_counters() {
        const Bytes* entry = dongle.nv().find(nv::kNwkSecMaterial, 0);
        const Bytes* key = dongle.nv().find(nv::kNwkKey);
        return {get_le(*entry, 0, 4), get_le(*key, nv::kNwkKeyCounter, 4)};
    }

  private:
    VirtualSchedule& schedule_;
    znp::Parser parser_;

  public:
    std::vector<Frame> frames;
    Dongle dongle;
};

/// One air with dongle "a".
class Bench : public ::testing::Test {
  protected:
    void SetUp() override { a.plug(); }
    std::vector<std::string> on_air() const {
        std::vector<std::string> names;
        for (const auto& coordinator : air.statistics().coordinators) {
            names.push_back(coordinator.dongle);
        }
        return names;
    }
    VirtualSchedule schedule;
    MemoryWitness witness;
    Medium air{schedule, witness};
    Host a{schedule, air, "a"};
};

using Names = std::vector<std::string>;

}  // namespace zha::sim
