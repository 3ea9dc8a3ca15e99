#include "node-agent/sync/z2m_files.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "simulator/cluster/samples.hpp"
#include "simulator/virtual/store.hpp"

namespace zha {
namespace {

std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

/// The error's text for the sample with one thing changed; "" = it was accepted.
std::string refusal(const std::string& from, const std::string& to) {
    auto parsed = parse_configuration(with(sample::configuration("/dev/one"), from, to));
    return parsed ? "" : parsed.error().message;
}

bool mentions(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
}

TEST(Configuration, OfZigbee2mqttIsRead) {
    auto config = parse_configuration(sample::configuration("/dev/one"));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->network.pan_id, 0x1A62);
    EXPECT_EQ(config->network.extended_pan_id, 0x0102030405060708U);
    EXPECT_EQ(config->network.channel, 15);
    EXPECT_EQ(config->network.network_key[15], 17);
    EXPECT_EQ(config->port, "/dev/one");
}

TEST(Configuration, ErrorsNameTheKey) {
    EXPECT_TRUE(mentions(refusal("pan_id: 0x1a62", "pan_id: 70000"), "advanced.pan_id"));
    EXPECT_TRUE(mentions(refusal("channel: 15", "channel: 9"), "advanced.channel"));
    EXPECT_TRUE(mentions(refusal("[1, 2, 3", "[2, 3"), "advanced.ext_pan_id"));
    EXPECT_TRUE(mentions(refusal("[17, 17", "[17, 1700"), "advanced.network_key"));
    EXPECT_TRUE(mentions(refusal("port: /dev/one", "other: x"), "serial.port"));
    EXPECT_TRUE(mentions(refusal("advanced:", "elsewhere:"), "advanced"));
    EXPECT_TRUE(mentions(refusal("mqtt:", "mqtt: ["), "line"));
    EXPECT_FALSE(parse_configuration(""));
    EXPECT_FALSE(parse_configuration("just words"));
}

TEST(Configuration, GenerateIsRefusedBecauseChanceCannotBeShared) {
    EXPECT_TRUE(mentions(refusal("pan_id: 0x1a62", "pan_id: GENERATE"), "chance"));
    const std::string key = "[17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17]";
    EXPECT_TRUE(mentions(refusal(key, "GENERATE"), "advanced.network_key"));
    EXPECT_TRUE(mentions(refusal("[1, 2, 3, 4, 5, 6, 7, 8]", "GENERATE"), "advanced.ext_pan_id"));
}

TEST(Configuration, ErrorsNeverQuoteTheKey) {
    const auto text = refusal("[17, 17", "[secretword, 17");
    EXPECT_TRUE(mentions(text, "advanced.network_key"));
    EXPECT_FALSE(mentions(text, "secretword"));
}

TEST(Backup, WrongOnesAreErrorsWithoutTheirContent) {
    ASSERT_TRUE(parse_backup(sample::backup()));
    for (const auto& bad :
         {std::string(), std::string("{}"), with(sample::backup(), "1a62", "1a6z"),
          with(sample::backup(), "1111", "11"), with(sample::backup(), "[15]", "\"all\"")}) {
        auto parsed = parse_backup(bad);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code, Errc::corrupt);
        EXPECT_FALSE(mentions(parsed.error().message, "1111"));
    }
}

TEST(Database, DevicesAreCountedAndTornLinesAreErrors) {
    EXPECT_EQ(*count_devices(sample::database(3)), 3U);
    EXPECT_EQ(*count_devices(""), 0U);
    EXPECT_EQ(*count_devices(R"({"id":1,"type":"Group"})"), 0U);
    EXPECT_FALSE(count_devices(sample::database(3).substr(0, 90)));
    EXPECT_FALSE(count_devices("[]\n"));
    EXPECT_FALSE(count_devices(R"({"id":1,"type":5})")) << "and no exception";
}

TEST(Overlay, KeepsThisNodesOwnValues) {
    const auto incoming =
        with(sample::configuration("/dev/two"), "  server:", "  client_id: two\n  server:") +
        "frontend:\n  enabled: true\n  port: 8082\n";
    const auto own =
        with(sample::configuration("/dev/one"), "  server:", "  client_id: one\n  server:") +
        "frontend:\n  port: 8081\n";
    auto mixed = overlay(incoming, own);
    ASSERT_TRUE(mixed) << mixed.error().message;
    const auto yaml = YAML::Load(*mixed);
    EXPECT_EQ(yaml["serial"]["port"].Scalar(), "/dev/one");
    EXPECT_EQ(yaml["frontend"]["port"].Scalar(), "8081");
    EXPECT_EQ(yaml["frontend"]["enabled"].Scalar(), "true");
    EXPECT_EQ(yaml["mqtt"]["client_id"].Scalar(), "one");
}

