#include <fmt/format.h>

#include <algorithm>

#include "core/counter_margin.hpp"
#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "node-agent/sync/z2m_files.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

namespace {

/// Above every counter known of this coordinator, by what its age and later promotions may have
/// added to them.
Status raise(Node& node, znp::Image& image, const Snapshot& snapshot) {
    const auto& manifest = snapshot.manifest;
    const auto age = node.clock.wall() - manifest.counter_at;
    const auto since = node.order.counter_epoch > manifest.info.epoch
                           ? node.order.counter_epoch - manifest.info.epoch
                           : 0;
    auto known = manifest.info.frame_counter;
    const bool all = kept(Safeguard::counter_maximum);
    if (all && node.image) known = std::max(known, znp::frame_counter(*node.image));
    const auto backup = snapshot.files.find("data/coordinator_backup.json");
    if (backup != snapshot.files.end())
        if (auto parsed = parse_backup(backup->second))
            known = std::max(known, parsed->frame_counter);
    const auto margin = kept(Safeguard::counter_margin)
                            ? counter_margin(age, kept(Safeguard::counter_since) ? since : 0)
                            : 0;
    if (margin > 0x40000000U) return {Errc::refused, "the frame counter is near its end"};
    return znp::raise_counters(image, known, static_cast<std::uint32_t>(margin));
}

Task<Status> write_dongle(Node& node, const Snapshot& snapshot, Time deadline) {
    auto image = znp::from_json(snapshot.files.at("nvram.json"));
    if (!image) co_return within(snapshot.manifest.info.id, image.error());
    // Before anything is changed: who is vetoed stays the standby that it was.
    if (auto alone = co_await air_check(node, *image, deadline); !alone) co_return alone;
    if (node.unsurveyed || !node.image) {
        auto read = co_await read_dongle(node, deadline);
        if (!read) co_return read;
    }
    if (auto raised = raise(node, *image, snapshot); !raised) co_return raised;
    node.step = "writing the dongle";
    node.dirty = true;
    node.unsaved.clear();
    if (kept(Safeguard::dirty_durable))
        if (auto saved = node.remember(); !saved) co_return saved;
    auto written = co_await node.dongle.write(*image, deadline);
    if (!written) co_return written.error();
    node.dirty = false;
    if (auto saved = node.remember(); !saved) co_return saved;
    // The gate judges by this image without reading the dongle again: what a write changed was
    // read back, what it left as it was equalled what was read before it, and both kinds of write
    // read the identity and the markers once more at their end. They leave this item at 0, whatever
    // the snapshot says, and read that back too.
    image->items[{znp::ExItem::legacy, znp::osal::STARTUP_OPTION}] = {0};
    node.image = std::move(*image);
    node.image_at = node.clock.wall();
    node.blank = false;
    spdlog::info("dongle: {} items written, {} read back, frame counter {}", written->items_written,
                 written->items_verified, written->frame_counter);
    co_return Status();
}

/// zigbee2mqtt says which network it runs; it must be this one.
std::string stranger(const BridgeInfo& info, const znp::Identity& identity) {
    if (info.ieee != fmt::format("{:016x}", identity.ieee)) return "coordinator " + info.ieee;
    if (info.pan_id != identity.pan_id) return fmt::format("PAN id 0x{:04x}", info.pan_id);
    if (info.extended_pan_id != identity.extended_pan_id) return "another extended PAN id";
    if (info.channel != identity.channel) return fmt::format("channel {}", info.channel);
    return {};
}

}  // namespace

Task<Status> start_and_verify(Node& node, Time deadline) {
    node.step = "starting zigbee2mqtt";
    node.bridge.restart();
    node.dongle_watch.restart();
    node.dongle.close();
    // From here on the radio may be on, whatever start() says.
    node.silenced = false;
    node.unsurveyed = kept(Safeguard::survey_fresh);
    node.dongle_state = DongleState::unknown;
    node.service_may_run = true;
    // The guard must know before it is true.
    if (node.announce) node.announce();
    auto started = co_await node.service.start(deadline);
    node.service_seen = Time{0};
    co_await node.look_at_service(Millis{0});
    if (!started) co_return within("zigbee2mqtt", started.error());
    node.step = "waiting for zigbee2mqtt";
    std::string why;
    const bool online = co_await until(node.clock, deadline, [&] {
        why = node.must_stop();
        if (why.empty() && node.service_status.state == ServiceState::stopped)
            why = "zigbee2mqtt ended while it started";
        const bool said = node.bridge.online() && node.bridge.info().known;
        return !why.empty() || said || !kept(Safeguard::online_proof);
    });
    if (!why.empty()) co_return Status(Errc::refused, why);
    if (!online) co_return Status(Errc::timeout, "zigbee2mqtt did not get online in time");
    node.service_version = node.bridge.info().version;
    if (!node.image) co_return Status();
    const auto identity = znp::identity_of(*node.image);
    if (!identity) co_return Status();  // forming: there was nothing to compare with
    const auto other = stranger(node.bridge.info(), *identity);
    if (!other.empty() && kept(Safeguard::online_proof))
        co_return Status(Errc::mismatch, "zigbee2mqtt runs " + other);
    node.dongle_state = DongleState::on_air;
    co_return Status();
}

Task<Status> promote(Node& node, Time deadline) {
    const auto wanted = node.order.snapshot;
    const auto* manifest = wanted.empty() ? node.snapshots.best() : node.snapshots.find(wanted);
    if (manifest == nullptr) manifest = node.snapshots.best();
    if (manifest == nullptr) co_return Status(Errc::not_found, "no snapshot is held here");
    auto snapshot = node.snapshots.load(manifest->info.id);
    if (!snapshot) {
        // If it was this node's own, its dongle still has what was lost.
        node.unsurveyed = true;
        co_return snapshot.error();
    }
    // The node gets the role back: what it has is better than the snapshot that it made before.
    if (auto now = unsaved_state(node, *snapshot)) {
        spdlog::info("going on from the state after snapshot {}", snapshot->manifest.info.id);
        snapshot = std::move(now);
    } else {
        spdlog::info("promoting from snapshot {}", snapshot->manifest.info.id);
    }
    if (auto written = co_await write_dongle(node, *snapshot, deadline); !written)
        co_return written;
    node.step = "installing files";
    if (auto done = install_data(node.store, node.self.data, snapshot->files); !done)
        co_return done;
    node.content_epoch = node.lease.memory().epoch;
    if (auto saved = node.remember(); !saved) co_return saved;
    if (auto passed = pass_gate(node, snapshot->manifest.ieee); !passed) co_return passed;
    if (const auto why = node.must_stop(); !why.empty()) co_return Status(Errc::refused, why);
    const auto& timing = node.config.timing;
    auto started =
        co_await start_and_verify(node, std::min(deadline, node.now() + timing.start_timeout));
    if (!started) co_return started;
    node.fault.clear();
    node.restarts.clear();
    node.refreshed_at = Time{0};
    co_return Status();
}

}  // namespace zha::steps
