#include "znp/tool/session.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <functional>

namespace zha::znp {
namespace {

template <class T>
using Operation = std::function<Task<T>(Driver&, Time)>;

template <class T>
Task<T> with_driver(PortOptions options, const Operation<T>& operation,
                    asio::any_io_executor executor, Clock& clock) {
    const auto deadline = clock.now() + std::chrono::seconds(options.timeout_s);
    auto transport = co_await open_transport(options.port, executor, clock, deadline);
    if (!transport) co_return transport.error();
    Driver driver(std::move(*transport), executor, clock);
    if (const auto connected = co_await driver.connect(deadline); !connected)
        co_return within(options.port, connected.error());
    co_return co_await operation(driver, deadline);
}

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
}

template <class T>
T run(const PortOptions& options, const Operation<T>& operation) {
    asio::io_context context;
    RealClock clock(context.get_executor());
    std::optional<T> result;
    asio::co_spawn(context,
                   keep(with_driver<T>(options, operation, context.get_executor(), clock), result),
                   asio::detached);
    context.run();
    return std::move(result.value());
}

Task<Result<Dump>> dump(Driver& driver, Time deadline) {
    const auto device = co_await driver.identify(deadline);
    if (!device) co_return device.error();
    const auto image = co_await driver.read_all(deadline);
    if (!image) co_return image.error();
    const auto extra = co_await driver.read_extra(deadline);
    if (!extra) co_return extra.error();
    co_return Dump{*device, *image, *extra};
}

}  // namespace

Result<DeviceIdentity> identify_port(const PortOptions& options) {
    return run<Result<DeviceIdentity>>(
        options, [](Driver& driver, Time deadline) { return driver.identify(deadline); });
}

Result<Image> read_port(const PortOptions& options) {
    return run<Result<Image>>(
        options, [](Driver& driver, Time deadline) { return driver.read_all(deadline); });
}

Result<Dump> dump_port(const PortOptions& options) {
    return run<Result<Dump>>(options, dump);
}

Result<WriteSummary> write_port(const PortOptions& options, const Image& image, WriteRules rules) {
    return run<Result<WriteSummary>>(options, [&](Driver& driver, Time deadline) {
        return driver.write_all(image, deadline, rules);
    });
}

Status reset_port(const PortOptions& options) {
    return run<Status>(options,
                       [](Driver& driver, Time deadline) { return driver.reset_all(deadline); });
}

}  // namespace zha::znp
