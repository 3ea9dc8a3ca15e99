// Fence drivers at what they drive: a real snmpd, programs, and a plug on a bus.
#include "platform/fence/fence_device.hpp"

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <optional>

#include "platform/fence/switched.hpp"
#include "tests/controller/fakes.hpp"
#include "tests/net/child.hpp"
#include "tests/net/scratch.hpp"

namespace zha {
namespace {

using test::Child;
using test::FakeBus;
using test::Scratch;
using test::write_file;

struct FenceTest : testing::Test {
    asio::io_context io;
    RealClock clock{io.get_executor()};
    FakeBus bus;
    Scratch scratch;
    FenceConfig config;
    std::unique_ptr<FenceDevice> device;

    void make(const std::string& driver) {
        config.driver = driver;
        auto made = make_fence_device(config, io.get_executor(), clock, bus);
        ASSERT_TRUE(made) << made.error().message;
        device = std::move(*made);
    }
    /// An executable of the test's own.
    std::string script(const std::string& name, const std::string& text) {
        write_file(scratch / name, "#!/bin/sh\n" + text, 0700);
        return (scratch / name).string();
    }
    void set_file(const std::string& word) { write_file(scratch / "state", word + "\n"); }
    std::string file() const { return (scratch / "state").string(); }

    template <class T>
    static Task<void> keep(Task<T> task, std::optional<T>& result) {
        result.emplace(co_await std::move(task));
    }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(io, keep(std::move(task), result), asio::detached);
        io.restart();
        while (!result && io.run_one_for(Millis{20000}) > 0) continue;
        return std::move(result.value());
    }
    Time soon(int ms = 8000) const { return clock.now() + Millis{ms}; }
};

TEST_F(FenceTest, ExecTakesTheExitCodesOfOcf) {
    set_file("on");
    config.command = {script("outlet", "case $1 in status) grep -q on " + file() +
                                           " && exit 0; exit 7;; *) echo $1 > " + file() +
                                           ";; esac\n")};
    make("exec");
    EXPECT_EQ(run(device->state(soon())).value(), true);
    EXPECT_TRUE(run(device->off(soon())));
    EXPECT_EQ(run(device->state(soon())).value(), false);
    EXPECT_TRUE(run(device->on(soon())));
    EXPECT_EQ(run(device->state(soon())).value(), true);
}

TEST_F(FenceTest, AProgramThatClaimsSuccessAndLeavesThePowerOnHasFailed) {
    config.command = {script("liar", "exit 0\n")};
    make("exec");
    const auto off = run(device->off(soon(1500)));
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().code, Errc::mismatch);
    config.command = {script("broken", "[ $1 = status ] && exit 1; exit 0\n")};
    make("exec");
    EXPECT_FALSE(run(device->off(soon(1500)))) << "1 is an error and not \"stopped\"";
    config.command = {script("refuses", "exit 5\n")};
    make("exec");
    EXPECT_FALSE(run(device->off(soon(1500))));
}

TEST_F(FenceTest, AProgramThatHangsEndsByTheDeadline) {
    config.command = {script("hangs", "exec sleep 60\n")};
    make("exec");
    const auto begun = clock.now();
    EXPECT_EQ(run(device->off(soon(400))).error().code, Errc::timeout);
    EXPECT_LT(clock.now() - begun, Millis{5000});
}

TEST_F(FenceTest, UhubctlIsBelievedOnlyByWhatItShows) {
    set_file("power");
    config.command = {script("uhubctl",
                             "[ \"$1 $2 $3 $4\" = \"-l 1-1 -p 2\" ] || exit 9\n"
                             "[ \"$5\" = -a ] && { [ $6 = on ] && echo power > " +
                                 file() + " || echo off > " + file() +
                                 "; }\n"
                                 "echo 'Current status for hub 1-1 [2109:3431 USB2.0 Hub]'\n"
                                 "echo '  Port 1: 0100 power'\n"
                                 "echo \"  Port 2: 0000 $(cat " +
                                 file() + ")\"\n")};
    config.location = "1-1";
    config.hub_port = 2;
    make("uhubctl");
    EXPECT_EQ(run(device->state(soon())).value(), true);
    EXPECT_TRUE(run(device->off(soon())));
    EXPECT_EQ(run(device->state(soon())).value(), false);
}

TEST(Uhubctl, APortThatIsNotNamedIsNotOff) {
    using fence_detail::uhubctl_state;
    EXPECT_FALSE(uhubctl_state("", 1));
    EXPECT_FALSE(uhubctl_state("  Port 1: 0000 off\n", 2));
    EXPECT_FALSE(uhubctl_state("  Port 12: 0000 off\n", 1));
    EXPECT_EQ(uhubctl_state("  Port 1: 0000 off\n", 1).value(), false);
    EXPECT_EQ(uhubctl_state("  Port 1: 0503 power highspeed enable connect\n", 1).value(), true);
    // One of the two generations of the hub still gives power.
    EXPECT_EQ(uhubctl_state("  Port 1: 0000 off\n  Port 1: 02a0 power 5gbps\n", 1).value(), true);
    EXPECT_FALSE(uhubctl_state("  Port 1: 0000 perhaps\n", 1));
}

