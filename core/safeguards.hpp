// What: the names of the safeguards, each of which the simulation can take away.
// Why: a safeguard that can be removed without any schedule going wrong is either not needed or not
//      tested; zha-simulate --mutants finds a counterexample for each (docs/reliability.md).
// Contract: outside the simulation build kept() is true at compile time: no daemon has a switch.
#pragma once

namespace zha {

enum class Safeguard {
    none,
    nonce,               ///< an order answers one of the newest reports
    own_send_time,       ///< a lease counts from the sending of the report, not from its answer
    release_final,       ///< a released epoch never comes back
    hold_presence,       ///< a lease is held only while the broker says the controller is gone
    hold_send_time,      ///< a held lease counts from the sending, too
    lease_expiry,        ///< the state machine obeys the end of the lease
    watchman,            ///< the service is killed when the lease ends in mid step
    start_check,         ///< the lease is looked at again right before the start
    boot_fence,          ///< an agent that starts silences first
    fence_reset,         ///< a fence resets the dongle: a dead service leaves it on the air
    fence_read_back,     ///< a fence that is not proven failed
    drain_fence,         ///< a graceful stop is no proof of silence
    gone_proof,          ///< an absent port counts only when zigbee2mqtt is gone as well
    keep_dirty,          ///< no snapshot is made of a half-written dongle
    dirty_durable,       ///< ... not even after a crash in mid write
    gate_configuration,  ///< configuration and dongle name the same network
    counter_margin,      ///< counters are raised before a copy goes on the air
    counter_maximum,     ///< ... above every one that is known
    counter_since,       ///< ... and above what later promotions added
    snapshot_hash,       ///< a damaged snapshot is not used
    online_proof,        ///< active is said when zigbee2mqtt said so, not when it was started
    survey_fresh,        ///< a dongle that was on the air is read again
    hold_down,           ///< an unreachable holder is waited for
    hold_down_since,     ///< ... also by a controller that has just started
    hold_down_leased,    ///< ... from the last lease that was sent
    holder_says_no,      ///< a holder that is there is never timed out
    release_epoch,       ///< a release counts for its own epoch only
    release_wait,        ///< nothing is granted before the release
    grant_epoch,         ///< each grant has an epoch of its own
    late_controller,     ///< a controller that was away or late counts as just started
    confirmed_session,   ///< nothing is decided before the own status came back
    journal_behind,      ///< a node with a higher epoch than the journal's is the holder
    everybody_heard,     ///< an early grant needs a report of every node
    form_refusal,        ///< no second network is formed
    form_blank,          ///< ... and never on a dongle that has one
    freshest_snapshot,   ///< a planned move takes the last snapshot of the old node
    ready_check,         ///< only a node that is ready is granted the role
    success_fresh,       ///< success is told on a report that came after the promotion
    guard_process,       ///< a dead worker's dongle is silenced by its guard
    watchdog,            ///< a frozen host is reset by its hardware
    off_confirmed,       ///< a fence device that does not say "off" failed
    off_session,         ///< its word counts in the session in which it was asked only
    off_noted,           ///< who is switched off stands in the journal before the device is told
    off_required,        ///< fencing: required waits for no clock
    off_vouched,         ///< ... unless an operator vouches, which a planned move does not
    off_dongle,          ///< a dongle without power is no end of its holder's lease
    speaks_again,        ///< a holder that tried to silence its dongle gets the time to say "no"
    said_epoch,          ///< a number that another controller may have granted is skipped
    on_confirmed,        ///< power is back when the device says so: a late "off" may still come
    bound_boot,          ///< a copy of the holder's host cannot speak for the holder
};
inline constexpr unsigned kSafeguards = static_cast<unsigned>(Safeguard::bound_boot) + 1;

#ifdef ZHA_SIMULATION
/// False for the one that this thread's schedule does without.
bool kept(Safeguard safeguard);
#else
constexpr bool kept(Safeguard) {
    return true;
}
#endif

}  // namespace zha
