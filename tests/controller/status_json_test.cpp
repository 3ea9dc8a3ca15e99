// The two documents that others read: the state, and what Home Assistant is told.
#include "controller/status_json.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/core/house.hpp"

namespace zha {
namespace {

using nlohmann::ordered_json;
using test::House;

ordered_json state_of(House& h) {
    return state_json(h.s, h.d, {3, 1'700'000'000});
}

TEST(StateJson, HasEveryFieldThatTheCommandLineReads) {
    House h;
    h.settle();
    const auto state = state_of(h);
    for (const auto* field : {"cluster", "text", "active", "holder"})
        EXPECT_TRUE(state.at(field).is_string()) << field;
    for (const auto* field : {"epoch", "at"}) EXPECT_TRUE(state.at(field).is_number()) << field;
    ASSERT_EQ(state.at("nodes").size(), 3u);
    for (const auto& node : state.at("nodes")) {
        for (const auto* field : {"name", "state", "service", "dongle", "step", "fault", "staged"})
            EXPECT_TRUE(node.at(field).is_string()) << field;
        for (const auto* field : {"epoch", "snapshot_age_s", "report_age_s"})
            EXPECT_TRUE(node.at(field).is_number_integer()) << field;
        for (const auto* field : {"reachable", "ready"})
            EXPECT_TRUE(node.at(field).is_boolean()) << field;
    }
}

TEST(StateJson, NamesTheActiveNodeOnlyWhenItReportsSo) {
    House h;
    h.settle();
    EXPECT_EQ(state_of(h)["active"], "a");
    h.live(Millis{6000}, "a");
    EXPECT_EQ(state_of(h)["active"], "");
    EXPECT_EQ(state_of(h)["holder"], "a");
}

TEST(StateJson, ShowsTheMoveInProgress) {
    House h;
    h.settle();
    EXPECT_TRUE(state_of(h)["switchover"].is_null());
    h.command(OperatorCommand::Verb::switchover, "b");
    const auto move = state_of(h)["switchover"];
    EXPECT_EQ(move["kind"], "switchover");
    EXPECT_EQ(move["phase"], "draining");
    EXPECT_EQ(move["to"], "b");
}

TEST(StateJson, ANodeThatWasNeverHeardIsUnknownAndHasNoAges) {
    House h;
    h.step();
    const auto node = state_of(h)["nodes"][0];
    EXPECT_EQ(node["state"], "unknown");
    EXPECT_EQ(node["reachable"], false);
    EXPECT_FALSE(node.contains("report_age_s"));
    EXPECT_FALSE(node.contains("snapshot_age_s"));
}

TEST(StateJson, DoesNotChangeBetweenTwoHeartbeatsWithinASecond) {
    House h;
    h.settle();
    const auto before = state_of(h);
    h.s.now += Millis{400};
    h.step();
    EXPECT_EQ(state_of(h), before);
}

TEST(Discovery, EachEntityHasAUniqueIdAndAPlatform) {
    House h;
    std::set<std::string> ids;
    std::set<std::string> devices;
    std::size_t entities = 0;
    for (const auto& n : h.config.nodes) {
        const auto payload = discovery_json(h.config, n.name);
        devices.insert(payload["device"]["identifiers"].dump());
        for (const auto& [key, component] : payload["components"].items()) {
            ids.insert(component.at("unique_id").get<std::string>());
            const auto entity = component.at("default_entity_id").get<std::string>();
            EXPECT_EQ(entity.find('-'), std::string::npos) << entity;
            EXPECT_TRUE(component.at("platform").is_string()) << key;
            EXPECT_TRUE(component.at("state_topic").is_string()) << key;
            ++entities;
        }
    }
    EXPECT_GT(entities, 0u);
    EXPECT_EQ(ids.size(), entities);
    EXPECT_EQ(devices.size(), h.config.nodes.size());
}

TEST(Discovery, NamesItsOriginAndFollowsTheControllersStatus) {
    House h;
    const auto payload = discovery_json(h.config, "a");
    EXPECT_EQ(payload["origin"]["name"], "zigbee-ha");
    EXPECT_FALSE(payload["origin"]["sw_version"].get<std::string>().empty());
    ASSERT_TRUE(payload["availability"].is_array()) << payload["availability"];
    const auto availability = payload["availability"][0];
    EXPECT_EQ(availability["topic"], "zha/home/controller/status");
    EXPECT_EQ(availability["payload_available"], "online");
    EXPECT_EQ(availability["payload_not_available"], "offline");
    ASSERT_TRUE(payload["device"]["identifiers"].is_array());
    EXPECT_EQ(payload["device"]["identifiers"][0], "zha_home_a");
}

TEST(Discovery, WithASpareControllerEitherOfThemMayBeTheOneThatActs) {
    House h;
    EXPECT_EQ(discovery_json(h.config, "a")["availability"].size(), 1U);
    h.config.controller.spare.emplace();
    const auto payload = discovery_json(h.config, "a");
    EXPECT_EQ(payload["availability_mode"], "any");
    ASSERT_EQ(payload["availability"].size(), 2U);
    EXPECT_EQ(payload["availability"][1]["topic"], "zha/home/controller-spare/status");
}

TEST(StateJson, NamesBothControllers) {
    House h;
    using State = wire::ControllerStatus::State;
    const auto state =
        state_json(h.s, h.d, {7, 1'700'000'000, true, wire::ControllerStatus{State::standby, 4}});
    ASSERT_EQ(state["controllers"].size(), 2U);
    EXPECT_EQ(state["controllers"][0]["name"], "spare");
    EXPECT_EQ(state["controllers"][0]["state"], "online");
    EXPECT_EQ(state["controllers"][1]["name"], "first");
    EXPECT_EQ(state["controllers"][1]["state"], "standby");
}

TEST(Discovery, TheSwitchListensWhereTheControllerDoes) {
    House h;
    const auto active = discovery_json(h.config, "b")["components"]["active"];
    EXPECT_EQ(active["platform"], "switch");
    EXPECT_EQ(active["command_topic"], "zha/home/node/b/active/set");
    EXPECT_EQ(active["state_topic"], "zha/home/node/b/active/state");
    EXPECT_EQ(discovery_topic(h.config, "b"), "homeassistant/device/zha_home_b/config");
}

}  // namespace
}  // namespace zha
