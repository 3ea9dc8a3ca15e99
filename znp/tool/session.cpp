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
    const auto began = clock.now();
    const auto deadline = began + std::chrono::seconds(options.timeout_s);
    auto transport = co_await open_transport(options.port, executor, clock, deadline);
    if (!transport) co_return transport.error();
    Driver driver(std::move(*transport), executor, clock);
    driver.set_hooks({options.progress, options.keep_backup});
    std::optional<T> result;
    if (const auto connected = co_await driver.connect(deadline); !connected)
        result.emplace(within(options.port, connected.error()));
    else
        result.emplace(co_await operation(driver, deadline));
    const std::chrono::duration<double> took = clock.now() - began;
    if (options.finished) options.finished({driver.traffic(), took.count()});
    co_return std::move(*result);
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

Task<Result<Dump>> bare_dump(Task<Result<Image>> reading) {
    auto image = co_await std::move(reading);
    if (!image) co_return image.error();
    co_return Dump{std::nullopt, std::move(*image), {}};
}

}  // namespace

Result<Image> read_port(const PortOptions& options) {
    return run<Result<Image>>(
        options, [](Driver& driver, Time deadline) { return driver.read_all(deadline); });
}

Result<Dump> dump_port(const PortOptions& options) {
    return run<Result<Dump>>(options, dump);
}

Result<Dump> dump_port_known(const PortOptions& options, const Image& former) {
    return run<Result<Dump>>(options, [&](Driver& driver, Time deadline) {
        return bare_dump(driver.read_known(former, deadline));
    });
}

Result<Dump> dump_port_since(const PortOptions& options, const Image& since) {
    return run<Result<Dump>>(options, [&](Driver& driver, Time deadline) {
        return bare_dump(driver.read_incremental(since, deadline));
    });
}

Result<WriteSummary> write_port_delta(const PortOptions& options, const Image& image,
                                      const Image& mirrored, WriteRules rules) {
    return run<Result<WriteSummary>>(options, [&](Driver& driver, Time deadline) {
        return driver.write_delta(image, mirrored, deadline, rules);
    });
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
