// What: the HostProbe seam: does a node's host answer on an address of its own?
// Why: "the broker's path is down" must not be taken for "the node is down". What it says is
//      evidence for people, never permission.
// Contract: true when the host answered before the deadline; false proves nothing. Never blocks.
#pragma once

#include <memory>

#include "core/config.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

class HostProbe {
  public:
    virtual ~HostProbe() = default;
    virtual Task<bool> answers(Time deadline) = 0;
};

/// icmp: the system's program ping; tcp: a connection, or its refusal; ssh: a server that sends
/// "SSH-".
std::unique_ptr<HostProbe> make_host_probe(const ProbeConfig& config,
                                           asio::any_io_executor executor, Clock& clock);

}  // namespace zha
