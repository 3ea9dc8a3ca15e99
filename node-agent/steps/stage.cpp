#include "node-agent/steps/steps.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

Task<Status> stage(Node& node, Time deadline) {
    const auto id = node.order.snapshot;
    const auto* source = node.config.node(node.order.source);
    node.step = "fetching snapshot " + id;
    node.stage_failed_at = node.now();
    if (source == nullptr) co_return Status(Errc::invalid, "no node " + node.order.source);
    auto target = node.snapshots.prepare_fetch(id);
    if (!target) co_return target.error();
    SftpRequest request;
    request.peer = source->sftp;
    request.private_key = node.self.sftp.private_key;
    request.known_hosts = node.self.sftp.known_hosts;
    request.from = source->state / "snapshots" / id;
    request.to = *target;
    request.timeout = deadline - node.now();
    auto fetched = co_await node.fetch(request);
    if (!fetched) co_return within("snapshot of " + source->name, fetched.error());
    const auto firmware = node.dongle_info ? node.dongle_info->revision : 0;
    if (auto good = node.snapshots.accept(id, firmware); !good) co_return good;
    spdlog::info("staged snapshot {}", id);
    node.fault.clear();
    co_return Status();
}

}  // namespace zha::steps
