// The public state of the simulated controller: nobody reads it there, and making it is a quarter
// of the work of a schedule. It has tests of its own (tests/controller).
#include "controller/status_json.hpp"

namespace zha {

nlohmann::ordered_json state_json(const Situation& s, const Decision& d, const ControllerFacts&) {
    const auto holder = s.nodes.find(d.journal.holder);
    const bool active = holder != s.nodes.end() && !d.journal.released &&
                        reachable(s, d.journal.holder) &&
                        holder->second.report.state == NodeState::active;
    return {{"active", active ? d.journal.holder : std::string()}};
}

std::string discovery_topic(const Config&, const std::string& node) {
    return "discovery/" + node;
}

nlohmann::ordered_json discovery_json(const Config&, const std::string&) {
    return {};
}

}  // namespace zha
