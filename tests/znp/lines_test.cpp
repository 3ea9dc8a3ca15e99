// The driver on the emulator's own ports: what DTR and RTS do to a dongle on the air.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <termios.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>

#include "simulator/dongle/nv_file.hpp"
#include "simulator/program/ctl_socket.hpp"
#include "simulator/program/simulation.hpp"
#include "tests/znp/workbench.hpp"
#include "znp/tool/hold.hpp"

// Runs with the library of tests/support preloaded: a pseudo-terminal is the serial port.
namespace zha::znp {
namespace {

constexpr test::Home kHome{0x1A62, 0xA0A1A2A3A4A5A6A7, 0x11, 0x00124B00000000A1};

struct LinesTest : testing::Test {
    std::string folder = testing::TempDir() + "zha-lines-" + std::to_string(::getpid());
    asio::io_context context;
    RealClock clock{context.get_executor()};
    std::unique_ptr<sim::Simulation> simulation;
    std::string port = folder + "/ttyZHA-a";

    void SetUp() override {
        std::filesystem::create_directories(folder);
        ::setenv("ZHA_PTY_LINES", (folder + "/lines.sock").c_str(), 1);
        const auto nv =
            sim::save_nv_file(folder + "/nv.json", test::contents_of(test::formed_image(kHome)));
        ASSERT_TRUE(nv);
        sim::SimulationOptions options;
        options.directory = folder;
        options.dongles.push_back({"a", 0x00124B00AABBCC01, folder + "/nv.json", 0});
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
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(context, test::Workbench::keep(std::move(task), result), asio::detached);
        context.restart();
        while (!result && context.run_one_for(Millis{20000}) > 0) continue;
        return std::move(result.value());
    }
    std::unique_ptr<Driver> open() {
        auto transport = run(open_transport(port, context.get_executor(), clock, soon()));
        if (!transport) return nullptr;
        auto driver =
            std::make_unique<Driver>(std::move(*transport), context.get_executor(), clock);
        EXPECT_TRUE(run(driver->connect(soon())));
        return driver;
    }
    /// As `zha-sim ctl`; from another thread, as it blocks.
    Result<nlohmann::ordered_json> ctl(sim::CtlArguments arguments) {
        return emulating(std::async(
            std::launch::async, [&] { return sim::ctl_request(folder + "/ctl.sock", arguments); }));
    }
    /// The result of another thread, while the dongle goes on here.
    template <class T>
    T emulating(std::future<T> asked) {
        context.restart();
        while (asked.wait_for(Millis{0}) != std::future_status::ready)
            context.run_one_for(Millis{10});
        return asked.get();
    }
    /// As `zha-nvram reset --hold`.
    std::future<Status> hold(std::atomic<bool>& held) {
        PortOptions options;
        options.port = port;
        options.timeout_s = 20;
        return std::async(std::launch::async,
                          [&held, options] { return hold_port(options, [&] { held = true; }); });
    }
    bool is(const std::string& field) {
        const auto answer = ctl({"dongles"});
        return answer && answer->dump().find("\"" + field + "\":true") != std::string::npos;
    }
    bool soon_is(const std::string& field) {
        const auto deadline = clock.now() + Millis{10000};
        while (!is(field))
            if (clock.now() > deadline) return false;
        return true;
    }
    void start_network() {
        ASSERT_TRUE(open());  // answers: it has booted
        auto transport = run(open_transport(port, context.get_executor(), clock, soon()));
        ASSERT_TRUE(transport) << transport.error().message;
        const auto start = encode({Type::sreq, Subsystem::zdo, 0x40, {0, 0}});
        ASSERT_TRUE(run((*transport)->write(start)));
        EXPECT_TRUE(soon_is("on_air"));
        (*transport)->close();
    }
};

TEST_F(LinesTest, HeldInResetADongleOnTheAirIsSilentUntilItIsLetGo) {
    start_network();
    auto driver = open();
    ASSERT_TRUE(driver);
    EXPECT_EQ(run(driver->identify(soon()))->info.state, mt::kDeviceStateCoordinator);
    const auto held = run(driver->hold_in_reset(soon()));
    ASSERT_TRUE(held) << held.error().message;
    EXPECT_TRUE(is("in_reset"));
    EXPECT_FALSE(is("on_air"));
    EXPECT_FALSE(run(driver->identify(clock.now() + Millis{300})));
    ASSERT_TRUE(run(driver->reset(soon(), true)));
    EXPECT_FALSE(is("in_reset"));
    EXPECT_EQ(run(driver->identify(soon()))->info.state, 0);
}

TEST_F(LinesTest, AFenceByTheLineOutlivesTheProgramThatMadeIt) {
    start_network();
    auto driver = open();
    ASSERT_TRUE(driver);
    ASSERT_TRUE(run(driver->hold_in_reset(soon())));
    driver->close();
    driver.reset();
    context.restart();
    context.run_for(Millis{200});
    EXPECT_TRUE(is("in_reset"));
    const int after = ::open(port.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(after, 0);
    termios settings{};
    ASSERT_EQ(::tcgetattr(after, &settings), 0);
    EXPECT_EQ(settings.c_cflag & HUPCL, 0u);
    ::close(after);
}

TEST_F(LinesTest, AHungDongleIsFencedByTheLineAlone) {
    start_network();
    ASSERT_TRUE(ctl({"hang", "a"}));
    auto transport = run(open_transport(port, context.get_executor(), clock, soon()));
    ASSERT_TRUE(transport);
    Driver driver(std::move(*transport), context.get_executor(), clock);
    EXPECT_TRUE(run(driver.hold_in_reset(soon())));
    EXPECT_TRUE(is("in_reset"));
    EXPECT_FALSE(is("on_air"));
}

TEST_F(LinesTest, TheToolHoldsADongleUntilASignalAndLeavesItSilent) {
    start_network();
    std::atomic<bool> held{false};
    auto done = hold(held);
    context.restart();
    const auto deadline = soon();
    while (!held && clock.now() < deadline) context.run_one_for(Millis{10});
    ASSERT_TRUE(held);
    EXPECT_TRUE(is("in_reset"));
    EXPECT_FALSE(is("on_air"));
    ASSERT_EQ(::raise(SIGTERM), 0);
    const auto released = emulating(std::move(done));
    EXPECT_TRUE(released) << released.error().message;
    EXPECT_FALSE(is("in_reset"));
    EXPECT_FALSE(is("on_air"));
}

TEST_F(LinesTest, TheToolSaysThatLinesOrThePortDoNotHoldIt) {
    ASSERT_TRUE(open());  // has booted
    ::unsetenv("ZHA_PTY_LINES");
    std::atomic<bool> held{false};
    const auto unwired = emulating(hold(held));
    ASSERT_FALSE(unwired);
    EXPECT_NE(unwired.error().message.find("hold in reset"), std::string::npos)
        << unwired.error().message;
    port = "tcp://127.0.0.1:1";
    const auto tcp = emulating(hold(held));
    ASSERT_FALSE(tcp);
    EXPECT_NE(tcp.error().message.find("has no reset line"), std::string::npos);
    EXPECT_FALSE(held);
}

}  // namespace
}  // namespace zha::znp
