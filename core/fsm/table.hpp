// What: the rows. From these lines alone follows what a node does.
// Why: one page that can be read aloud; order matters, the first match wins.
// Contract: every state ends in a row that always holds. Safety rows (lease, dongle, stray service)
//      stand before the rows that work. No row starts the radio without a live lease.
#pragma once

#include "core/fsm/fsm.hpp"

namespace zha::fsm::table {

using enum NodeState;
using G = Guard;
using A = Action;
using B = Budget;

inline constexpr Goals kStandby = bit(Goal::standby);
inline constexpr Goals kActive = bit(Goal::active);
inline constexpr Goals kMaintenance = bit(Goal::maintenance);
inline constexpr Goals kPassive = kStandby | bit(Goal::none);
inline constexpr Goals kNotMaintenance = kPassive | kActive;
inline constexpr Goals kGiveUp = kStandby | kMaintenance;

// clang-format off
inline constexpr Transition kTransitions[] = {
    // from      goals            guard               action           to           budget      on failure
    {init,        kAny,            G::always,          A::none,         fencing,     B::none,    fencing,
     "nothing is known about the radio after a start, so it is silenced first"},

    {fencing,     kAny,            G::dongle_absent,   A::confirm_gone, fault,       B::fence,   fault,
     "the port is gone: an unplugged dongle has no power; prove that the service is gone"},
    {fencing,     kAny,            G::always,          A::fence,        fenced,      B::fence,   fault,
     "kill the service, own the port, reset, read back"},

    {fault,       kAny,            G::fence_due,       A::none,         fencing,     B::none,    fencing,
     "the silence is not proven: fence again"},
    {fault,       kAny,            G::stray_service,   A::none,         fencing,     B::none,    fencing,
     "the service runs though it must not"},
    {fault,       kAny,            G::fault_cleared,   A::none,         fencing,     B::none,    fencing,
     "an operator cleared the fault"},
    {fault,       kAny,            G::always,          A::rest,         fault,       B::none,    fault,
     "waiting for the dongle or for an operator"},

    {fenced,      kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {fenced,      kAny,            G::service_up,      A::none,         fencing,     B::none,    fencing,
     "the service was started behind our back"},
    {fenced,      kMaintenance,    G::always,          A::none,         maintenance, B::none,    maintenance,
     "hands off"},
    {fenced,      kAny,            G::unsurveyed,      A::survey,       catchingup,  B::read,    catchingup,
     "read the dongle and keep what this node knows"},
    {fenced,      kAny,            G::always,          A::none,         catchingup,  B::none,    catchingup,
     "proven silent"},

    {catchingup,  kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {catchingup,  kAny,            G::service_up,      A::none,         fencing,     B::none,    fencing,
     "the service was started behind our back"},
    {catchingup,  kMaintenance,    G::always,          A::none,         maintenance, B::none,    maintenance,
     "hands off"},
    {catchingup,  kAny,            G::survey_due,      A::survey,       catchingup,  B::read,    catchingup,
     "the dongle could not be read before"},
    {catchingup,  kAny,            G::snapshot_wanted, A::stage,        standby,     B::fetch,   catchingup,
     "fetch and verify the snapshot of the active node"},
    {catchingup,  kAny,            G::snapshot_held,   A::none,         standby,     B::none,    standby,
     "a verified snapshot is held"},
    {catchingup,  kActive,         G::formable,        A::none,         promoting,   B::none,    promoting,
     "an operator asked for a NEW network on this blank dongle"},
    {catchingup,  kAny,            G::always,          A::rest,         catchingup,  B::none,    catchingup,
     "waiting for a snapshot"},

    {standby,     kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {standby,     kAny,            G::service_up,      A::none,         fencing,     B::none,    fencing,
     "the service was started behind our back"},
    {standby,     kMaintenance,    G::always,          A::none,         maintenance, B::none,    maintenance,
     "hands off"},
    {standby,     kAny,            G::snapshot_wanted, A::none,         catchingup,  B::none,    catchingup,
     "a newer snapshot is to be staged"},
    {standby,     kActive,         G::promotable,      A::none,         promoting,   B::none,    promoting,
     "granted: lease live, snapshot held"},
    {standby,     kAny,            G::snapshot_held,   A::rest,         standby,     B::none,    standby,
     "ready"},
    {standby,     kAny,            G::always,          A::none,         catchingup,  B::none,    catchingup,
     "the snapshot held here is not usable any more"},

    {promoting,   kAny,            G::no_lease,        A::none,         fencing,     B::none,    fencing,
     "the lease ran out"},
    {promoting,   kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {promoting,   kPassive | kMaintenance, G::always,  A::none,         fencing,     B::none,    fencing,
     "the promotion was called off"},
    {promoting,   kActive,         G::formable,        A::form,         promoting,   B::form,    fencing,
     "form a NEW network and keep its first snapshot"},
    {promoting,   kActive,         G::snapshot_held,   A::promote,      active,      B::promote, fencing,
     "write, read back, install, gate, start, verify"},
    {promoting,   kAny,            G::always,          A::none,         fencing,     B::none,    fencing,
     "nothing to be promoted from"},

    {active,      kAny,            G::unleased_radio,  A::none,         fencing,     B::none,    fencing,
     "the lease ran out: silence by our own clock"},
    {active,      kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {active,      kGiveUp,         G::always,          A::none,         draining,    B::none,    draining,
     "give the role up gracefully"},
    {active,      kAny,            G::restart_allowed, A::none,         recovering,  B::none,    recovering,
     "the service died: restart it in place"},
    {active,      kAny,            G::service_down,    A::none,         fencing,     B::none,    fencing,
     "the service died and no restart is left: release the role"},
    {active,      kAny,            G::refresh_due,     A::refresh,      active,      B::read,    active,
     "a new generation of the data files"},
    {active,      kAny,            G::always,          A::rest,         active,      B::none,    active,
     "on the air"},

    {recovering,  kAny,            G::unleased_radio,  A::none,         fencing,     B::none,    fencing,
     "the lease ran out"},
    {recovering,  kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {recovering,  kGiveUp,         G::always,          A::none,         fencing,     B::none,    fencing,
     "the role was taken back while the service was dead"},
    {recovering,  kAny,            G::always,          A::recover,      active,      B::start,   fencing,
     "start the service again and verify it"},

    {draining,    kAny,            G::unleased_radio,  A::none,         fencing,     B::none,    fencing,
     "the lease ran out before the graceful stop was done"},
    {draining,    kAny,            G::dongle_absent,   A::none,         fencing,     B::none,    fencing,
     "the dongle was unplugged"},
    {draining,    kAny,            G::always,          A::drain,        fenced,      B::drain,   fencing,
     "graceful stop, fence, final snapshot"},

    {maintenance, kAny,            G::service_up,      A::none,         fencing,     B::none,    fencing,
     "the service was started while the node may not be on the air"},
    {maintenance, kNotMaintenance & ~bit(Goal::none), G::always, A::none, fencing,   B::none,    fencing,
     "back to work: prove the silence again"},
    {maintenance, kAny,            G::always,          A::rest,         maintenance, B::none,    maintenance,
     "hands off"},
};
// clang-format on

}  // namespace zha::fsm::table
