#include "platform/config/config.hpp"

#include <gtest/gtest.h>

#include "core/rto.hpp"

namespace zha {
namespace {

/// A whole file: line 1 is `mqtt`, line 8 the end of the only node; `extra` comes after it.
std::string file_with(const std::string& service = "{driver: openrc}",
                      const std::string& extra = "") {
    return "mqtt: {host: broker}\n"
           "controller:\n"
           "  state: /c\n"
           "nodes:\n"
           "  - {name: node-a, port: /dev/a, data: /d, state: /s,\n"
           "     service: " +
           service + "}\n" + extra;
}

/// The error text, or "accepted".
std::string said(const std::string& yaml) {
    const auto config = parse_config(yaml, "f");
    return config ? "accepted" : config.error().message;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Config, ExampleLoadsAndNamesEveryKey) {
    const auto config = load_config(Path(ZHA_SOURCE_DIR) / "packaging/zha.example.yaml");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->nodes.size(), 2u);
    EXPECT_EQ(config->nodes[0].service.driver, "openrc");
    EXPECT_EQ(config->timing.lease, Millis{15000});
    EXPECT_EQ(config->timing.rpo_max, Millis{24 * 3600 * 1000});
    EXPECT_EQ(config->timing.rpo_warn, Millis{3600 * 1000});
    EXPECT_EQ(config->controller.max_moves, 3u);
    EXPECT_EQ(config->controller.failback, "none");
    EXPECT_EQ(config->controller.traps.at(0).address, "192.0.2.10:162");
    EXPECT_EQ(config->node("node-b")->sftp.port, 22);
    EXPECT_EQ(config->node("node-c"), nullptr);
}

TEST(Config, AbsentKeysKeepTheirDefaults) {
    const auto config = parse_config(file_with(), "f");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->mqtt.port, 1883);
    EXPECT_EQ(config->timing.lease, Timing{}.lease);
    EXPECT_EQ(config->on_controller_loss, "hold");
    EXPECT_EQ(config->nodes[0].service.unit, "zigbee2mqtt");
}

TEST(Config, ASpareControllerIsOptionalAndNeedsAPlace) {
    EXPECT_FALSE(parse_config(file_with(), "f")->controller.spare);
    const auto spare = [](const std::string& map) {
        return replaced(file_with(), "  state: /c\n", "  state: /c\n  spare: " + map + "\n");
    };
    const auto config = parse_config(spare("{state: /e}"), "f");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->controller.spare->state, "/e");
    EXPECT_EQ(takeover_after(*config), config->timing.lease / 2);
    EXPECT_EQ(takeover_after(*parse_config(spare("{state: /e, takeover_after: 9s}"), "f")),
              Millis{9000});
    EXPECT_LT(
        takeover_after(*parse_config(spare("{state: /e}") + "on_controller_loss: fence\n", "f")),
        Millis{3000})
        << "the lease has to be renewed before it ends";
    const auto late =
        said(spare("{state: /e, takeover_after: 9s}") + "on_controller_loss: fence\n");
    EXPECT_NE(late.find("controller.spare.takeover_after: 9000ms is too long"), std::string::npos)
        << late;
    EXPECT_EQ(said(spare("{takeover_after: 9s}")), "f:4: controller.spare.state: is required");
    EXPECT_NE(said(spare("{state: /e, takeover_after: 10ms}")), "accepted");
}

TEST(Config, UnknownKeyIsAnErrorThatNamesTheNearest) {
    EXPECT_EQ(said(replaced(file_with(), "state: /c", "sttae: /c")),
              "f:3: controller.sttae: unknown key; the nearest known one is state");
    EXPECT_EQ(said(file_with("{driver: openrc, unti: x}")),
              "f:6: nodes[0].service.unti: unknown key; the nearest known one is unit");
}

