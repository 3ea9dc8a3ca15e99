// A fenced dongle listens: what it hears of a second coordinator on the emulated air.
#include <unistd.h>

#include <filesystem>

#include "node-agent/dongle/real_dongle.hpp"
#include "simulator/dongle/nv_file.hpp"
#include "simulator/program/simulation.hpp"
#include "tests/znp/workbench.hpp"

// Runs with the library of tests/support preloaded: a pseudo-terminal is the serial port.
namespace zha::znp {
namespace {

constexpr test::Home kHome{0x1A62, 0xA0A1A2A3A4A5A6A7, 0x11, 0x00124B00000000A1};
constexpr std::uint8_t kChannel = 11;

TEST(Listening, WithoutAnybodyThereIsNoBeaconAndTheDongleStaysSilent) {
    test::Workbench bench(test::contents_of(test::formed_image(kHome)));
    auto& driver = bench.plug_driver();
    ASSERT_TRUE(bench.run(driver.connect(bench.soon())));
    const auto heard = bench.run(driver.listen(kChannel, bench.soon()));
    ASSERT_TRUE(heard) << heard.error().message;
    EXPECT_TRUE(heard->empty());
    EXPECT_EQ(bench.run(driver.identify(bench.soon()))->info.state, mt::kDeviceStateHold);
    EXPECT_EQ(bench.content().items, test::formed_image(kHome).items) << "nothing was changed";
}

TEST(Listening, ADongleOnTheAirIsNotAskedToScan) {
    test::Workbench bench(test::contents_of(test::formed_image(kHome)));
    ASSERT_TRUE(bench.start_network());
    auto& driver = bench.plug_driver();
    ASSERT_TRUE(bench.run(driver.connect(bench.soon())));
    EXPECT_EQ(bench.run(driver.listen(kChannel, bench.soon())).error().code, Errc::refused);
    EXPECT_EQ(bench.run(driver.identify(bench.soon()))->info.state, mt::kDeviceStateCoordinator);
}

TEST(Listening, NotificationsOfAnotherLengthAreRefused) {
    Frame frame{Type::areq, Subsystem::zdo, mt::id::ZDO_BEACON_NOTIFY_IND, Bytes(22, 0)};
    frame.data[0] = 1;
    frame.data[5] = kChannel;
    ASSERT_TRUE(mt::parse_beacons(frame));
    EXPECT_EQ(mt::parse_beacons(frame)->front().channel, kChannel);
    frame.data[0] = 2;
    EXPECT_FALSE(mt::parse_beacons(frame));
    frame.data.clear();
    EXPECT_FALSE(mt::parse_beacons(frame));
}

/// Two dongles with one network's image: `a` is started, `b` is the fenced standby.
struct TwoDongles : testing::Test {
    std::string folder = testing::TempDir() + "zha-listen-" + std::to_string(::getpid());
    asio::io_context context;
    RealClock clock{context.get_executor()};
    std::unique_ptr<sim::Simulation> simulation;

    void SetUp() override {
        std::filesystem::create_directories(folder);
        ::setenv("ZHA_PTY_LINES", (folder + "/lines.sock").c_str(), 1);
        sim::SimulationOptions options;
        options.directory = folder;
        for (const std::string name : {"a", "b"}) {
            const auto file = folder + "/nv-" + name + ".json";
            ASSERT_TRUE(sim::save_nv_file(file, test::contents_of(test::formed_image(kHome))));
            options.dongles.push_back({name, 0x00124B00AABBCC01U + (name == "b"), file, 0});
        }
        simulation = std::make_unique<sim::Simulation>(context, options);
        const auto opened = simulation->open();
        ASSERT_TRUE(opened) << opened.error().message;
    }
    void TearDown() override {
        EXPECT_TRUE(simulation->close());
        simulation.reset();
        std::filesystem::remove_all(folder);
    }
    Time soon() const { return clock.now() + Millis{20000}; }
    std::string port(const std::string& name) const { return folder + "/ttyZHA-" + name; }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(context, test::Workbench::keep(std::move(task), result), asio::detached);
        context.restart();
        while (!result && context.run_one_for(Millis{20000}) > 0) continue;
        return std::move(result.value());
    }
    void start_network() {
        auto transport = run(open_transport(port("a"), context.get_executor(), clock, soon()));
        ASSERT_TRUE(transport) << transport.error().message;
        Driver driver(std::move(*transport), context.get_executor(), clock);
        ASSERT_TRUE(run(driver.connect(soon())));
        ASSERT_TRUE(run(driver.ask({Type::sreq, Subsystem::zdo, 0x40, {0, 0}}, soon())));
        const auto deadline = soon();
        while (clock.now() < deadline &&
               run(driver.identify(soon()))->info.state != mt::kDeviceStateCoordinator)
            continue;
    }
};

TEST_F(TwoDongles, TheFencedOneHearsTheCoordinatorOfItsOwnNetwork) {
    start_network();
    RealDongle standby(port("b"), context.get_executor(), clock);
    ASSERT_TRUE(run(standby.fence(soon())));
    const auto network = identity_of(test::formed_image(kHome));
    ASSERT_TRUE(network);
    const auto heard = run(standby.listen(network->channel, soon()));
    ASSERT_TRUE(heard) << heard.error().message;
    ASSERT_EQ(heard->size(), 1U);
    EXPECT_EQ(heard->front().source, 0);
    EXPECT_EQ(heard->front().extended_pan_id, network->extended_pan_id);
    EXPECT_NE(run(standby.fence(soon()))->device_state, mt::kDeviceStateCoordinator);
}

TEST_F(TwoDongles, ASilentNeighbourIsNotHeard) {
    RealDongle standby(port("b"), context.get_executor(), clock);
    ASSERT_TRUE(run(standby.fence(soon())));
    const auto heard = run(standby.listen(kChannel, soon()));
    ASSERT_TRUE(heard) << heard.error().message;
    EXPECT_TRUE(heard->empty());
}

}  // namespace
}  // namespace zha::znp
