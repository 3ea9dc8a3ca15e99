#include "platform/service/managed_service.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/platform/directory.hpp"
#include "tests/platform/run.hpp"

namespace zha {
namespace {

class ManagedServiceTest : public testing::Test {
  protected:
    ManagedServiceTest() { copy("ctl"); }
    ~ManagedServiceTest() override {
        if (const auto left = process_of_pid_file(directory.path() / "pid")) kill_process(*left);
    }
    void copy(const std::string& name) {
        std::filesystem::copy_file(Path(ZHA_SOURCE_DIR) / "tests/platform/service" / name,
                                   directory.path() / name);
    }
    std::string script(const std::string& name, const std::string& text) {
        const auto file = directory.path() / name;
        std::ofstream(file) << text;
        chmod(file.c_str(), 0755);
        return file.string();
    }
    std::unique_ptr<Service> command_service() {
        const std::string ctl = directory.path() / "ctl";
        ServiceConfig config;
        config.driver = "command";
        config.start = {ctl, "start"};
        config.stop = {ctl, "stop"};
        config.status = {ctl, "status"};
        return make_service(config, NodeConfig{}, context.get_executor(), clock).value();
    }
    std::unique_ptr<Service> managed(Result<std::unique_ptr<UnitManager>> manager) {
        EXPECT_TRUE(manager) << manager.error().message;
        return std::make_unique<ManagedService>(std::move(manager).value(), context.get_executor(),
                                                clock);
    }
    Time in(Millis d) const { return clock.now() + d; }
    Status start(Service& s) { return run(context, s.start(in(Millis{30000}))); }
    Status stop(Service& s, Millis limit = Millis{30000}) {
        return run(context, s.stop(in(limit)));
    }
    Result<ServiceStatus> status(Service& s) { return run(context, s.status(in(Millis{20000}))); }
    ServiceState state(Service& s) { return status(s).value().state; }
    Task<bool> poll(std::function<bool()> done) {
        const Time deadline = in(Millis{30000});
        while (!done() && clock.now() < deadline) co_await clock.sleep_for(Millis{5});
        co_return done();
    }
    void make_stubborn() { std::ofstream(directory.path() / "stubborn") << ""; }
    std::optional<ProcessId> daemon() { return process_of_pid_file(directory.path() / "pid"); }

    asio::io_context context;
    RealClock clock{context.get_executor()};
    TestDirectory directory;
};

TEST_F(ManagedServiceTest, CommandStartsSeesAndStops) {
    auto s = command_service();
    EXPECT_EQ(state(*s), ServiceState::stopped);
    for (int round = 0; round < 2; ++round) {
        const auto started = start(*s);
        ASSERT_TRUE(started) << started.error().message;
        EXPECT_TRUE(start(*s));
        EXPECT_EQ(state(*s), ServiceState::running);
        const auto stopped = stop(*s);
        ASSERT_TRUE(stopped) << stopped.error().message;
        EXPECT_TRUE(stop(*s));
        EXPECT_EQ(state(*s), ServiceState::stopped);
        EXPECT_FALSE(daemon());
    }
}

TEST_F(ManagedServiceTest, CommandThatDoesNotStopIsAnErrorAndNotStopped) {
    make_stubborn();
    auto s = command_service();
    ASSERT_TRUE(start(*s));
    const auto stopped = stop(*s, Millis{1500});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::timeout);
    EXPECT_EQ(state(*s), ServiceState::running);
}

TEST_F(ManagedServiceTest, EndByItselfIsReportedOnce) {
    auto s = command_service();
    int reports = 0;
    s->on_exit([&](const ServiceStatus& seen) {
        ++reports;
        EXPECT_EQ(seen.state, ServiceState::stopped);
    });
    ASSERT_TRUE(start(*s));
    kill_process(daemon().value());
    EXPECT_TRUE(run(context, poll([&] { return reports > 0; })));
    EXPECT_EQ(reports, 1);
}

TEST_F(ManagedServiceTest, WantedEndIsNotReported) {
    auto s = command_service();
    int reports = 0;
    s->on_exit([&](const ServiceStatus&) { ++reports; });
    ASSERT_TRUE(start(*s));
    ASSERT_TRUE(stop(*s));
    run(context, clock.sleep_for(Millis{1200}));  // one round of asking
    EXPECT_EQ(reports, 0);
}

TEST_F(ManagedServiceTest, OddAnswerOfStatusIsAnErrorAndNotStopped) {
    auto s = command_service();
    script("ctl", "#!/bin/sh\necho broken; exit 1\n");
    const auto seen = status(*s);
    ASSERT_FALSE(seen);
    EXPECT_NE(seen.error().message.find("status: exit 1: broken"), std::string::npos);
    EXPECT_FALSE(stop(*s, Millis{500}));
    EXPECT_FALSE(start(*s));
}

TEST_F(ManagedServiceTest, FailingStartIsAnErrorWithItsReason) {
    auto s = command_service();
    script("ctl", "#!/bin/sh\n[ $1 = start ] && { echo no dongle; exit 2; }\nexit 3\n");
    const auto started = start(*s);
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("start: exit 2: no dongle"), std::string::npos);
}

