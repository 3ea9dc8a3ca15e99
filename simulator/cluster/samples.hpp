// What: a small network on paper: zigbee2mqtt's files, the dongle's image, a manifest for both.
// Why: tests of the agent need sets that belong together, and can then break one thing.
#pragma once

#include "node-agent/sync/snapshots.hpp"
#include "znp/nvram/image.hpp"

namespace zha::sample {

inline constexpr const char* kIeee = "00124b00aabbccdd";
inline constexpr std::uint32_t kFirmware = 20240710;

/// configuration.yaml of the network below, for a dongle at `port`.
inline std::string configuration(const std::string& port) {
    return "mqtt:\n  base_topic: zigbee2mqtt\n  server: mqtt://localhost\n"
           "serial:\n  port: " +
           port +
           "\n  adapter: zstack\n"
           "advanced:\n  pan_id: 0x1a62\n  channel: 15\n"
           "  ext_pan_id: [1, 2, 3, 4, 5, 6, 7, 8]\n"
           "  network_key: [17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17]\n"
           "devices:\n  '0x00158d0000000001':\n    friendly_name: '0x00158d0000000001'\n";
}

inline std::string backup() {
    return R"({"metadata":{"format":"zigpy/open-coordinator-backup","version":1},)"
           R"("coordinator_ieee":"00124b00aabbccdd","pan_id":"1a62",)"
           R"("extended_pan_id":"0102030405060708","channel":15,"channel_mask":[15],)"
           R"("network_key":{"key":"11111111111111111111111111111111"},"devices":[]})";
}

inline std::string database(unsigned devices) {
    std::string text = R"({"id":1,"type":"Coordinator","ieeeAddr":"0x00124b00aabbccdd"})"
                       "\n";
    for (unsigned i = 0; i < devices; ++i)
        text += R"({"id":)" + std::to_string(i + 2) + R"(,"type":"Router"})" + "\n";
    return text;
}

inline znp::Image image(std::uint32_t counter = 7500) {
    using znp::ExItem;
    namespace osal = znp::osal;
    znp::Image image;
    auto& items = image.items;
    znp::Bytes nib(116);
    nib[24] = 15, nib[36] = 0x62, nib[37] = 0x1A, nib[65] = 1;
    // Extended PAN id and IEEE address are stored with their last byte first.
    for (std::uint8_t i = 0; i < 8; ++i) nib[57 + i] = static_cast<std::uint8_t>(8 - i);
    const znp::Bytes info(17, 0x11);
    znp::Bytes key(24, 0x11);
    for (std::size_t i = 17; i < 24; ++i) key[i] = 0;
    for (std::size_t i = 0; i < 4; ++i) key[20 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
    znp::Bytes active = info;
    active[0] = key[0] = 0;
    items[{ExItem::legacy, osal::HAS_CONFIGURED_ZSTACK3}] = {0x55};
    items[{ExItem::legacy, osal::EXTADDR}] = {0xDD, 0xCC, 0xBB, 0xAA, 0x00, 0x4B, 0x12, 0x00};
    items[{ExItem::legacy, osal::NIB}] = nib;
    items[{ExItem::legacy, osal::NWK_ACTIVE_KEY_INFO}] = active;
    items[{ExItem::legacy, osal::NWKKEY}] = key;
    items[{ExItem::legacy, osal::STARTUP_OPTION}] = {0};
    items[{ExItem::legacy, osal::BDBNODEISONANETWORK}] = {1};
    znp::Bytes material(key.begin() + 20, key.end());
    material.insert(material.end(), nib.begin() + 57, nib.begin() + 65);
    items[{ExItem::nwk_sec_material_table, 0}] = material;
    return image;
}

inline Files files(const std::string& port = "/dev/one", unsigned devices = 1) {
    return {{"nvram.json", znp::to_json(image())},
            {"data/configuration.yaml", configuration(port)},
            {"data/coordinator_backup.json", backup()},
            {"data/database.db", database(devices)}};
}

inline Manifest manifest(const std::string& node, Epoch epoch, std::uint64_t seq) {
    Manifest m;
    m.node = node;
    m.info.id = snapshot_id(node, epoch, seq);
    m.info.epoch = epoch;
    m.info.seq = seq;
    m.info.has_nvram = true;
    m.info.frame_counter = 7500;
    m.info.fingerprint = znp::fingerprint(*znp::identity_of(image()));
    m.ieee = kIeee;
    m.firmware = kFirmware;
    m.devices = 1;
    return m;
}

}  // namespace zha::sample