/// A plug that does what it is told, or only says what the test lets it say.
struct PlugTest : FenceTest {
    void SetUp() override {
        config.command_topic = "plug/set";
        config.state_topic = "plug/state";
        bus.up = true;
        make("mqtt");
    }
    /// The plug says this a while after the command.
    void will_say(const std::string& payload, bool retained, Millis after = Millis{100}) {
        asio::co_spawn(io, say(payload, retained, after), asio::detached);
    }
    Task<void> say(std::string payload, bool retained, Millis after) {
        co_await clock.sleep_for(after);
        bus.deliver("plug/state", payload, retained);
    }
};

TEST_F(PlugTest, ItsWordAfterTheCommandIsTheProof) {
    will_say("OFF", false);
    EXPECT_TRUE(run(device->off(soon())));
    EXPECT_EQ(bus.on("plug/set"), std::vector<std::string>{"OFF"});
    EXPECT_FALSE(bus.sent.back().retain) << "a plug that returns must not be switched again";
}

TEST_F(PlugTest, WhatTheBrokerKeptAndWhatWasSaidBeforeDoNotCount) {
    bus.deliver("plug/state", "OFF");
    will_say("OFF", true);
    EXPECT_EQ(run(device->off(soon(600))).error().code, Errc::timeout);
    will_say("ON", false);
    EXPECT_FALSE(run(device->off(soon(600))));
    bus.up = false;
    EXPECT_EQ(run(device->off(soon(600))).error().code, Errc::unavailable);
}

TEST_F(PlugTest, AStateInJsonIsReadByItsKey) {
    config.state_key = "POWER";
    make("mqtt");
    will_say(R"({"POWER":"OFF","Time":"12:00"})", false);
    EXPECT_TRUE(run(device->off(soon())));
    will_say(R"({"POWER2":"ON"})", false);
    EXPECT_FALSE(run(device->on(soon(600))));
}

/// A real snmpd with one outlet: an integer that a script keeps in a file.
struct OutletTest : FenceTest {
    void SetUp() override {
        port = test::free_port(SOCK_DGRAM);
        set_file("1");
        const auto outlet = script("pass",
                                   "OID=.1.3.6.1.4.1.8072.9999.9999.77.1.0\n"
                                   "case $1 in\n"
                                   "-s) [ -e " +
                                       file() + ".stuck ] || echo $4 > " + file() +
                                       ";;\n"
                                       "-n) exit 0;;\n"
                                       "-g) [ $2 = $OID ] && { echo $OID; echo integer; cat " +
                                       file() + "; };;\nesac\nexit 0\n");
        write_file(scratch / "community", "a-community-of-this-test\n");
        write_file(scratch / "snmpd.conf",
                   "rwcommunity a-community-of-this-test 127.0.0.1\n"
                   "pass .1.3.6.1.4.1.8072.9999.9999.77 /bin/sh " +
                       outlet + "\n[snmp] persistentDir " + scratch.path().string() + "\n");
        server = std::make_unique<Child>(std::vector<std::string>{ZHA_SNMPD, "-f", "-C", "-c",
                                                                  (scratch / "snmpd.conf").string(),
                                                                  "-Le", "-r", "udp:" + address()});
        ASSERT_TRUE(server->wait_for("NET-SNMP version")) << server->text();
        config.address = address();
        config.community_file = scratch / "community";
        config.oid = "1.3.6.1.4.1.8072.9999.9999.77.1.0";
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(port); }
    std::uint16_t port = 0;
    std::unique_ptr<Child> server;
};

TEST_F(OutletTest, ASetIsVerifiedByAGet) {
    make("snmp");
    const auto state = run(device->state(soon()));
    ASSERT_TRUE(state) << state.error().message << server->text();
    EXPECT_TRUE(*state);
    const auto off = run(device->off(soon()));
    ASSERT_TRUE(off) << off.error().message;
    EXPECT_EQ(test::read_file(file()), "2\n");
    EXPECT_EQ(run(device->state(soon())).value(), false);
    EXPECT_TRUE(run(device->on(soon())));
}

TEST_F(OutletTest, AnOutletThatStaysOnWasNotSwitched) {
    write_file(file() + ".stuck", "");
    make("snmp");
    const auto off = run(device->off(soon(2000)));
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().code, Errc::mismatch);
}

TEST_F(OutletTest, AStripThatDoesNotAnswerIsAFailureInTime) {
    server.reset();
    make("snmp");
    const auto begun = clock.now();
    EXPECT_FALSE(run(device->off(soon(1000))));
    EXPECT_LT(clock.now() - begun, Millis{4000});
}

TEST_F(OutletTest, ACommunityThatOthersMayReadIsRefused) {
    write_file(scratch / "community", "a-community-of-this-test\n", 0644);
    config.driver = "snmp";
    const auto made = make_fence_device(config, io.get_executor(), clock, bus);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message.find("a-community-of-this-test"), std::string::npos);
}

}  // namespace
}  // namespace zha
