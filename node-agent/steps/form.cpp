#include <algorithm>

#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "node-agent/sync/z2m_files.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

namespace {

/// Forming clears zigbee2mqtt's database: there must be nothing in it to lose.
Status nothing_to_lose(Node& node) {
    auto text = node.store.read(node.data_file("configuration.yaml"));
    if (!text) return text.error();
    // GENERATE would make a network that no other node could take over.
    auto config = parse_configuration(*text);
    if (!config) return config.error();
    if (node.store.exists(node.data_file("coordinator_backup.json")))
        return {Errc::refused,
                "coordinator_backup.json exists: it belongs to a network that would be lost"};
    auto database = node.store.read(node.data_file("database.db"));
    if (!database)
        return database.error().code == Errc::not_found ? Status() : Status(database.error());
    auto devices = count_devices(*database);
    if (!devices) return devices.error();
    if (*devices > 0)
        return {Errc::refused, "database.db holds " + std::to_string(*devices) + " devices"};
    return {};
}

}  // namespace

Task<Status> form(Node& node, Time deadline) {
    const bool blank = node.blank || !kept(Safeguard::form_blank);
    if (!blank || !node.silenced || node.dirty)
        co_return Status(Errc::refused, "the dongle is not proven blank and silent");
    if (auto fine = nothing_to_lose(node); !fine) co_return within("form", fine.error());
    const auto& timing = node.config.timing;
    spdlog::info("forming a NEW network, as an operator asked");
    auto started =
        co_await start_and_verify(node, std::min(deadline, node.now() + 2 * timing.start_timeout));
    if (!started) co_return started;
    node.blank = false;
    // The promotion that follows in this epoch raises the counters: the first snapshot is older
    // than that, and has to say so, or the next node would start where this one did.
    node.content_epoch = node.lease.memory().epoch - 1;
    if (auto saved = node.remember(); !saved) co_return saved;
    // zigbee2mqtt fails to save its backup when it is stopped within 5 s of its start.
    node.step = "letting zigbee2mqtt settle";
    std::string why;
    co_await until(node.clock, node.now() + Millis{6000}, [&] {
        why = node.must_stop();
        return !why.empty();
    });
    if (!why.empty()) co_return Status(Errc::refused, why);
    node.step = "keeping the first snapshot";
    auto stopped = co_await node.service.stop(node.now() + timing.stop_timeout);
    if (!stopped) co_return stopped;
    // The same epoch goes on afterwards, so it is not released here.
    auto silent = co_await silence(node, node.now() + timing.fence);
    if (!silent) co_return silent;
    auto read = co_await read_dongle(node, deadline);
    if (!read) co_return read;
    node.unsurveyed = false;
    co_return keep_snapshot(node);
}

}  // namespace zha::steps
