// The plug driver through a real mosquitto: the plug is a client of its own.
#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <optional>

#include "platform/bus/mqtt_bus.hpp"
#include "platform/fence/fence_device.hpp"
#include "tests/net/child.hpp"
#include "tests/net/scratch.hpp"

namespace zha {
namespace {

struct BrokerPlugTest : testing::Test {
    asio::io_context io;
    asio::executor_work_guard<asio::io_context::executor_type> busy{io.get_executor()};
    RealClock clock{io.get_executor()};
    test::Scratch scratch;
    std::uint16_t port = test::free_port(SOCK_STREAM);
    std::unique_ptr<test::Child> broker;
    std::unique_ptr<Bus> ours, plug;
    std::unique_ptr<FenceDevice> device;
    bool powered = true;
    bool obeys = true;   ///< does what it is told
    bool speaks = true;  ///< says what it did
    int commands = 0;

    void SetUp() override {
        test::write_file(scratch / "mosquitto.conf",
                         "listener " + std::to_string(port) +
                             " 127.0.0.1\nallow_anonymous true\nlog_type all\nuser root\n");
        broker = std::make_unique<test::Child>(std::vector<std::string>{
            ZHA_MOSQUITTO, "-v", "-c", (scratch / "mosquitto.conf").string()});
        ASSERT_TRUE(broker->wait_for(" running")) << broker->text();
        plug = client("plug");
        plug->subscribe("plug/set", [this](const BusMessage& m) { told(m); });
        ours = client("controller");
        FenceConfig config;
        config.driver = "mqtt";
        config.command_topic = "plug/set";
        config.state_topic = "plug/state";
        auto made = make_fence_device(config, io.get_executor(), clock, *ours);
        ASSERT_TRUE(made) << made.error().message;
        device = std::move(*made);
        plug->start();
        ours->start();
        ASSERT_TRUE(wait([&] { return plug->connected() && ours->connected(); }));
        // Both subscriptions are at the broker.
        ASSERT_TRUE(broker->wait_for("Sending SUBACK", 2)) << broker->text();
    }
    std::unique_ptr<Bus> client(const std::string& name) {
        MqttOptions options;
        options.broker.port = port;
        options.client_id = name;
        auto made = make_mqtt_bus(std::move(options), io.get_executor(), clock);
        return made ? std::move(*made) : nullptr;
    }
    void told(const BusMessage& message) {
        ++commands;
        if (obeys) powered = message.payload == "ON";
        if (speaks) say();
    }
    void say() { (void)plug->publish("plug/state", powered ? "ON" : "OFF", true, 1); }
    bool wait(const std::function<bool()>& condition) {
        const auto until = clock.now() + Millis{15000};
        io.restart();
        while (!condition() && clock.now() < until) io.run_one_for(Millis{100});
        return condition();
    }
    static Task<void> keep(Task<Status> task, std::optional<Status>& result) {
        result.emplace(co_await std::move(task));
    }
    Status run(Task<Status> task) {
        std::optional<Status> result;
        asio::co_spawn(io, keep(std::move(task), result), asio::detached);
        wait([&] { return result.has_value(); });
        return result.value();
    }
    Time soon(int ms = 8000) const { return clock.now() + Millis{ms}; }
};

TEST_F(BrokerPlugTest, OffAndOnAreConfirmedByThePlugsOwnWord) {
    const auto off = run(device->off(soon()));
    EXPECT_TRUE(off) << off.error().message;
    EXPECT_FALSE(powered);
    EXPECT_TRUE(run(device->on(soon())));
    EXPECT_TRUE(powered);
    EXPECT_EQ(commands, 2);
}

TEST_F(BrokerPlugTest, APlugThatObeysAndSaysNothingIsNotConfirmed) {
    speaks = false;
    const auto off = run(device->off(soon(1000)));
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().code, Errc::timeout);
    EXPECT_FALSE(powered) << "it was told";
}

TEST_F(BrokerPlugTest, APlugThatStaysOnIsNotConfirmed) {
    obeys = false;
    EXPECT_FALSE(run(device->off(soon(1000))));
    EXPECT_EQ(commands, 1);
}

TEST_F(BrokerPlugTest, WhatTheBrokerKeptOfAnEarlierOffIsNoProof) {
    ASSERT_TRUE(run(device->off(soon())));
    powered = true;  // by hand; the broker still keeps "OFF"
    obeys = speaks = false;
    auto late = client("spare");
    FenceConfig config;
    config.driver = "mqtt";
    config.command_topic = "plug/set";
    config.state_topic = "plug/state";
    auto made = make_fence_device(config, io.get_executor(), clock, *late);
    int kept = 0;
    late->subscribe("plug/state", [&](const BusMessage& m) { kept += m.retained ? 1 : 0; });
    late->start();
    ASSERT_TRUE(wait([&] { return kept > 0; }));
    EXPECT_FALSE(run((*made)->off(soon(1000))));
}

TEST_F(BrokerPlugTest, WithoutABrokerItFailsAtOnceOrByItsDeadline) {
    broker.reset();
    const auto begun = clock.now();
    EXPECT_FALSE(run(device->off(soon(1000))));
    EXPECT_LT(clock.now() - begun, Millis{5000});
}

}  // namespace
}  // namespace zha