TEST(Overlay, AValueThatIsOnlyThePeersIsNotTakenOver) {
    const auto incoming =
        with(sample::configuration("/dev/two"), "  server:", "  client_id: two\n  server:");
    auto mixed = overlay(incoming, sample::configuration("/dev/one"));
    ASSERT_TRUE(mixed);
    EXPECT_FALSE(YAML::Load(*mixed)["mqtt"]["client_id"]);
    EXPECT_EQ(YAML::Load(*mixed)["mqtt"]["server"].Scalar(), "mqtt://localhost");
}

TEST(Overlay, KeepsQuotedNamesListsAndNumbers) {
    const auto own = sample::configuration("/dev/one");
    auto mixed = overlay(with(own, "pan_id: 0x1a62", "pan_id: 6754\n  power: 1.50"), own);
    ASSERT_TRUE(mixed);
    const auto yaml = YAML::Load(*mixed);
    // zigbee2mqtt reads 0x00.. without quotes as a number, and the device's name would be gone.
    EXPECT_TRUE(mentions(*mixed, "\"0x00158d0000000001\""));
    EXPECT_EQ(yaml["devices"]["0x00158d0000000001"]["friendly_name"].Tag(), "!");
    EXPECT_EQ(yaml["advanced"]["pan_id"].Scalar(), "6754");
    EXPECT_EQ(yaml["advanced"]["power"].Scalar(), "1.50");
    EXPECT_NE(yaml["advanced"]["pan_id"].Tag(), "!") << "a number stays a number";
    EXPECT_EQ(yaml["advanced"]["network_key"].size(), 16U);
    EXPECT_EQ(parse_configuration(*mixed)->network, parse_configuration(own)->network);
    EXPECT_EQ(*overlay(*mixed, own), *mixed) << "a second time changes nothing";
}

class DataTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store.make_directory("/data/log"));
        put("configuration.yaml", sample::configuration("/dev/one"));
        put("database.db", sample::database(1));
        put("coordinator_backup.json", sample::backup());
        put("state.json", "{}");
        put("log/today.log", "lines");
        put("configuration_backup_v1.yaml", "old: true\n");
    }
    void put(const std::string& name, const std::string& text) {
        ASSERT_TRUE(store.write("/data/" + name, text));
    }
    sim::VirtualStore store;
};

TEST_F(DataTest, ReadTakesWhatBelongsToTheNetworkOnly) {
    auto files = read_data(store, "/data");
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_EQ(files->size(), 4U);
    EXPECT_FALSE(files->contains("data/log/today.log"));
    EXPECT_FALSE(files->contains("data/configuration_backup_v1.yaml"));
}

TEST_F(DataTest, ReadRefusesATornDatabase) {
    put("database.db", sample::database(2).substr(0, 80));
    auto files = read_data(store, "/data");
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().code, Errc::corrupt);
    EXPECT_TRUE(mentions(files.error().message, "database.db"));
}

TEST_F(DataTest, ReadRefusesATornBackupAndLeavesATornStateOut) {
    put("state.json", "{\"0x00");
    EXPECT_FALSE(read_data(store, "/data")->contains("data/state.json"));
    put("coordinator_backup.json", sample::backup().substr(0, 60));
    EXPECT_EQ(read_data(store, "/data").error().code, Errc::corrupt);
}

TEST_F(DataTest, InstallMakesTheFolderHoldTheSnapshotAndOwnValues) {
    put("groups.yaml", "'1':\n  friendly_name: gone\n");
    ASSERT_TRUE(install_data(store, "/data", sample::files("/dev/two", 2)));
    EXPECT_EQ(store.content("/data/database.db"), sample::database(2));
    EXPECT_EQ(parse_configuration(store.content("/data/configuration.yaml"))->port, "/dev/one");
    EXPECT_FALSE(store.exists("/data/groups.yaml")) << "it is not in the snapshot";
    EXPECT_FALSE(store.exists("/data/state.json"));
    EXPECT_EQ(store.content("/data/log/today.log"), "lines");
    EXPECT_TRUE(store.exists("/data/configuration_backup_v1.yaml"));
    EXPECT_FALSE(store.exists("/data/nvram.json"));
}

TEST_F(DataTest, InstallingTheSameTwiceWritesNothing) {
    ASSERT_TRUE(install_data(store, "/data", sample::files("/dev/two", 2)));
    const auto writes = store.writes();
    ASSERT_TRUE(install_data(store, "/data", sample::files("/dev/two", 2)));
    EXPECT_EQ(store.writes(), writes);
}

TEST_F(DataTest, InstallNeedsThisNodesOwnConfiguration) {
    ASSERT_TRUE(store.remove_all("/data/configuration.yaml"));
    const auto refused = install_data(store, "/data", sample::files());
    EXPECT_EQ(refused.error().code, Errc::not_found);
    EXPECT_EQ(store.content("/data/database.db"), sample::database(1)) << "nothing was touched";
}

}  // namespace
}  // namespace zha
