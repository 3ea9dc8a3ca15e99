#include "platform/snmp/exchange.hpp"

#include "platform/snmp/session.hpp"

// These two in this order, before any other header of Net-SNMP.
#include <net-snmp/net-snmp-config.h>
//
#include <net-snmp/net-snmp-includes.h>

#include <vector>

namespace zha {
namespace {

using Oid = std::vector<oid>;

Result<Oid> parse_oid(const std::string& text) {
    const Error wrong{Errc::invalid, "not an OID in numbers: 1.3.6.1..."};
    Oid out;
    std::uint64_t arc = 0;
    bool digits = false;
    for (const char c : text + ".") {
        if (c >= '0' && c <= '9') {
            arc = arc * 10 + static_cast<unsigned>(c - '0');
            digits = true;
            if (arc > 0xFFFFFFFFU) return wrong;
            continue;
        }
        if (c != '.' || !digits || out.size() >= MAX_OID_LEN) return wrong;
        out.push_back(static_cast<oid>(arc));
        arc = 0;
        digits = false;
    }
    if (out.size() < 3 || out[0] > 2) return wrong;
    return out;
}

struct FreePdu {
    void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using Pdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

/// Sends and waits; the answer's one variable is that of `name`.
Result<Pdu> ask(const SnmpPeer& peer, Pdu request, const Oid& name) {
    auto session = snmp_detail::open_session(peer.address, peer.community);
    if (!session) return session.error();
    auto* inner = snmp_sess_session(session->get());
    inner->timeout = static_cast<long>(peer.wait.count()) * 1000;
    inner->retries = 1;
    netsnmp_pdu* raw = nullptr;
    // The library frees the request.
    const int status = snmp_sess_synch_response(session->get(), request.release(), &raw);
    Pdu answer(raw);
    if (status == STAT_TIMEOUT) return {Errc::timeout, peer.address + ": no answer"};
    if (status != STAT_SUCCESS || !answer) return {Errc::io, peer.address + ": the request failed"};
    if (answer->errstat != SNMP_ERR_NOERROR)
        return {Errc::refused, peer.address + ": " + snmp_errstring(int(answer->errstat))};
    const auto* v = answer->variables;
    if (v == nullptr || netsnmp_oid_equals(v->name, v->name_length, name.data(), name.size()) != 0)
        return {Errc::protocol, peer.address + ": the answer is about something else"};
    return answer;
}

}  // namespace

Status check_oid(const std::string& oid) {
    const auto parsed = parse_oid(oid);
    return parsed ? Status() : Status(parsed.error());
}

Result<long> snmp_get(const SnmpPeer& peer, const std::string& oid_text) {
    const auto name = parse_oid(oid_text);
    if (!name) return name.error();
    Pdu request(snmp_pdu_create(SNMP_MSG_GET));
    if (!request || snmp_add_null_var(request.get(), name->data(), name->size()) == nullptr)
        return {Errc::io, "the request cannot be built"};
    const auto answer = ask(peer, std::move(request), *name);
    if (!answer) return answer.error();
    const auto* v = (*answer)->variables;
    if (v->type != ASN_INTEGER || v->val.integer == nullptr)
        return {Errc::protocol, peer.address + ": " + oid_text + " is no integer there"};
    return *v->val.integer;
}

Status snmp_set(const SnmpPeer& peer, const std::string& oid_text, long value) {
    const auto name = parse_oid(oid_text);
    if (!name) return name.error();
    Pdu request(snmp_pdu_create(SNMP_MSG_SET));
    if (!request || snmp_pdu_add_variable(request.get(), name->data(), name->size(), ASN_INTEGER,
                                          &value, sizeof value) == nullptr)
        return {Errc::io, "the request cannot be built"};
    const auto answer = ask(peer, std::move(request), *name);
    return answer ? Status() : Status(answer.error());
}

}  // namespace zha
