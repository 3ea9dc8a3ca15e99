#include "platform/service/child_service.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/platform/directory.hpp"
#include "tests/platform/run.hpp"

namespace zha {
namespace {

class ChildServiceTest : public testing::Test {
  protected:
    std::unique_ptr<Service> service(const std::string& script) {
        ServiceConfig config;
        config.driver = "child";
        config.start = {"/bin/sh", "-c", script};
        config.working_directory = directory.path();
        config.log_file = directory.path() / "log";
        auto made = make_service(config, NodeConfig{}, context.get_executor(), clock);
        EXPECT_TRUE(made);
        return std::move(made).value();
    }
    Time in(Millis d) const { return clock.now() + d; }
    ServiceStatus status(Service& s) { return run(context, s.status(in(Millis{1000}))).value(); }
    /// Waits until `done()`; false after 20 s.
    bool until(const std::function<bool()>& done) {
        return run(context, poll(done, in(Millis{20000})));
    }
    Task<bool> poll(std::function<bool()> done, Time deadline) {
        while (!done() && clock.now() < deadline) co_await clock.sleep_for(Millis{5});
        co_return done();
    }
    std::string log() const {
        std::ifstream in(directory.path() / "log");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    asio::io_context context;
    RealClock clock{context.get_executor()};
    TestDirectory directory;
};

bool alive(int pid) {
    return ::kill(pid, 0) == 0;
}

TEST_F(ChildServiceTest, RunsStopsAndAppendsItsOutput) {
    auto s = service("trap 'echo bye; exit 0' TERM; echo in $(pwd); while :; do sleep 0.05; done");
    for (int round = 0; round < 2; ++round) {
        const auto before = log().size();
        ASSERT_TRUE(run(context, s->start(in(Millis{20000}))));
        EXPECT_EQ(status(*s).state, ServiceState::running);
        ASSERT_TRUE(until([&] { return log().size() > before; }));
        ASSERT_TRUE(run(context, s->stop(in(Millis{40000}))));
        EXPECT_EQ(status(*s).state, ServiceState::stopped);
        EXPECT_EQ(status(*s).exit_code, 0);
    }
    const std::string once = "in " + directory.path().string() + "\nbye\n";
    EXPECT_EQ(log(), once + once);
}

TEST_F(ChildServiceTest, FilesOfTheChildAreForItsOwnerAlone) {
    auto s = service("echo key > made; echo done; while :; do sleep 0.05; done");
    ASSERT_TRUE(run(context, s->start(in(Millis{20000}))));
    ASSERT_TRUE(until([&] { return log() == "done\n"; }));
    using std::filesystem::perms;
    const auto mode = std::filesystem::status(directory.path() / "made").permissions();
    EXPECT_EQ(mode & (perms::group_all | perms::others_all), perms::none);
    EXPECT_TRUE(run(context, s->kill(in(Millis{20000}))));
}

TEST_F(ChildServiceTest, EveryCallIsIdempotent) {
    auto s = service("while :; do sleep 0.05; done");
    EXPECT_TRUE(run(context, s->stop(in(Millis{1000}))));
    EXPECT_TRUE(run(context, s->kill(in(Millis{1000}))));
    EXPECT_TRUE(run(context, s->start(in(Millis{1000}))));
    const int pid = status(*s).pid;
    EXPECT_TRUE(run(context, s->start(in(Millis{1000}))));
    EXPECT_EQ(status(*s).pid, pid);
    EXPECT_TRUE(run(context, s->kill(in(Millis{20000}))));
    EXPECT_TRUE(run(context, s->kill(in(Millis{1000}))));
    EXPECT_FALSE(alive(pid));
    EXPECT_EQ(status(*s).exit_code, 128 + SIGKILL);
}

TEST_F(ChildServiceTest, StopKillsAtHalfTimeWhatIgnoresSigterm) {
    auto s = service("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    ASSERT_TRUE(run(context, s->start(in(Millis{20000}))));
    ASSERT_TRUE(until([&] { return log() == "ready\n"; }));
    const Time begin = clock.now();
    ASSERT_TRUE(run(context, s->stop(begin + Millis{2000})));
    EXPECT_GE(clock.now() - begin, Millis{1000});
    EXPECT_EQ(status(*s).exit_code, 128 + SIGKILL);
}

TEST_F(ChildServiceTest, EndByItselfIsReportedOnceWithItsExitCode) {
    auto s = service("exit 9");
    std::vector<ServiceStatus> seen;
    s->on_exit([&](const ServiceStatus& status) { seen.push_back(status); });
    ASSERT_TRUE(run(context, s->start(in(Millis{20000}))));
    ASSERT_TRUE(until([&] { return !seen.empty(); }));
    EXPECT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].state, ServiceState::stopped);
    EXPECT_EQ(seen[0].exit_code, 9);
    EXPECT_EQ(status(*s).state, ServiceState::stopped);
}

TEST_F(ChildServiceTest, WantedEndIsNotReported) {
    auto s = service("while :; do sleep 0.05; done");
    int reports = 0;
    s->on_exit([&](const ServiceStatus&) { ++reports; });
    ASSERT_TRUE(run(context, s->start(in(Millis{20000}))));
    ASSERT_TRUE(run(context, s->stop(in(Millis{20000}))));
    run(context, clock.sleep_for(Millis{20}));
    EXPECT_EQ(reports, 0);
}

TEST_F(ChildServiceTest, WhatItLeavesBehindDiesWithIt) {
    auto s = service("sleep 300 & echo $!; exit 1");
    bool gone = false;
    s->on_exit([&](const ServiceStatus&) { gone = true; });
    ASSERT_TRUE(run(context, s->start(in(Millis{20000}))));
    ASSERT_TRUE(until([&] { return gone; }));
    EXPECT_TRUE(until([&] { return !alive(std::stoi(log())); }));
}

TEST_F(ChildServiceTest, ProgramOrLogThatCannotBeUsedIsAnError) {
    ServiceConfig config;
    config.driver = "child";
    config.start = {"/nonexistent/node"};
    config.log_file = directory.path() / "log";
    ChildService absent(config, context.get_executor(), clock);
    EXPECT_FALSE(run(context, absent.start(in(Millis{1000}))));
    EXPECT_EQ(status(absent).state, ServiceState::stopped);
    config.log_file = directory.path() / "absent" / "log";
    ChildService no_log(config, context.get_executor(), clock);
    EXPECT_FALSE(run(context, no_log.start(in(Millis{1000}))));
}

/// The agent's part of the test below: starts the service, tells its pid, and is killed.
[[noreturn]] void be_the_agent(const Path& directory, int tell) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    ServiceConfig config;
    config.start = {"/usr/bin/env", "X=1", "/bin/sleep", "300"};
    config.log_file = directory / "log";
    ChildService service(config, context.get_executor(), clock);
    const bool started = bool(run(context, service.start(clock.now() + Millis{20000})));
    const int pid = started ? run(context, service.status(clock.now())).value().pid : 0;
    if (write(tell, &pid, sizeof pid) != sizeof pid) _exit(1);
    for (;;) pause();
}

TEST_F(ChildServiceTest, DiesWithTheAgent) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t agent = fork();
    if (agent == 0) be_the_agent(directory.path(), pipe_ends[1]);
    int pid = 0;
    ASSERT_EQ(read(pipe_ends[0], &pid, sizeof pid), ssize_t(sizeof pid));
    ASSERT_GT(pid, 0);
    EXPECT_TRUE(alive(pid));
    ::kill(agent, SIGKILL);
    waitpid(agent, nullptr, 0);
    EXPECT_TRUE(run(context, wait_for_pid(context.get_executor(), clock, pid, in(Millis{20000}))));
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

}  // namespace
}  // namespace zha
