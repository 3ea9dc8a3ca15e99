// What: one fake dongle and one driver on one thread, and coroutines run to their end.
// Why: every test of the driver begins so.
// Contract: plug_in() may be called again; the driver before it is gone then.
#pragma once

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "tests/znp/fake_dongle.hpp"
#include "znp/driver/driver.hpp"

namespace zha::znp::test {

struct DriverFixture : testing::Test {
    asio::io_context context;
    RealClock clock{context.get_executor()};
    FakeDongle dongle;
    DriverOptions options{Millis{40}, Millis{20}, Millis{5}, Millis{5}, Millis{200}};
    DriverHooks hooks;
    std::unique_ptr<Driver> driver;

    void plug_in() {
        driver = std::make_unique<Driver>(dongle.plug_in(context, clock), context.get_executor(),
                                          clock, options);
        driver->set_hooks(hooks);
    }
    Time soon() const { return clock.now() + Millis{20000}; }
    template <class T>
    static Task<void> keep(Task<T> task, std::optional<T>& result) {
        result.emplace(co_await std::move(task));
    }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(context, keep(std::move(task), result), asio::detached);
        context.restart();
        while (!result && context.run_one_for(Millis{30000}) > 0) continue;
        return std::move(result.value());
    }
    /// What the dongle holds without what is allowed to differ.
    static Image compared(Image image) {
        image.items.erase({ExItem::legacy, osal::POLL_RATE_OLD16});
        return image;
    }
    void TearDown() override {
        driver.reset();
        context.restart();
        context.run_for(Millis{100});
    }
};

}  // namespace zha::znp::test
