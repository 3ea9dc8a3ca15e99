#include "node-agent/node.hpp"

#include "core/limits.hpp"
#include "core/safeguards.hpp"
#include "platform/log/log.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

namespace {

constexpr Millis kRetryAfter{3000};
constexpr Millis kStageRetryAfter{5000};
constexpr Millis kRefreshEvery{30000};
constexpr Millis kHeardCounts{600000};  ///< as long as the controller counts a failed promotion

LeaseKeeper make_keeper(const NodeParts& p, const Memory& memory) {
    return {p.self.name, memory.lease, p.config.on_controller_loss == "hold",
            p.config.timing.lease};
}

void tell(const std::optional<Manifest>& manifest, SnapshotInfo& info) {
    if (manifest)
        info = manifest->info;
    else
        info = {};
}

}  // namespace

Node::Node(NodeParts p, Memory memory)
    : config(p.config),
      self(p.self),
      clock(p.clock),
      bus(p.bus),
      store(p.store),
      service(p.service),
      dongle(p.dongle),
      fetch(p.fetch),
      host_boot(p.host_boot),
      lease(make_keeper(p, memory)),
      memory_file(p.store, p.self.state),
      snapshots(p.store, p.self.state),
      dongle_watch(p.self.name),
      dirty(memory.dirty),
      generation(memory.generation),
      content_epoch(memory.content) {
    order.goal = Goal::none;
    // The file is loaded by main(), which must see an error; saving compares with what is on disk.
    (void)memory_file.load();
}

Status Node::remember() {
    return memory_file.save({lease.memory(), generation, content_epoch, dirty});
}

Status Node::release() {
    // On disk first: what is reported as released may be granted to another node at once.
    auto memory = lease.memory();
    memory.released = memory.epoch;
    if (auto saved = memory_file.save({memory, generation, content_epoch, dirty}); !saved)
        return saved;
    lease.release(memory.epoch);
    return {};
}

Task<void> Node::look_at_service(Millis age) {
    if (knows_service(age)) co_return;
    auto status = co_await service.status(now() + kServiceAnswerMost);
    service_seen = now();
    if (status) {
        service_status = *status;
        co_return;
    }
    service_status = {};
    spdlog::warn("service: {}", status.error().message);
}

fsm::Facts Node::facts() {
    fsm::Facts f;
    const auto at = now();
    const auto& memory = lease.memory();
    const bool live = lease.live(at) || !kept(Safeguard::lease_expiry);
    // Both here and where orders are accepted: an epoch that was given back is over for good.
    const bool over = memory.epoch <= memory.released && kept(Safeguard::release_final);
    f.lease_live = live && !over;
    f.dongle_present = dongle.present();
    f.silenced = silenced && f.dongle_present;
    f.unreleased = memory.epoch > memory.released;
    f.service_up = service_status.state == ServiceState::running ||
                   service_status.state == ServiceState::starting;
    f.service_down = service_status.state == ServiceState::stopped ||
                     service_status.state == ServiceState::failed;
    while (!restarts.empty() && at - restarts.front() > config.timing.restart_window)
        restarts.pop_front();
    f.restarts_left = restarts.size() < config.timing.local_restarts;
    f.unsurveyed = unsurveyed;
    const auto* best = snapshots.best();
    f.snapshot_wanted = !order.snapshot.empty() && !order.source.empty() &&
                        order.source != self.name && snapshots.find(order.snapshot) == nullptr &&
                        at - stage_failed_at >= kStageRetryAfter;
    f.snapshot_held = best != nullptr && best->info.has_nvram;
    f.may_form = order.allow_form && (blank || !kept(Safeguard::form_blank));
    f.refresh_due = at - refreshed_at >= kRefreshEvery;
    f.retry_due = at - failed_at >= kRetryAfter;
    f.fault_cleared = order.clear_fault;
    return f;
}

std::string Node::must_stop() const {
    if (stopping) return "the agent is being stopped";
    if (!lease.live(now()) && kept(Safeguard::start_check)) return "the lease ran out";
    if (order.goal != Goal::active) return "the role was taken back";
    if (!dongle.present()) return "the dongle is gone";
    return {};
}

void Node::report(NodeReport& r) const {
    r.node = self.name;
    r.state = state;
    r.goal = order.goal;
    r.incarnation = std::min(lease.memory().incarnation, wire::kIncarnationMax);
    r.epoch = lease.memory().epoch;
    r.released = lease.memory().released;
    r.lease_left = lease.left(now());
    r.service = service_status.state;
    r.dongle = dirty ? DongleState::dirty : dongle_state;
    tell(snapshots.own(), r.snapshot);
    tell(snapshots.staged(), r.staged);
    r.step = step;
    r.fault = fault;
    if (dongle_info)
        r.ieee = dongle_info->ieee;
    else
        r.ieee.clear();
    r.firmware = dongle_info ? dongle_info->revision : 0;
    r.restarts = static_cast<std::uint32_t>(restarts.size());
    r.blank = blank && silenced;
    const auto* best = snapshots.best();
    const bool fits = best == nullptr || best->firmware == 0 || !dongle_info ||
                      best->firmware == dongle_info->revision;
    const bool answers = silenced && dongle_state != DongleState::faulty;
    r.ready =
        state == NodeState::standby && answers && best != nullptr && best->info.has_nvram && fits;
    r.service_version = service_version;
    r.unsaved = unsaved;
    r.heard_on = now() - heard_on_at < kHeardCounts ? heard_on : 0;
}

}  // namespace zha
