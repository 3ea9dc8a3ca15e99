#include <fmt/format.h>

#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "node-agent/sync/z2m_files.hpp"
#include "platform/log/log.hpp"

namespace zha::steps {

Task<Status> read_dongle(Node& node, Time deadline) {
    node.step = "reading the dongle";
    auto image = co_await node.dongle.read(deadline);
    if (!image) co_return image.error();
    node.image = std::move(*image);
    node.image_at = node.clock.wall();
    const auto identity = znp::identity_of(*node.image);
    node.blank = !identity && identity.error().code == Errc::not_found;
    co_return Status();
}

namespace {

/// Is it what the newest own snapshot holds already?
bool unchanged(const Node& node, const Files& files, const std::string& image) {
    const auto& own = node.snapshots.own();
    if (!own || own->info.epoch != node.content_epoch) return false;
    auto held = const_cast<Node&>(node).snapshots.load(own->info.id);  // reads only
    if (!held) return false;
    auto wanted = files;
    wanted["nvram.json"] = image;
    return held->files == wanted;
}

/// configuration.yaml and the image must speak of one network, or the set is worth nothing.
NetworkParameters parameters(const znp::Identity& identity) {
    return {identity.pan_id, identity.extended_pan_id, identity.channel, identity.network_key};
}

Status consistent(const Files& files, const znp::Identity& identity) {
    auto config = parse_configuration(files.at("data/configuration.yaml"));
    if (!config) return config.error();
    if (config->network == parameters(identity)) return {};
    return {Errc::mismatch, "the dongle holds another network than configuration.yaml"};
}

}  // namespace

Status keep_snapshot(Node& node) {
    if (!node.image) return {Errc::not_found, "the dongle was not read yet"};
    // Half an image may look like the network, and would be the newest of all to start from.
    if (node.dirty && kept(Safeguard::keep_dirty))
        return {Errc::refused, "a write to the dongle was not proven complete"};
    const auto identity = znp::identity_of(*node.image);
    if (!identity) return identity.error();
    auto files = read_data(node.store, node.self.data);
    if (!files) return files.error();
    // The gate starts nothing without it: such a set would displace one that can be started.
    if (!files->contains("data/coordinator_backup.json"))
        return {Errc::refused, "coordinator_backup.json is missing"};
    if (auto good = consistent(*files, *identity); !good) return good;
    const auto image = znp::to_json(*node.image);
    if (unchanged(node, *files, image)) return {};

    Manifest m;
    m.node = node.self.name;
    m.info.epoch = node.content_epoch;
    m.info.seq = node.generation + 1;
    m.info.id = snapshot_id(m.node, m.info.epoch, m.info.seq);
    m.info.taken_at = node.clock.wall();
    m.info.has_nvram = true;
    m.info.frame_counter = znp::frame_counter(*node.image);
    m.info.fingerprint = znp::fingerprint(*identity);
    m.ieee = fmt::format("{:016x}", identity->ieee);
    m.firmware = node.dongle_info ? node.dongle_info->revision : 0;
    m.counter_at = node.image_at;
    const auto database = files->find("data/database.db");
    if (database != files->end()) {
        auto devices = count_devices(database->second);
        if (!devices) return devices.error();
        m.devices = *devices;
    }
    const auto& own = node.snapshots.own();
    if (own && own->info.fingerprint == m.info.fingerprint)
        if (auto good = check_successor(m, *own); !good) return good;
    ++node.generation;
    if (auto saved = node.remember(); !saved) return saved;
    (*files)["nvram.json"] = image;
    auto kept = node.snapshots.keep(m, *files);
    if (kept) spdlog::info("snapshot {} ({} devices)", m.info.id, m.devices);
    return kept;
}

Status keep_last(Node& node, const Status& read) {
    auto kept = read ? keep_snapshot(node) : read;
    // Of a node that was never active there is nothing to lose.
    node.unsaved = kept || node.content_epoch == 0 ? "" : kept.error().message;
    return kept;
}

Result<Snapshot> unsaved_state(Node& node, const Snapshot& older) {
    const auto& own = node.snapshots.own();
    const bool later = own && own->info.id == older.manifest.info.id &&
                       own->info.epoch <= node.content_epoch && !node.unsaved.empty();
    if (!later || node.dirty || node.unsurveyed || !node.image)
        return {Errc::not_found, "nothing unsaved"};
    const auto identity = znp::identity_of(*node.image);
    if (!identity) return identity.error();
    auto files = read_data(node.store, node.self.data);
    if (!files) return files.error();
    // It only says which network this is, and the gate compares that.
    const auto* const backup = "data/coordinator_backup.json";
    const auto former = older.files.find(backup);
    if (!files->contains(backup) && former != older.files.end()) files->insert(*former);
    if (auto good = consistent(*files, *identity); !good) {
        // An edited configuration is why nothing was kept. What was paired is in the database all
        // the same, if that is this network's: the backup beside it tells.
        const auto ours = parse_backup(files->contains(backup) ? files->at(backup) : "");
        const auto* const config = "data/configuration.yaml";
        const auto known = older.files.find(config);
        if (!ours || known == older.files.end()) return good.error();
        (*files)[config] = known->second;
        if (!consistent(*files, *identity) || ours->network != parameters(*identity))
            return good.error();
    }
    Snapshot now{older.manifest, std::move(*files)};
    now.manifest.info.epoch = node.content_epoch;
    now.manifest.info.frame_counter = znp::frame_counter(*node.image);
    now.manifest.info.fingerprint = znp::fingerprint(*identity);
    now.manifest.ieee = fmt::format("{:016x}", identity->ieee);
    now.manifest.counter_at = node.image_at;
    const auto database = now.files.find("data/database.db");
    if (database == now.files.end()) return {Errc::corrupt, "database.db is missing"};
    auto devices = count_devices(database->second);
    if (!devices) return devices.error();
    now.manifest.devices = *devices;
    now.manifest.info.seq = older.manifest.info.seq + 1;
    if (auto good = check_successor(now.manifest, older.manifest); !good) return good.error();
    now.files["nvram.json"] = znp::to_json(*node.image);
    return now;
}

Task<Status> survey(Node& node, Time deadline) {
    auto read = co_await read_dongle(node, deadline);
    if (!read) co_return keep_last(node, read);
    node.unsurveyed = false;
    node.fault.clear();
    if (node.blank) {
        spdlog::info("the dongle is blank");
        co_return Status();
    }
    // A dongle with a network of its own is no fault of a standby: it is overwritten when the node
    // is promoted from the active node's snapshot.
    auto kept = keep_last(node, read);
    if (kept) co_return kept;
    spdlog::warn("no snapshot of this dongle: {}", kept.error().message);
    // Somebody who has nothing else to offer should see why.
    if (node.snapshots.best() == nullptr) node.fault = kept.error().message;
    co_return Status();
}

}  // namespace zha::steps
