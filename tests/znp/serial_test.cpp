#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstdlib>
#include <filesystem>

#include "node-agent/dongle/real_dongle.hpp"
#include "tests/znp/fake_dongle.hpp"

// Runs with the library of tests/support preloaded: a pseudo-terminal is the serial port.
namespace zha::znp {
namespace {

constexpr DriverOptions kFast{Millis{400}, Millis{200}, Millis{5}, Millis{5}, Millis{1000}};

const std::vector<std::string> kResetByLine{"dtr=1 rts=1", "dtr=0 rts=1", "dtr=0 rts=0"};

class Master final : public StreamTransport<asio::posix::stream_descriptor> {
  public:
    using StreamTransport::StreamTransport;
    Status set_lines(bool, bool) override { return {}; }
    void close() override {
        asio::error_code ignored;
        stream_.close(ignored);
    }
};

struct SerialTest : testing::Test {
    asio::io_context context;
    RealClock clock{context.get_executor()};
    test::FakeDongle fake;
    Master* master = nullptr;
    std::string folder = testing::TempDir() + "zha-serial-" + std::to_string(::getpid());
    std::string port = folder + "/dongle";
    int lines = -1;
    int keeper = -1;  ///< a pseudo-terminal nobody has open ends for its master

    void SetUp() override {
        std::filesystem::create_directories(folder);
        listen_to_lines();
        const int fd = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        ASSERT_EQ(::grantpt(fd), 0);
        ASSERT_EQ(::unlockpt(fd), 0);
        std::filesystem::create_symlink(::ptsname(fd), port);
        keeper = ::open(port.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
        while (!next_lines().empty()) continue;
        fake.nv = test::network_image(4, 2);
        auto end = std::make_unique<Master>(asio::posix::stream_descriptor(context, fd), "master");
        master = end.get();
        fake.serve_on(std::move(end), context, clock);
    }
    void listen_to_lines() {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        const auto path = folder + "/lines";
        path.copy(at.sun_path, sizeof at.sun_path - 1);
        lines = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ASSERT_EQ(::bind(lines, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
        ::setenv("ZHA_PTY_LINES", path.c_str(), 1);
    }
    /// "dtr=0 rts=1", or "" when nothing was said.
    std::string next_lines() {
        char text[128];
        const auto size = ::recv(lines, text, sizeof text, MSG_DONTWAIT);
        const std::string all(text, size > 0 ? static_cast<std::size_t>(size) : 0);
        return size > 0 ? all.substr(all.find("dtr=")) : "";
    }
    /// All settings so far; libserialport repeats what already holds.
    std::vector<std::string> settings() {
        std::vector<std::string> all;
        for (auto next = next_lines(); !next.empty(); next = next_lines())
            if (all.empty() || all.back() != next) all.push_back(next);
        return all;
    }
    void TearDown() override {
        if (master) master->close();
        context.restart();
        context.run_for(Millis{50});
        ::close(lines);
        ::close(keeper);
        std::filesystem::remove_all(folder);
    }
    Time soon(int ms = 10000) const { return clock.now() + Millis{ms}; }
    template <class T>
    static Task<void> keep(Task<T> task, std::optional<T>& result) {
        result.emplace(co_await std::move(task));
    }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(context, keep(std::move(task), result), asio::detached);
        context.restart();
        while (!result && context.run_one_for(Millis{20000}) > 0) continue;
        return std::move(result.value());
    }
    auto open(const std::string& name) {
        return run(open_transport(name, context.get_executor(), clock, soon()));
    }
    RealDongle dongle() { return RealDongle(port, context.get_executor(), clock, kFast); }
};

TEST_F(SerialTest, ADongleIsIdentifiedThroughASymbolicLink) {
    auto real = dongle();
    EXPECT_TRUE(real.present());
    const auto info = run(real.open(soon()));
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->ieee, "00124b0000000004");
    EXPECT_EQ(info->revision, 20240710u);
}

TEST_F(SerialTest, WhatIsNoSerialPortIsRefused) {
    EXPECT_EQ(open(folder + "/nothing").error().code, Errc::not_found);
    EXPECT_EQ(open("/dev/null").error().code, Errc::invalid);
    EXPECT_EQ(open(folder).error().code, Errc::invalid);
    EXPECT_EQ(open("tcp://host").error().code, Errc::invalid);
}

TEST_F(SerialTest, AHeldPortIsBusyAndFreeAfterClosing) {
    auto first = open(port);
    ASSERT_TRUE(first) << first.error().message;
    const auto second = open(port);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::busy);
    (*first)->close();
    EXPECT_TRUE(open(port));
}

TEST_F(SerialTest, BothLinesChangeInOneStep) {
    auto transport = open(port);
    ASSERT_TRUE(transport);
    ASSERT_TRUE((*transport)->set_lines(false, true));
    ASSERT_TRUE((*transport)->set_lines(false, false));
    EXPECT_EQ(settings(), kResetByLine);
}

TEST_F(SerialTest, AFenceSilencesADongleOnTheAir) {
    fake.state = mt::kDeviceStateCoordinator;
    auto real = dongle();
    const auto info = run(real.fence(soon()));
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->device_state, 0);
    EXPECT_EQ(fake.boots, 1u);
    EXPECT_TRUE(run(real.fence(soon())));
}

TEST_F(SerialTest, ADongleThatStaysOnTheAirIsNotFenced) {
    fake.state = fake.state_after_boot = mt::kDeviceStateCoordinator;
    auto real = dongle();
    EXPECT_FALSE(run(real.fence(soon(2000))));
    auto expected = kResetByLine;
    expected.push_back("dtr=0 rts=1");  // and kept there, as the last resort
    EXPECT_EQ(settings(), expected);
}

TEST_F(SerialTest, ADongleThatDoesNotAnswerIsHeldInResetAndStillNotFenced) {
    fake.fate = [](const Frame&) { return test::Fate::lose; };
    auto real = dongle();
    const auto info = run(real.fence(soon(2000)));
    ASSERT_FALSE(info);
    EXPECT_NE(info.error().message.find("held in reset by DTR/RTS"), std::string::npos)
        << info.error().message;
    const auto set = settings();
    ASSERT_FALSE(set.empty());
    EXPECT_NE(set.back().find("dtr=0 rts=1"), std::string::npos) << set.back();
}

TEST_F(SerialTest, AFenceWaitsUntilTheOtherProgramLetsGo) {
    auto other = open(port);
    ASSERT_TRUE(other);
    const auto let_go = [](Clock& on, Transport& held) -> Task<void> {
        co_await on.sleep_for(Millis{400});
        held.close();
    };
    asio::co_spawn(context, let_go(clock, **other), asio::detached);
    auto real = dongle();
    const auto info = run(real.fence(soon()));
    EXPECT_TRUE(info) << info.error().message;
}

TEST_F(SerialTest, AFenceGivesUpAtItsDeadline) {
    auto other = open(port);
    ASSERT_TRUE(other);
    auto real = dongle();
    const auto info = run(real.fence(soon(300)));
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code, Errc::busy);
}

