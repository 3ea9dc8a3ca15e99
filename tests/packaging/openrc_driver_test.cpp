// Tests the OpenRC driver against the real rc-service. Run by test-openrc, which makes a system for
// it; elsewhere there is no unit and every test is skipped.
#include <gtest/gtest.h>

#include <cstdlib>

#include "platform/service/proc.hpp"
#include "platform/service/service.hpp"
#include "tests/platform/run.hpp"

namespace zha {
namespace {

class RealOpenRc : public testing::Test {
  protected:
    void SetUp() override {
        const char* unit = std::getenv("ZHA_OPENRC_UNIT");
        if (unit == nullptr) GTEST_SKIP() << "no unit given";
        ServiceConfig config;
        config.driver = "openrc";
        config.unit = unit;
        auto made = make_service(config, NodeConfig{}, context.get_executor(), clock);
        ASSERT_TRUE(made) << made.error().message;
        service = std::move(made).value();
    }
    Time soon() const { return clock.now() + Millis{40000}; }
    ServiceStatus status() { return run(context, service->status(soon())).value(); }
    std::optional<ProcessId> started() {
        const auto done = run(context, service->start(soon()));
        EXPECT_TRUE(done) << done.error().message;
        return run(context, process());
    }
    /// The daemon itself; supervise-daemon may need a moment to have it.
    Task<std::optional<ProcessId>> process() {
        const Time deadline = soon();
        std::optional<ProcessId> found;
        while (!found && clock.now() < deadline) {
            const auto now = co_await service->status(deadline);
            if (now && now->pid > 0) found = find_process(now->pid);
            co_await clock.sleep_for(Millis{50});
        }
        co_return found;
    }
    asio::io_context context;
    RealClock clock{context.get_executor()};
    std::unique_ptr<Service> service;
};

TEST_F(RealOpenRc, StartsSeesAndStops) {
    EXPECT_EQ(status().state, ServiceState::stopped);
    const auto process = started();
    ASSERT_TRUE(process);
    EXPECT_EQ(status().state, ServiceState::running);
    const auto stopped = run(context, service->stop(soon()));
    ASSERT_TRUE(stopped) << stopped.error().message;
    EXPECT_FALSE(alive(*process));
    EXPECT_EQ(status().state, ServiceState::stopped);
}

TEST_F(RealOpenRc, KillEndsItForGoodAndItStartsAgain) {
    for (int round = 0; round < 2; ++round) {
        const auto process = started();
        ASSERT_TRUE(process);
        const auto killed = run(context, service->kill(soon()));
        ASSERT_TRUE(killed) << killed.error().message;
        EXPECT_FALSE(alive(*process));
        EXPECT_EQ(status().state, ServiceState::stopped);
    }
}

}  // namespace
}  // namespace zha
