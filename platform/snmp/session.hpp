// What: one Net-SNMP session to one trap target, and the trap as its library wants it.
// Why: keeps Net-SNMP's types and its many macros out of everything else.
// Contract: reads and writes no file of Net-SNMP (init_snmp() is never called: only that reads
//      snmp.conf, MIBs and persistent state). open() may wait for a name server; send() does not.
#pragma once

#include <memory>
#include <string>

#include "platform/snmp/traps.hpp"

namespace zha::snmp_detail {

struct CloseSession {
    void operator()(void* session) const;
};
using Session = std::unique_ptr<void, CloseSession>;  ///< Net-SNMP's own handle is a void*

Result<Session> open_session(const std::string& address, const std::string& community);

/// `uptime`: hundredths of a second since the sender began.
Status send_trap(const Session& session, Notification kind, const TrapContent& content,
                 std::uint32_t uptime);

}  // namespace zha::snmp_detail
