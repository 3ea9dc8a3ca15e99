// What: the worker's side of the guard: beats about lease and radio.
// Why: a guard that hears nothing ends us; so nothing but the living loop may send them.
// Contract: a beat at every tick, and at once when zigbee2mqtt is about to be started.
#pragma once

#include "node-agent/guard/beat.hpp"
#include "node-agent/node.hpp"

namespace zha {

/// What this node can prove about its radio.
guard::Radio radio_of(const Node& node);

class WorkerPulse {
  public:
    /// `pipe`: to the guard, not ours to close; -1: nobody is told.
    WorkerPulse(Node& node, int pipe);
    ~WorkerPulse() { node_.announce = nullptr; }
    WorkerPulse(const WorkerPulse&) = delete;
    WorkerPulse& operator=(const WorkerPulse&) = delete;
    void beat();
    Task<void> run();

  private:
    Node& node_;
    int pipe_;
    std::uint64_t number_ = 0;
};

}  // namespace zha