TEST_F(SerialTest, AnUnpluggedDongleIsUnavailable) {
    auto real = dongle();
    ASSERT_TRUE(run(real.open(soon())));
    master->close();
    master = nullptr;
    std::filesystem::remove(port);
    EXPECT_FALSE(real.present());
    const auto image = run(real.read(soon()));
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, Errc::unavailable);
}

TEST_F(SerialTest, AWholeNvramGoesThroughASerialPort) {
    // Real deadlines: nothing here is late, however busy the machine is.
    RealDongle real(port, context.get_executor(), clock);
    ASSERT_TRUE(run(real.fence(soon())));
    const auto image = test::network_image(6, 3);
    const auto report = run(real.write(image, soon()));
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->frame_counter, 7500u);
    EXPECT_EQ(fake.nv, image);
    EXPECT_TRUE(run(real.read(soon())));
}

Image raised(Image image) {
    EXPECT_TRUE(raise_counters(image, 0, 100));
    return image;
}

TEST_F(SerialTest, ADongleJustReadIsWrittenByItsDifferencesOnly) {
    auto real = dongle();
    ASSERT_TRUE(run(real.fence(soon())));
    const auto held = run(real.read(soon()));
    ASSERT_TRUE(held);
    fake.requests = 0;
    const auto once = raised(*held), twice = raised(once);
    ASSERT_TRUE(run(real.write(once, soon())));
    ASSERT_TRUE(run(real.write(twice, soon())));
    EXPECT_LE(fake.requests, 2 * 40u);
    EXPECT_EQ(fake.nv.items.at({ExItem::tclk_table, 0}), twice.items.at({ExItem::tclk_table, 0}));
}

TEST_F(SerialTest, ADongleThatWasLetGoIsWrittenWhole) {
    auto real = dongle();
    ASSERT_TRUE(run(real.fence(soon())));
    const auto held = run(real.read(soon()));
    ASSERT_TRUE(held);
    real.close();
    fake.nv.items[{ExItem::addrmgr, 1}] = Bytes(12, 9);  // by somebody else
    ASSERT_TRUE(run(real.fence(soon())));
    ASSERT_TRUE(run(real.write(raised(*held), soon())));
    EXPECT_EQ(fake.nv.items.at({ExItem::addrmgr, 1}), held->items.at({ExItem::addrmgr, 1}));
}

TEST_F(SerialTest, ASecondReadAsksOnlyForWhatIsThere) {
    auto real = dongle();
    ASSERT_TRUE(run(real.open(soon())));
    const auto first = run(real.read(soon()));
    fake.requests = 0;
    fake.nv.items[{ExItem::legacy, osal::APS_LINK_KEY_TABLE}] = Bytes(20, 3);
    const auto second = run(real.read(soon()));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->items.size(), first->items.size() + 1);
    EXPECT_LE(fake.requests, first->items.size() + 7 + 5);
}

TEST_F(SerialTest, AfterAFailedWriteNothingIsTakenForKnown) {
    auto real = dongle();
    ASSERT_TRUE(run(real.fence(soon())));
    const auto held = run(real.read(soon()));
    ASSERT_TRUE(held);
    fake.fate = [](const Frame& f) {
        return f.id == mt::id::SYS_NV_WRITE && f.data[1] == 4 ? test::Fate::refuse
                                                              : test::Fate::answer;
    };
    EXPECT_FALSE(run(real.write(raised(*held), soon())));
    fake.fate = [](const Frame&) { return test::Fate::answer; };
    fake.requests = 0;
    ASSERT_TRUE(run(real.write(raised(*held), soon())));
    EXPECT_GT(fake.requests, 134u);
}

}  // namespace
}  // namespace zha::znp
