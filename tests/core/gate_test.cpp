// The start gate: everything has to be the same, and every difference has a line of its own.
#include "core/gate.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace zha {
namespace {

NetworkParameters network() {
    NetworkParameters n;
    n.pan_id = 0x1a62;
    n.extended_pan_id = 0xdddddddddddddddd;
    n.channel = 11;
    for (std::size_t i = 0; i < n.network_key.size(); ++i)
        n.network_key[i] = static_cast<std::uint8_t>(0xa1 + i);
    return n;
}

GateInput matching() {
    GateInput in;
    in.lease_live = true;
    in.configured_port = in.own_port = "/dev/ttyUSB0";
    in.configuration = in.image = network();
    in.image_ieee = in.dongle_ieee = in.cluster_ieee = "00124b0001020304";
    in.backup = BackupParameters{network(), {11}, in.image_ieee};
    in.backup_required = true;
    return in;
}

struct Difference {
    const char* what;
    std::function<void(GateInput&)> make;
};

const Difference kDifferences[] = {
    {"lease", [](GateInput& in) { in.lease_live = false; }},
    {"dirty dongle", [](GateInput& in) { in.dongle_dirty = true; }},
    {"port", [](GateInput& in) { in.configured_port = "/dev/ttyUSB1"; }},
    {"configured PAN id", [](GateInput& in) { in.configuration.pan_id ^= 1; }},
    {"configured EPID", [](GateInput& in) { in.configuration.extended_pan_id ^= 1; }},
    {"configured key", [](GateInput& in) { in.configuration.network_key[15] ^= 1; }},
    {"configured channel", [](GateInput& in) { in.configuration.channel = 25; }},
    {"unknown IEEE", [](GateInput& in) { in.image_ieee.clear(); }},
    {"dongle IEEE", [](GateInput& in) { in.dongle_ieee = "00124b00ffffffff"; }},
    {"cluster IEEE", [](GateInput& in) { in.cluster_ieee = "00124b00ffffffff"; }},
    {"missing backup", [](GateInput& in) { in.backup.reset(); }},
    {"backup PAN id", [](GateInput& in) { in.backup->network.pan_id ^= 1; }},
    {"backup EPID", [](GateInput& in) { in.backup->network.extended_pan_id ^= 1; }},
    {"backup key", [](GateInput& in) { in.backup->network.network_key[0] ^= 1; }},
    {"backup mask", [](GateInput& in) { in.backup->channel_mask = {15}; }},
    {"backup IEEE", [](GateInput& in) { in.backup->ieee = "00124b00ffffffff"; }},
};

TEST(Gate, EqualEverywherePasses) {
    const auto status = gate(matching());
    EXPECT_TRUE(status) << status.error().message;
}

TEST(Gate, EachSingleDifferenceRefusesWithALineOfItsOwn) {
    std::set<std::string> lines;
    for (const auto& difference : kDifferences) {
        auto in = matching();
        difference.make(in);
        const auto status = gate(in);
        ASSERT_FALSE(status) << difference.what;
        EXPECT_EQ(status.error().code, Errc::refused);
        EXPECT_EQ(status.error().message.rfind("gate: ", 0), 0u);
        EXPECT_EQ(status.error().message.find('\n'), std::string::npos);
        EXPECT_TRUE(lines.insert(status.error().message).second) << status.error().message;
    }
}

TEST(Gate, NoTextHoldsAByteOfTheKey) {
    for (const auto& difference : kDifferences) {
        auto in = matching();
        difference.make(in);
        const std::string text = gate(in).error().message;
        for (const auto* bytes : {"a1", "a2", "A1", "A2", "161", "162", "163"})
            EXPECT_EQ(text.find(bytes), std::string::npos) << text;
    }
}

TEST(Gate, EachFieldOfTheImageCounts) {
    for (const auto& change : {+[](NetworkParameters& n) { n.pan_id ^= 0x8000; },
                               +[](NetworkParameters& n) { n.extended_pan_id ^= 1ULL << 63; },
                               +[](NetworkParameters& n) { n.channel = 12; },
                               +[](NetworkParameters& n) { n.network_key[7] ^= 0x80; }}) {
        auto in = matching();
        change(in.image);
        EXPECT_FALSE(gate(in));
    }
}

TEST(Gate, AnEmptyNodeNeedsNoBackupWhenNoneIsRequired) {
    auto in = matching();
    in.backup.reset();
    in.backup_required = false;
    EXPECT_TRUE(gate(in));
}

TEST(Gate, ABackupThatIsThereIsCheckedEvenWhenNotRequired) {
    auto in = matching();
    in.backup_required = false;
    in.backup->network.pan_id ^= 1;
    EXPECT_FALSE(gate(in));
}

TEST(Gate, TheBackupsOwnChannelIsThatOfItsDayAndDoesNotCount) {
    auto in = matching();
    in.backup->network.channel = 25;
    EXPECT_TRUE(gate(in));
}

TEST(Gate, AMaskOfSeveralChannelsIsNotTheConfiguredOne) {
    auto in = matching();
    in.backup->channel_mask = {11, 15};
    EXPECT_FALSE(gate(in));
    in.backup->channel_mask.clear();
    EXPECT_FALSE(gate(in));
}

TEST(Gate, ADongleThatWasNotAskedAndAFirstClusterPass) {
    auto in = matching();
    in.dongle_ieee.clear();
    in.cluster_ieee.clear();
    EXPECT_TRUE(gate(in));
}

}  // namespace
}  // namespace zha
