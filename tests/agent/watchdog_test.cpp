// The watchdog's own code at a device that is a file, and at a driver that answers as the test
// says.
#include "node-agent/guard/watchdog.hpp"

#include <gtest/gtest.h>
#include <linux/watchdog.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "node-agent/guard/beat.hpp"
#include "node-agent/guard/guard.hpp"
#include "tests/net/scratch.hpp"

namespace {
/// Seconds that the driver makes of those asked for; 0 = it cannot set any.
int driver_sets = -1;  // -1: what it is asked for
int driver_asked = 0;
}  // namespace

/// Stands before the C library's: the program under test is linked into this one.
extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
    va_list arguments;
    va_start(arguments, request);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    if (request != WDIOC_SETTIMEOUT)
        return static_cast<int>(syscall(SYS_ioctl, fd, request, argument));
    auto& seconds = *static_cast<int*>(argument);
    driver_asked = seconds;
    if (driver_sets == 0) return -1;
    if (driver_sets > 0) seconds = driver_sets;
    return 0;
}

namespace zha::guard {
namespace {

using namespace std::chrono_literals;
using std::filesystem::file_time_type;
using test::read_file;

Time boottime() {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return Millis{ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
}

struct WatchdogTest : testing::Test {
    test::Scratch scratch;
    Path device = scratch / "watchdog";
    Path told = scratch / "told";  ///< by the worker to the test

    void SetUp() override {
        driver_sets = -1;
        driver_asked = 0;
        std::ofstream(device, std::ios::binary).flush();
    }
    bool wait_for(const std::function<bool()>& condition) const {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }
    /// A guard of its own, with this worker; its pid.
    pid_t guard(const Worker& worker) const {
        const pid_t pid = fork();
        if (pid != 0) return pid;
        Config config;
        config.timing.fence = 60s;  // nothing is killed or fenced while the test looks
        auto watchdog = choose_watchdog("required", device, config.timing.fence);
        _exit(watchdog ? watch_over(config, NodeConfig{}, worker, std::move(*watchdog)) : 9);
    }
};

/// Beats every 10 ms until `end` or SIGTERM; the number of the last one in `number`.
void beat(int pipe, Radio radio, Time lease_until, Time end, std::uint64_t& number) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, nullptr);
    const timespec pause{0, 10'000'000};
    do {
        Beat b;
        b.number = ++number;
        b.lease_until_ms = lease_until.count();
        b.radio = radio;
        (void)send_beat(pipe, b);
    } while (sigtimedwait(&term, nullptr, &pause) != SIGTERM && boottime() < end);
}

TEST_F(WatchdogTest, ItIsSetToTheFenceTimeAndFedAndDisarmedByAV) {
    auto watchdog = open_watchdog(device, 6500ms);
    ASSERT_TRUE(watchdog) << watchdog.error().message;
    EXPECT_EQ(driver_asked, 6);
    EXPECT_EQ(read_file(device), std::string(1, '\0')) << "fed once when it is armed";
    (*watchdog)->feed();
    (*watchdog)->close(true);
    EXPECT_EQ(read_file(device), std::string("\0\0V", 3));
}

TEST_F(WatchdogTest, ItRunsOnWhenItIsClosedInMidDangerOrItsProcessJustEnds) {
    auto watchdog = open_watchdog(device, 6s);
    (*watchdog)->close(false);
    (*watchdog)->feed();
    watchdog = open_watchdog(device, 6s);
    watchdog->reset();
    EXPECT_EQ(read_file(device).find('V'), std::string::npos);
}

TEST_F(WatchdogTest, RequiredRefusesAndAutomaticGoesOnWithoutTheDevice) {
    const auto missing = scratch / "none";
    const auto refused = choose_watchdog("required", missing, 6s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_found);
    const auto without = choose_watchdog("automatic", missing, 6s);
    ASSERT_TRUE(without);
    EXPECT_EQ(*without, nullptr);
    EXPECT_EQ(choose_watchdog("off", device, 6s).value(), nullptr);
    EXPECT_EQ(read_file(device), "") << "off opens nothing";
}

TEST_F(WatchdogTest, ADriverThatCannotBeSoQuickIsDisarmedAgainAndNotUsed) {
    for (const int sets : {0, 60}) {
        driver_sets = sets;
        const auto refused = choose_watchdog("required", device, 6s);
        ASSERT_FALSE(refused) << sets;
        EXPECT_EQ(refused.error().code, Errc::invalid);
        EXPECT_EQ(read_file(device), "V") << "never fed";
    }
    EXPECT_FALSE(open_watchdog(device, 999ms));
}

TEST_F(WatchdogTest, TheGuardFeedsItOnlyWhileTheLeaseLives) {
    const auto worker = [this](int pipe) {
        std::uint64_t number = 0;
        const auto ends = boottime() + 1500ms;
        beat(pipe, Radio::on, ends, ends, number);
        std::ofstream(told).flush();  // the instant of the end of the lease
        // On the air without a lease, and still beating.
        beat(pipe, Radio::on, ends, ends + 1200ms, number);
        std::ofstream(scratch / "enough").flush();
        beat(pipe, Radio::on, ends, ends + 60s, number);
        return 0;
    };
    const auto pid = guard(worker);
    const bool ended = wait_for([&] { return std::filesystem::exists(scratch / "enough"); });
    const auto bytes = read_file(device);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    ASSERT_TRUE(ended);
    EXPECT_GE(bytes.size(), 4U);
    EXPECT_EQ(bytes, std::string(bytes.size(), '\0'));
    EXPECT_LE(std::filesystem::last_write_time(device),
              std::filesystem::last_write_time(told) + 100ms);
}

TEST_F(WatchdogTest, AGuardThatEndsWithTheRadioSilentDisarmsIt) {
    const auto pid = guard([this](int pipe) {
        std::uint64_t number = 0;
        beat(pipe, Radio::silent, Time{0}, boottime() + 600ms, number);
        std::ofstream(told).flush();
        beat(pipe, Radio::silent, Time{0}, boottime() + 60s, number);
        return 0;
    });
    const bool begun = wait_for([&] { return std::filesystem::exists(told); });
    EXPECT_EQ(read_file(device).find('V'), std::string::npos);
    kill(pid, SIGTERM);
    int status = -1;
    waitpid(pid, &status, 0);
    ASSERT_TRUE(begun);
    EXPECT_EQ(status, 0);
    const auto bytes = read_file(device);
    EXPECT_GT(bytes.size(), 2U) << "a silent radio needs no lease";
    EXPECT_EQ(bytes.find('V'), bytes.size() - 1);
}

}  // namespace
}  // namespace zha::guard
