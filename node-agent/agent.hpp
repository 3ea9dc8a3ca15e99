// What: the loop that runs the state table: facts in, one row, its step, the next state.
// Why: all that a node does follows from core/fsm/table.hpp; this only walks it.
// Contract: one step at a time. Beside it, the watchman takes zigbee2mqtt down the moment the node
//      may not be on the air any more, whatever the step in progress is doing.
#pragma once

#include "core/fsm/fsm.hpp"
#include "node-agent/node.hpp"

namespace zha {

class Agent {
  public:
    explicit Agent(Node& node) : node_(node) {}
    void begin();
    Task<void> run();
    Task<void> watch();

  private:
    Task<Status> perform(fsm::Action action, Time deadline);
    void enter(NodeState state, std::string_view why);

    Node& node_;
};

}  // namespace zha
