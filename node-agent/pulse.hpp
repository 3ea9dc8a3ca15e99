// What: the worker's side of the guard: beats about lease and radio.
// Why: a guard that hears nothing ends us; so nothing but the living loop may send them.
// Contract: a beat at every tick, and at once when zigbee2mqtt is about to be started.
#pragma once

#include "node-agent/guard/beat.hpp"
#include "node-agent/node.hpp"

namespace zha {

/// What this node can prove about its radio.
guard::Radio radio_of(const Node& node);

class Pulse {
  public:
    /// `pipe`: to the guard; non-blocking, not ours to close.
    Pulse(Node& node, int pipe);
    ~Pulse() { node_.announce = nullptr; }
    Pulse(const Pulse&) = delete;
    Pulse& operator=(const Pulse&) = delete;
    void beat();
    Task<void> run();

  private:
    Node& node_;
    int pipe_;
    std::uint64_t number_ = 0;
};

}  // namespace zha
