// What: sends the notifications of ZIGBEE-HA-MIB as SNMPv2c traps (Net-SNMP).
// Why: monitoring systems subscribe to traps; each event has its own OID (mibs/ZIGBEE-HA-MIB.txt).
// Contract: never blocks the daemon's thread for longer than a datagram send; failures are returned
//      and logged, never fatal. Text varbinds are cut to 255 printable ASCII characters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha {

/// Last arc under ZIGBEE-HA-MIB::zhaNotifications.
enum class Notification {
    switchover_started = 1,
    switchover_completed = 2,
    switchover_failed = 3,
    node_down = 4,
    node_up = 5,
    dongle_fault = 6,
    dongle_recovered = 7,
    sync_failed = 8,
    sync_restored = 9,
    identity_mismatch = 10,
    standby_not_ready = 11,
    standby_ready = 12,
    no_active = 13,
    test = 14,
    two_on_air = 15,
    fence_failed = 16,
};

struct TrapContent {
    std::string cluster;
    std::string node;
    std::string peer;
    std::string reason;
    std::uint32_t duration_ms = 0;
    std::uint32_t event_id = 0;
    std::string text;
};

class TrapSender {
  public:
    virtual ~TrapSender() = default;
    virtual Status send(Notification kind, const TrapContent& content) = 0;
};

Result<std::unique_ptr<TrapSender>> make_trap_sender(const std::vector<SnmpTarget>& targets);

}  // namespace zha
