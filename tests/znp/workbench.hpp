// What: the driver at an emulated dongle, firmware and all, in one process and in virtual time.
// Why: power cuts and broken lines are tried by the thousand; not one of them may cost a second.
// Contract: one thread; nothing waits in real time. run() ends with the task or fails the test when
//      an hour of virtual time did not do it. `mangle` sees what the dongle sends and decides what
//      arrives, by arrive().
#pragma once

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "simulator/air/medium.hpp"
#include "simulator/dongle/dongle.hpp"
#include "simulator/virtual/clock.hpp"
#include "znp/driver/driver.hpp"

namespace zha::znp::test {

/// Sanitizers cost a factor of ten: they look at one case of this many, the plain build at all.
#ifdef __SANITIZE_ADDRESS__
inline constexpr unsigned kEvery = 25;
#else
inline constexpr unsigned kEvery = 1;
#endif

/// The emulator's schedule on the timeline of the hosts.
class HostSchedule final : public sim::Schedule {
  public:
    explicit HostSchedule(sim::VirtualTime& time) : time_(time) {}
    sim::Micros now() const override { return time_.elapsed(); }
    Handle after(sim::Micros delay, std::function<void()> callback) override {
        return time_.after(delay, std::move(callback));
    }
    void cancel(Handle handle) override { time_.cancel(handle); }

  private:
    sim::VirtualTime& time_;
};

/// The host's end of a line; its other end is a pair of functions.
class VirtualLine final : public Transport {
  public:
    VirtualLine(asio::any_io_executor executor, std::function<void(Bytes)> out,
                std::function<void(bool, bool)> lines);
    Task<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override;
    Task<Status> write(std::span<const std::uint8_t> bytes) override;
    Status set_lines(bool dtr, bool rts) override;
    void close() override { vanish(); }

    void arrive(const Bytes& bytes);
    /// The port is gone, as when the stick is pulled out.
    void vanish();

  private:
    struct State;
    std::shared_ptr<State> state_;  ///< outlives us in a read under way
    std::function<void(Bytes)> out_;
    std::function<void(bool, bool)> lines_;
};

struct Workbench {
    static constexpr std::uint64_t kHardwareIeee = 0x00124B00AABBCC01;
    static constexpr Millis kAnHour{3600000};

    /// `cut_after`: the power goes after so many NV writes of its first boot; 0: it does not.
    explicit Workbench(sim::NvStore::Contents contents = {},
                       sim::LineOptions line = {sim::Micros(0), 0, true},
                       std::uint64_t cut_after = 0);
    ~Workbench();
    Workbench(const Workbench&) = delete;

    /// A new driver at the dongle, as after starting the program.
    Driver& plug_driver(DriverOptions options = {});
    /// Power off and on again, and the time it takes to boot.
    void power_cycle();
    /// What a host does that starts the network; the network that is on the air then.
    std::optional<sim::NetworkParams> start_network();
    Image content() const;
    Time soon(Millis span = Millis{600000}) const { return clock.now() + span; }
    void arrive(const Bytes& bytes) {
        if (line) line->arrive(bytes);
    }

    template <class T>
    static Task<void> keep(Task<T> task, std::optional<T>& result) {
        result.emplace(co_await std::move(task));
    }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(context, keep(std::move(task), result), asio::detached);
        EXPECT_TRUE(time.advance_until([&] { return result.has_value(); }, kAnHour));
        return std::move(result.value());
    }

    sim::VirtualTime time;
    asio::io_context context;
    HostSchedule schedule{time};
    sim::VirtualClock clock{time};
    sim::MemoryWitness witness;
    sim::Medium air{schedule, witness};
    sim::Dongle dongle;
    VirtualLine* line = nullptr;  ///< the current driver's
    std::unique_ptr<Driver> driver;
    std::function<void(const Bytes&)> mangle;   ///< dongle to host; empty: as it is
    std::function<void(Bytes)> mangle_request;  ///< host to dongle; empty: as it is
};

sim::NvStore::Contents contents_of(const Image& image);

/// What sets one network apart from another.
struct Home {
    std::uint16_t pan_id;
    std::uint64_t extended_pan_id;
    std::uint8_t key_byte;
    std::uint64_t ieee;
    unsigned devices = 0;
    /// Were the configuration items that a forming starts from left at their defaults?
    bool configured = true;
};

/// The content of a dongle that formed this network, knows its devices and is marked configured.
Image formed_image(const Home& home);
/// The content of a dongle that booted and never had a network.
Image factory_new_image();

}  // namespace zha::znp::test
