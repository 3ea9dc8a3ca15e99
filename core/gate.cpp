#include "core/gate.hpp"

#include <algorithm>

namespace zha {

namespace {

/// The name of the first parameter that differs; empty when all are equal.
std::string_view difference(const NetworkParameters& a, const NetworkParameters& b) {
    if (a.pan_id != b.pan_id) return "PAN id";
    if (a.extended_pan_id != b.extended_pan_id) return "extended PAN id";
    if (a.network_key != b.network_key) return "network key";
    if (a.channel != b.channel) return "channel";
    return {};
}

Status refuse(const std::string& why) {
    return {Errc::refused, "gate: " + why};
}

Status gate_backup(const GateInput& in) {
    if (!in.backup)
        return in.backup_required ? refuse("coordinator_backup.json is missing") : Status();
    // The backup's channel is that of its day; what zigbee2mqtt compares is the mask.
    auto network = in.backup->network;
    network.channel = in.configuration.channel;
    const auto what = difference(in.configuration, network);
    if (!what.empty())
        return refuse(std::string(what) +
                      " of coordinator_backup.json is not that of configuration.yaml");
    const auto& mask = in.backup->channel_mask;
    if (mask.size() != 1 || mask.front() != in.configuration.channel)
        return refuse("channel mask of coordinator_backup.json is not the configured channel");
    if (in.backup->ieee != in.image_ieee)
        return refuse("coordinator_backup.json belongs to another coordinator");
    return {};
}

}  // namespace

Status gate(const GateInput& in) {
    if (!in.lease_live) return refuse("no live lease");
    if (in.dongle_dirty) return refuse("a write to the dongle was not proven complete");
    if (in.configured_port != in.own_port)
        return refuse("serial.port of configuration.yaml (" + in.configured_port +
                      ") is not this node's dongle (" + in.own_port + ")");
    const auto what = difference(in.configuration, in.image);
    if (!what.empty())
        return refuse(std::string(what) + " of configuration.yaml is not that of the dongle");
    if (in.image_ieee.empty()) return refuse("the coordinator's IEEE address is not known");
    if (!in.dongle_ieee.empty() && in.dongle_ieee != in.image_ieee)
        return refuse("the dongle says it is " + in.dongle_ieee + ", its NVRAM says " +
                      in.image_ieee);
    if (!in.cluster_ieee.empty() && in.cluster_ieee != in.image_ieee)
        return refuse("the coordinator " + in.image_ieee + " is not the cluster's " +
                      in.cluster_ieee);
    return gate_backup(in);
}

}  // namespace zha