TEST(Config, MissingKeyIsNamedWithItsPlace) {
    EXPECT_EQ(said(replaced(file_with(), "data: /d, ", "")), "f:5: nodes[0].data: is required");
    EXPECT_EQ(said("nodes: []\n"), "f:1: nodes: must be a list of 1 to 16 maps");
}

TEST(Config, KeyGivenTwiceIsAnError) {
    EXPECT_EQ(said(file_with("{driver: openrc}", "nodes: []\n")), "f:7: nodes: given twice");
}

TEST(Config, TooShortHoldDownIsRefusedWithTheRequiredValue) {
    const auto text = said(file_with("{driver: openrc}",
                                     "timing:\n  lease: 15s\n"
                                     "  hold_down: 20s\n"));
    EXPECT_EQ(text.rfind("f:9: timing.hold_down: 20000ms is too short", 0), 0u) << text;
    EXPECT_NE(text.find("at least 21365ms are required"), std::string::npos) << text;
}

TEST(Config, DurationsNeedAUnit) {
    const auto with = [](const std::string& value) {
        return said(file_with("{driver: openrc}", "timing: {rpo_max: " + value + "}\n"));
    };
    for (const auto* good : {"24h", "10m", "15s", "1000ms", "7d"})
        EXPECT_EQ(with(good), "accepted");
    for (const auto* bad : {"15", "s", "1.5s", "-1s", "15 s", "15S", "99999999999999999999s",
                            "367d", "''", "[1]", "~"})
        EXPECT_EQ(with(bad).rfind("f:7: timing.rpo_max: ", 0), 0u) << bad << ": " << with(bad);
}

TEST(Config, NamesAreUniqueAndSimple) {
    EXPECT_NE(said(replaced(file_with(), "node-a", "Node_A")).find("nodes[0].name"),
              std::string::npos);
    const std::string sftp = ", sftp: {host: h, user: u, private_key: /k, known_hosts: /h}";
    const std::string second =
        "  - {name: node-a, port: /dev/b, data: /d, state: /s, service: "
        "{driver: openrc}" +
        sftp + "}\n";
    EXPECT_EQ(said(file_with("{driver: openrc}" + sftp, second)),
              "f:7: nodes[1].name: \"node-a\" is the name of another node");
}

TEST(Config, NodesThatFetchFromEachOtherNeedSftp) {
    EXPECT_EQ(said(file_with("{driver: openrc}",
                             "  - {name: b, port: /dev/b, data: /d, state: /s, "
                             "service: {driver: openrc}}\n")),
              "f:5: nodes[0].sftp: is required");
}

TEST(Config, PortIsAnAddressOrAnAbsolutePath) {
    const auto with = [](const std::string& port) {
        return said(replaced(file_with(), "/dev/a", port));
    };
    for (const auto* good : {"tcp://dongle:6638", "'tcp://[2001:db8::1]:1'"})
        EXPECT_EQ(with(good), "accepted");
    for (const auto* bad : {"ttyUSB0", "tcp://dongle", "tcp://:1", "tcp://h:0", "tcp://h:65536",
                            "tcp://h:1x", "/dev/../a", "\"/dev/a\\n\""})
        EXPECT_EQ(with(bad).rfind("f:5: nodes[0].port: ", 0), 0u) << bad << ": " << with(bad);
}

TEST(Config, DriversTakeTheirOwnKeysOnly) {
    EXPECT_EQ(said(file_with("{driver: child, start: [/bin/x], working_directory: /w, "
                             "log_file: /l}")),
              "accepted");
    EXPECT_EQ(said(file_with("{driver: command, start: [/b/a], stop: [/b/o], status: [/b/s]}")),
              "accepted");
    EXPECT_EQ(said(file_with("{driver: child, start: [/bin/x], log_file: /l}")),
              "f:6: nodes[0].service.working_directory: is required");
    EXPECT_EQ(said(file_with("{driver: openrc, start: [/bin/x]}")),
              "f:6: nodes[0].service.start: is not used by driver openrc");
    EXPECT_EQ(said(file_with("{driver: command, start: [x], stop: [/b], status: [/b]}")),
              "f:6: nodes[0].service.start: the program, \"x\", is not an absolute path");
}

