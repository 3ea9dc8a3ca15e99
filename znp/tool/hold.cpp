#include "znp/tool/hold.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <utility>

namespace zha::znp {
namespace {

constexpr Millis kLook{200};

/// Until the signal, or until the port is gone.
Task<Status> wait(Driver& driver, const std::shared_ptr<bool>& signalled, Clock& clock) {
    while (!*signalled) {
        if (const auto alive = driver.alive(); !alive) co_return alive;
        co_await clock.sleep_for(kLook);
    }
    co_return Status();
}

Task<Status> hold(PortOptions options, std::function<void()> held, asio::any_io_executor executor,
                  Clock& clock, std::shared_ptr<bool> signalled) {
    const auto deadline = clock.now() + std::chrono::seconds(options.timeout_s);
    auto transport = co_await open_transport(options.port, executor, clock, deadline);
    if (!transport) co_return transport.error();
    Driver driver(std::move(*transport), executor, clock);
    if (const auto holds = co_await driver.hold_in_reset(deadline); !holds) {
        (void)driver.let_go_reset_line();
        co_return within(options.port, holds.error());
    }
    held();
    if (const auto waited = co_await wait(driver, signalled, clock); !waited)
        co_return within(options.port, waited.error());
    const auto booted =
        co_await driver.reset(clock.now() + std::chrono::seconds(options.timeout_s), true);
    if (!booted) co_return within(options.port + ": let go", booted.error());
    co_return Status();
}

}  // namespace

Status hold_port(const PortOptions& options, std::function<void()> held) {
    if (options.port.starts_with("tcp://"))
        return {
            Errc::refused,
            options.port + ": has no reset line; only a serial port can hold a dongle in reset"};
    asio::io_context context;
    RealClock clock(context.get_executor());
    asio::signal_set signals(context, SIGINT, SIGTERM);
    const auto signalled = std::make_shared<bool>(false);
    signals.async_wait([signalled](const asio::error_code& error, int) { *signalled = !error; });
    Status result;
    const auto finish = [&](Task<Status> task) -> Task<void> {
        result = co_await std::move(task);
        signals.cancel();
    };
    asio::co_spawn(context,
                   finish(hold(options, std::move(held), context.get_executor(), clock, signalled)),
                   asio::detached);
    context.run();
    return result;
}

}  // namespace zha::znp
