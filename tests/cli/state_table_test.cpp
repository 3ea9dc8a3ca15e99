// The table of `status`: it fits the terminal and shows what matters.
#include <gtest/gtest.h>

#include <sstream>

#include "cli/verbs.hpp"
#include "controller/status_json.hpp"
#include "tests/core/house.hpp"

namespace zha {
namespace {

using test::House;

std::vector<std::string> table(House& h, std::size_t width = 80) {
    std::istringstream in(cli::state_table(state_json(h.s, h.d, {3, 1'700'000'000}), width));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

void expect_narrow(const std::vector<std::string>& lines, std::size_t width = 80) {
    for (const auto& line : lines) EXPECT_LE(line.size(), width) << line;
}

std::string line_of(const std::vector<std::string>& lines, const std::string& node) {
    for (const auto& line : lines)
        if (line.rfind(node + " ", 0) == 0) return line;
    return {};
}

TEST(StateTable, ShowsEachNodeWithItsRole) {
    House h;
    h.settle();
    h.live(Millis{6000}, "c");
    const auto lines = table(h);
    expect_narrow(lines);
    EXPECT_NE(line_of(lines, "a").find("active"), std::string::npos);
    EXPECT_NE(line_of(lines, "b").find("ready to take over"), std::string::npos);
    EXPECT_NE(line_of(lines, "c").find("silent"), std::string::npos);
}

TEST(StateTable, ShowsBothControllersWhenThereAreTwo) {
    House h;
    h.settle();
    const ControllerFacts one{3, 1'700'000'000};
    EXPECT_EQ(cli::state_table(state_json(h.s, h.d, one), 80).find("controllers:"),
              std::string::npos);
    h.config.controller.spare.emplace();
    const auto text = cli::state_table(state_json(h.s, h.d, one), 80);
    EXPECT_NE(text.find("controllers: first is online, spare is unknown"), std::string::npos)
        << text;
}

TEST(StateTable, FitsEightyColumnsInEveryStateOfANode) {
    for (int state = 0; state < 11; ++state) {
        House h{"a-node-with-a-name-of-32-letters"};
        auto& r = h.report(h.config.nodes[0].name);
        r.state = static_cast<NodeState>(state);
        r.epoch = 12345;
        r.service = ServiceState::stopping;
        r.dongle = DongleState::unknown;
        r.fault = std::string(200, 'f');
        h.hear(h.config.nodes[0].name);
        h.step();
        expect_narrow(table(h));
    }
}

TEST(StateTable, FitsEightyColumnsInEverySituationOfTheCluster) {
    House fresh;
    fresh.hear_all();
    fresh.step();
    expect_narrow(table(fresh));
    House h;
    h.settle();
    h.command(OperatorCommand::Verb::switchover, "b");
    expect_narrow(table(h));
    h.fenced("a", NodeState::fault, "gone");
    h.step();
    expect_narrow(table(h));
}

TEST(StateTable, NothingOfTheSituationIsCutAway) {
    House h;
    h.hear_all();
    h.step();
    std::string all;
    for (const auto& line : table(h)) all += line + " ";
    std::istringstream words(h.d.text);
    for (std::string word; words >> word;) EXPECT_NE(all.find(word), std::string::npos) << word;
}

TEST(StateTable, ColumnsAreAlignedWhateverTheState) {
    House h;
    h.settle();
    h.report("b").state = NodeState::maintenance;
    h.step();
    const auto lines = table(h);
    EXPECT_EQ(line_of(lines, "b").find("stopped"), line_of(lines, "c").find("stopped"));
    EXPECT_EQ(line_of(lines, "node").find("zigbee2mqtt"), line_of(lines, "c").find("stopped"));
}

TEST(StateTable, ADocumentThatIsNotAStateIsNoReasonToFail) {
    for (const auto* text : {"{}", "[]", "null", R"({"nodes":7})", R"({"nodes":[7,{}]})",
                             R"({"nodes":[{"epoch":"x","name":7}]})"})
        EXPECT_FALSE(cli::state_table(nlohmann::ordered_json::parse(text), 80).empty()) << text;
}

}  // namespace
}  // namespace zha
