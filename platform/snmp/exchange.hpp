// What: one get or set of an integer by SNMPv2c (Net-SNMP).
// Why: switched outlets of racks are asked and told this way.
// Contract: blocks until the answer or for `wait` twice: call it on a thread of its own. Reads and
//      writes no file of Net-SNMP. No error text holds the community.
#pragma once

#include <optional>
#include <string>

#include "core/result.hpp"
#include "core/types.hpp"

namespace zha {

struct SnmpPeer {
    std::string address;  ///< host:port
    std::string community;
    Millis wait{1000};
};

/// "1.3.6.1..." as numbers; Errc::invalid when it is none.
Status check_oid(const std::string& oid);
Result<long> snmp_get(const SnmpPeer& peer, const std::string& oid);
/// Errc::refused when the agent says no.
Status snmp_set(const SnmpPeer& peer, const std::string& oid, long value);

}  // namespace zha