TEST(Config, PathsAreAbsoluteAndNotRepeatedInMessages) {
    const auto text =
        said(replaced(file_with(), "host: broker", "user: u, password_file: swordfish"));
    EXPECT_EQ(text, "f:1: mqtt.password_file: is not an absolute path");
}

TEST(Config, NumbersAreInRange) {
    for (const auto* bad : {"0", "65536", "1883x", "''", "0x75b", "[1]"})
        EXPECT_EQ(said(replaced(file_with(), "host: broker", "port: " + std::string(bad)))
                      .rfind("f:1: mqtt.port: ", 0),
                  0u)
            << bad;
}

TEST(Config, BrokenFilesAreErrorsWithALine) {
    for (const auto* bad : {"", "[]", "word", "a: [", "a: 'x", "? [a]\n: 1", "mqtt: 1\nnodes: 1",
                            "--- {}\n--- {}", "a: &x [*x]", "\xff\xfe\x00", "{{{{"})
        EXPECT_EQ(said(bad).rfind("f:1: ", 0) == 0 || said(bad).rfind("f:2: ", 0) == 0, true)
            << bad << " -> " << said(bad);
    EXPECT_NE(said(std::string(200000, '[')), "accepted");
}

TEST(Config, AbsentFileIsNotFound) {
    const auto config = load_config("/nonexistent/zha.yaml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, Errc::not_found);
}

/// A file whose node has this fence device.
std::string with_fence(const std::string& fence) {
    return file_with("{driver: openrc}, fence: {" + fence + "}");
}

TEST(Config, FenceDevicesTakeTheirOwnKeysOnly) {
    EXPECT_EQ(said(with_fence("driver: exec, command: [/bin/pdu, \"3\"]")), "accepted");
    EXPECT_EQ(said(with_fence("driver: mqtt, command_topic: p/set, state_topic: p/state")),
              "accepted");
    EXPECT_EQ(said(with_fence("driver: uhubctl, command: [/bin/uhubctl], location: 1-1.4")),
              "accepted");
    const std::string outlet = "driver: snmp, address: 'pdu:161', community_file: /c, oid: ";
    EXPECT_EQ(said(with_fence(outlet + "1.3.6.1.4.1.318.1")), "accepted");
    EXPECT_NE(said(with_fence(outlet + "sysName.0")), "accepted");
    EXPECT_NE(said(with_fence(outlet + "1.3.6.1.4.1.318.1, off_value: 1")), "accepted");
    EXPECT_NE(said(with_fence("driver: exec")), "accepted");
    EXPECT_NE(said(with_fence("driver: exec, command: [/bin/pdu], oid: 1.3.6.1.4")), "accepted");
    EXPECT_NE(said(with_fence("driver: mqtt, command_topic: p, state_topic: p")), "accepted");
}

TEST(Config, APlugOfThisVeryNetworkIsNoFence) {
    const auto plug = [](const std::string& command, const std::string& state,
                         const std::string& more = "") {
        return said(with_fence("driver: mqtt, command_topic: " + command +
                               ", state_topic: " + state + more));
    };
    const auto text = plug("zigbee2mqtt/plug/set", "zigbee2mqtt/plug");
    EXPECT_NE(text.find("fence.command_topic: is below zigbee2mqtt,"), std::string::npos) << text;
    EXPECT_NE(plug("p/set", "zigbee2mqtt/plug").find("fence.state_topic: is below"),
              std::string::npos);
    EXPECT_NE(plug("p/set", "p", ", query_topic: zigbee2mqtt/plug/get").find("fence.query_topic"),
              std::string::npos);
    EXPECT_EQ(plug("zigbee2mqtt-garage/plug/set", "zigbee2mqtt-garage/plug"), "accepted");
    // Of the network that this cluster has, whatever its base topic is.
    const std::string named = "host: broker, z2m_base_topic: home/z2m";
    const auto other = with_fence("driver: mqtt, command_topic: home/z2m/p/set, state_topic: p");
    EXPECT_EQ(said(other), "accepted");
    EXPECT_NE(said(replaced(other, "host: broker", named)).find("is below home/z2m,"),
              std::string::npos);
}

TEST(Config, ADongleInTheNetworkIsNotCutWithItsHostByDefault) {
    const auto with = [](const std::string& port, const std::string& cuts) {
        return said(
            replaced(with_fence("driver: exec, command: [/bin/pdu]" + cuts), "/dev/a", port));
    };
    EXPECT_NE(with("'tcp://192.0.2.5:6638'", "").find("fence.cuts: is needed"), std::string::npos);
    EXPECT_EQ(with("'tcp://192.0.2.5:6638'", ", cuts: dongle"), "accepted");
    EXPECT_EQ(with("'tcp://192.0.2.5:6638'", ", cuts: host"), "accepted");
    EXPECT_EQ(with("'tcp://127.0.0.1:6638'", ""), "accepted");
}

TEST(Config, AFenceBelowTheSecondsOfTheKeepaliveIsRefused) {
    EXPECT_EQ(said(file_with("{driver: openrc}", "timing: {fence: 1s}\n")), "accepted");
    const auto text = said(file_with("{driver: openrc}", "timing: {fence: 999ms}\n"));
    EXPECT_NE(text.find("timing.fence: is under 1s"), std::string::npos) << text;
}

TEST(Config, DrillsHaveAScheduleAndBlackoutHours) {
    const auto with = [](const std::string& map) {
        return file_with("{driver: openrc}", "drill: " + map + "\n");
    };
    EXPECT_FALSE(parse_config(file_with(), "f")->drill.schedule);
    const auto config = parse_config(
        with("{schedule: '0 4 * * 0', blackout: [{hours: '22:00-06:00', weekdays: 5-6}]}"), "f");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->drill.schedule->weekdays, 1U);
    EXPECT_EQ(config->drill.blackout.at(0).from, 22U * 60);
    EXPECT_EQ(config->drill.blackout.at(0).weekdays, 0x60U);
    EXPECT_EQ(config->drill.dwell, Millis{60000});
    EXPECT_EQ(said(with("{schedule: '0 4 * *'}")),
              "f:7: drill.schedule: has 4 fields, not five: minute, hour, day of month, month, "
              "weekday");
    EXPECT_EQ(said(with("{blackout: [{hours: '6-8'}]}")),
              "f:7: drill.blackout[0].hours: takes HH:MM-HH:MM, which may span midnight");
    EXPECT_EQ(said(with("{blackout: [{weekdays: '1'}]}")),
              "f:7: drill.blackout[0].hours: is required");
    EXPECT_EQ(said(with("{dwell: 2h}")), "f:7: drill.dwell: is not between 1s and 1h");
    EXPECT_NE(said(with("{shedule: '0 4 * * 0'}")).find("nearest known one is schedule"),
              std::string::npos);
}

TEST(Config, FencingAndTheAirCheckHaveDefaults) {
    const auto config = parse_config(file_with(), "f");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->fencing, "automatic");
    EXPECT_EQ(config->air_check, "automatic");
    EXPECT_EQ(said(file_with() + "fencing: required\nair_check: off\n"), "accepted");
    EXPECT_NE(said(file_with() + "fencing: yes\n"), "accepted");
    EXPECT_EQ(said(file_with("{driver: openrc}, probe: {type: ssh, address: h}")), "accepted");
    EXPECT_NE(said(file_with("{driver: openrc}, probe: {type: tcp, address: h}")), "accepted");
}

}  // namespace
}  // namespace zha