class OpenRcTest : public ManagedServiceTest {
  protected:
    OpenRcTest() { copy("rc-service"); }
    std::unique_ptr<Service> openrc() {
        const Path here = directory.path();
        return managed(make_openrc("z", context.get_executor(), clock, {here}, here));
    }
};

TEST_F(OpenRcTest, StartsSeesThePidAndStops) {
    auto s = openrc();
    ASSERT_TRUE(start(*s));
    EXPECT_EQ(status(*s)->state, ServiceState::running);
    EXPECT_EQ(status(*s)->pid, daemon()->pid);
    ASSERT_TRUE(stop(*s));
    EXPECT_EQ(state(*s), ServiceState::stopped);
    EXPECT_FALSE(daemon());
}

TEST_F(OpenRcTest, StoppedMeansThatTheProcessIsGoneToo) {
    make_stubborn();
    auto s = openrc();
    ASSERT_TRUE(start(*s));
    const auto process = daemon().value();
    // rc-service says stopped at once, the daemon ignores SIGTERM: killed at half time.
    const Time begin = clock.now();
    const auto stopped = stop(*s, Millis{4000});
    ASSERT_TRUE(stopped) << stopped.error().message;
    EXPECT_GE(clock.now() - begin, Millis{2000});
    EXPECT_FALSE(alive(process));
}

TEST_F(OpenRcTest, KilledDaemonIsStoppedWhateverTheRecordsSay) {
    auto s = openrc();
    ASSERT_TRUE(start(*s));
    kill_process(daemon().value());
    EXPECT_TRUE(run(context, poll([&] { return !daemon(); })));
    EXPECT_EQ(state(*s), ServiceState::stopped);
    ASSERT_TRUE(start(*s));
    EXPECT_TRUE(daemon());
}

TEST_F(OpenRcTest, KillEndsItAtOnceAndItCanStartAgain) {
    make_stubborn();
    auto s = openrc();
    ASSERT_TRUE(start(*s));
    ASSERT_TRUE(run(context, s->kill(in(Millis{30000}))));
    EXPECT_FALSE(daemon());
    ASSERT_TRUE(start(*s));
    EXPECT_EQ(state(*s), ServiceState::running);
    EXPECT_TRUE(run(context, s->kill(in(Millis{30000}))));
}

class SystemdTest : public ManagedServiceTest {
  protected:
    SystemdTest() { copy("systemctl"); }
    std::unique_ptr<Service> systemd(const std::string& unit) {
        return managed(make_systemd(unit, context.get_executor(), clock, {directory.path()}));
    }
};

TEST_F(SystemdTest, StartsSeesThePidAndStops) {
    auto s = systemd("z");
    EXPECT_EQ(status(*s)->exit_code, 5);
    EXPECT_EQ(state(*s), ServiceState::stopped);
    ASSERT_TRUE(start(*s));
    EXPECT_EQ(status(*s)->pid, daemon()->pid);
    ASSERT_TRUE(stop(*s));
    EXPECT_EQ(state(*s), ServiceState::stopped);
}

TEST_F(SystemdTest, StopKillsAtHalfTime) {
    make_stubborn();
    auto s = systemd("z");
    ASSERT_TRUE(start(*s));
    ASSERT_TRUE(stop(*s, Millis{3000}));
    EXPECT_FALSE(daemon());
}

TEST_F(SystemdTest, UnknownUnitIsNotFoundAndNotStopped) {
    const auto seen = status(*systemd("absent"));
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().code, Errc::not_found);
}

TEST_F(ManagedServiceTest, AbsentManagerAndUnknownDriverAreErrors) {
    const auto executor = context.get_executor();
    EXPECT_EQ(make_openrc("z", executor, clock, {"/nonexistent"}).error().code, Errc::not_found);
    EXPECT_EQ(make_systemd("z", executor, clock, {"/nonexistent"}).error().code, Errc::not_found);
    ServiceConfig config;
    config.driver = "runit";
    EXPECT_EQ(make_service(config, NodeConfig{}, executor, clock).error().code, Errc::invalid);
}

TEST(PidFile, OfAProcessThatBeganLaterBelongsToSomebodyElse) {
    const TestDirectory directory;
    const auto file = directory.path() / "pid";
    std::ofstream(file) << getpid() << "\n";
    ASSERT_TRUE(process_of_pid_file(file));
    const timespec long_ago[2] = {{1000, 0}, {1000, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, file.c_str(), long_ago, 0), 0);
    EXPECT_FALSE(process_of_pid_file(file));
    for (const auto* text : {"", "x\n", "0\n", "1\n", "-5\n", "99999999999\n"}) {
        std::ofstream(file) << text;
        EXPECT_FALSE(process_of_pid_file(file)) << text;
    }
}

}  // namespace
}  // namespace zha
