#include "node-agent/guard/fencer.hpp"

#include <unistd.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include "node-agent/dongle/real_dongle.hpp"
#include "platform/log/log.hpp"
#include "platform/service/proc.hpp"
#include "platform/service/service.hpp"

namespace zha::guard {

namespace {

constexpr Millis kLook{20};

/// Descendants of `root` that are neither this process nor below it.
std::vector<ProcessId> others(int root) {
    const auto top = find_process(root);
    const auto me = find_process(getpid());
    if (!top || !me) return {};
    auto found = descendants(*top);
    auto ours = descendants(*me);
    ours.push_back(*me);
    std::erase_if(found, [&](const ProcessId& process) {
        return std::find(ours.begin(), ours.end(), process) != ours.end();
    });
    return found;
}

}  // namespace

Task<Status> end_orphans(Clock& clock, int root, Time deadline) {
    for (;;) {
        // Again and again: what is killed may have started something in its last moment.
        const auto left = others(root);
        if (left.empty()) co_return Status();
        for (const auto& process : left) kill_process(process);
        if (clock.now() >= deadline)
            co_return Status(Errc::timeout, "process " + std::to_string(left.front().pid) +
                                                " did not end, not even by SIGKILL");
        co_await clock.sleep_for(kLook);
    }
}

Task<Status> silence_host(const NodeConfig& self, int root, asio::any_io_executor executor,
                          Clock& clock, Time deadline) {
    auto service = make_service(self.service, self, executor, clock);
    if (!service) co_return service.error();
    const auto halfway = clock.now() + (deadline - clock.now()) / 2;
    auto ended = co_await (*service)->kill(halfway);
    if (ended && self.service.driver == "child") {
        auto swept = co_await end_orphans(clock, root, halfway);
        ended = swept;
    }
    // Even when zigbee2mqtt cannot be ended: off the air now is better than proven later.
    RealDongle dongle(self.port, executor, clock);
    auto info = co_await dongle.fence(deadline);
    if (!ended) co_return within("zigbee2mqtt does not end", ended.error());
    if (info) {
        spdlog::info("fenced: device state {} read back", info->device_state);
        co_return Status();
    }
    if (dongle.present()) co_return info.error();
    spdlog::warn("no dongle at {}: nothing is on the air", self.port);
    co_return Status();
}

Status silence_host(const NodeConfig& self, int root, Millis most) {
    asio::io_context context{1};
    RealClock clock(context.get_executor());
    Status result(Errc::unavailable, "fencing broke off");
    asio::co_spawn(context,
                   silence_host(self, root, context.get_executor(), clock, clock.now() + most),
                   [&](const std::exception_ptr& thrown, Status status) {
                       if (!thrown) result = std::move(status);
                       context.stop();
                   });
    context.run();
    return result;
}

}  // namespace zha::guard
