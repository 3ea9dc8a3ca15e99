// The last look before the radio goes on: files as they are on disk, image as it was read or as a
// write proved it (steps/promote.cpp).
#include "core/gate.hpp"

#include <fmt/format.h>

#include "core/safeguards.hpp"
#include "node-agent/steps/steps.hpp"
#include "node-agent/sync/z2m_files.hpp"
#include "znp/nvram/startable.hpp"

namespace zha::steps {

namespace {

std::string resolved(const std::string& port) {
    if (port.starts_with("tcp://")) return port;
    std::error_code error;
    const auto real = std::filesystem::canonical(port, error);
    return error ? port : real.string();
}

NetworkParameters parameters(const znp::Identity& i) {
    return {i.pan_id, i.extended_pan_id, i.channel, i.network_key};
}

}  // namespace

Status pass_gate(Node& node, const std::string& cluster_ieee) {
    if (!node.image) return {Errc::refused, "gate: the dongle was not read"};
    auto text = node.store.read(node.data_file("configuration.yaml"));
    if (!text) return text.error();
    auto config = parse_configuration(*text);
    if (!config) return config.error();
    const auto identity = znp::identity_of(*node.image);
    if (!identity) return identity.error();
    // The journal says whether a write was cut short; the dongle itself does, if that was lost.
    if (const auto whole = znp::whole(*node.image); !whole) return within("gate", whole.error());
    GateInput in;
    in.lease_live = node.lease.live(node.now()) || !kept(Safeguard::start_check);
    in.dongle_dirty = node.dirty;
    in.configured_port = resolved(config->port);
    in.own_port = resolved(node.self.port);
    in.configuration = config->network;
    const bool compared = kept(Safeguard::gate_configuration);
    in.image = compared ? parameters(*identity) : in.configuration;
    in.image_ieee = fmt::format("{:016x}", identity->ieee);
    in.cluster_ieee = cluster_ieee;
    auto backup = node.store.read(node.data_file("coordinator_backup.json"));
    if (backup) {
        auto parsed = parse_backup(*backup);
        if (!parsed) return parsed.error();
        in.backup = *parsed;
    }
    in.backup_required = true;
    return gate(in);
}

}  // namespace zha::steps
