#include "platform/snmp/session.hpp"

// These two in this order, before any other header of Net-SNMP.
#include <net-snmp/net-snmp-config.h>
//
#include <net-snmp/net-snmp-includes.h>

#include <array>
#include <cstdlib>
#include <vector>

namespace zha::snmp_detail {
namespace {

constexpr std::size_t kMaxText = 255;  // DisplayString
using Oid = std::vector<oid>;

// SNMPv2-MIB, and ZIGBEE-HA-MIB under netSnmpPlaypen.
const Oid kSysUpTime{1, 3, 6, 1, 2, 1, 1, 3, 0};
const Oid kSnmpTrapOid{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
const Oid kRoot{1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2652};

Oid notification_oid(Notification kind) {
    Oid id = kRoot;
    id.push_back(0);
    id.push_back(static_cast<oid>(kind));
    return id;
}

Oid object_oid(unsigned number) {
    Oid id = kRoot;
    id.insert(id.end(), {1, number, 0});
    return id;
}

/// Printable ASCII, at most 255: what is longer is cut, another character becomes one '?'.
std::string display_string(const std::string& text) {
    std::string shown;
    for (const char c : text) {
        if (shown.size() == kMaxText) break;
        if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;  // inside a UTF-8 character
        shown.push_back(c >= ' ' && c <= '~' ? c : '?');
    }
    return shown;
}

struct FreePdu {
    void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using Pdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

bool add(const Pdu& pdu, const Oid& name, u_char type, const void* value, std::size_t size) {
    return snmp_pdu_add_variable(pdu.get(), name.data(), name.size(), type, value, size) != nullptr;
}

bool add_text(const Pdu& pdu, unsigned number, const std::string& text) {
    const std::string shown = display_string(text);
    return add(pdu, object_oid(number), ASN_OCTET_STR, shown.data(), shown.size());
}

bool add_number(const Pdu& pdu, const Oid& name, u_char type, std::uint32_t value) {
    const u_long number = value;  // the size Net-SNMP reads
    return add(pdu, name, type, &number, sizeof number);
}

Pdu make_pdu(Notification kind, const TrapContent& c, std::uint32_t uptime) {
    Pdu pdu(snmp_pdu_create(SNMP_MSG_TRAP2));
    const Oid trap = notification_oid(kind);
    const bool complete =
        pdu && add_number(pdu, kSysUpTime, ASN_TIMETICKS, uptime) &&
        add(pdu, kSnmpTrapOid, ASN_OBJECT_ID, trap.data(), trap.size() * sizeof(oid)) &&
        add_text(pdu, 1, c.cluster) && add_text(pdu, 2, c.node) && add_text(pdu, 3, c.peer) &&
        add_text(pdu, 4, c.reason) && add_number(pdu, object_oid(5), ASN_UNSIGNED, c.duration_ms) &&
        add_number(pdu, object_oid(6), ASN_UNSIGNED, c.event_id) && add_text(pdu, 7, c.text);
    return complete ? std::move(pdu) : nullptr;
}

/// Nothing of ours calls init_snmp(); should anything else do so, it shall find this.
void forbid_files() {
    for (const int which :
         {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
          NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
          NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES})
        netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, which, 1);
    snmp_disable_log();  // errors are our values; the library would write to standard error
}

struct FreeText {
    // The library allocated it with malloc.
    void operator()(char* text) const { std::free(text); }  // NOLINT(*-no-malloc,*-owning-memory)
};

std::string session_error(void* session) {
    char* raw = nullptr;
    snmp_sess_error(session, nullptr, nullptr, &raw);
    const std::unique_ptr<char, FreeText> text(raw);
    return text ? text.get() : "unknown error";
}

}  // namespace

void CloseSession::operator()(void* session) const {
    snmp_sess_close(session);
}

Result<Session> open_session(const std::string& address, const std::string& community) {
    forbid_files();
    netsnmp_session wanted;
    snmp_sess_init(&wanted);
    // The library copies both strings and changes neither.
    std::string peer = (address.front() == '[' ? "udp6:" : "udp:") + address;
    std::string secret = community;
    wanted.version = SNMP_VERSION_2c;
    wanted.peername = peer.data();
    wanted.community = reinterpret_cast<u_char*>(secret.data());
    wanted.community_len = secret.size();
    Session session(snmp_sess_open(&wanted));
    if (!session) return {Errc::unavailable, address + ": " + snmp_api_errstring(snmp_errno)};
    return session;
}

Status send_trap(const Session& session, Notification kind, const TrapContent& content,
                 std::uint32_t uptime) {
    Pdu pdu = make_pdu(kind, content, uptime);
    if (!pdu) return {Errc::io, "the trap cannot be built"};
    if (snmp_sess_send(session.get(), pdu.get()) == 0)
        return {Errc::unavailable, session_error(session.get())};
    static_cast<void>(pdu.release());  // sent: the library freed it
    return {};
}

}  // namespace zha::snmp_detail
