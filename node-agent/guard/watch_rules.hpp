// What: the guard's decisions: when the worker is killed, when is fenced, when is respawned, and
//      whether the hardware watchdog is fed.
// Why: this is what stands between a hung agent and two coordinators; it must be readable and
//      testable alone.
// Contract: pure; no clock, no processes. The caller tells what happened and then does what next()
//      says, again and again. Instants are of one clock (CLOCK_BOOTTIME).
#pragma once

#include "core/config.hpp"
#include "node-agent/guard/beat.hpp"

namespace zha::guard {

/// Bounds, all derived from the configured timing.
struct Limits {
    explicit Limits(const Timing& timing);
    Millis silence_on_air;  ///< without a beat, while the radio may be on: half of F
    Millis silence_off;     ///< without a beat, while it is proven silent
    Millis lease_grace;     ///< past its lease and not at the fence: half of F
    Millis fence;           ///< F: for one attempt to fence, the worker's or ours
    Millis stop;            ///< from being told to end to the end
};

enum class Action {
    none,
    spawn,        ///< start a worker
    kill_worker,  ///< SIGKILL
    stop_worker,  ///< SIGTERM
    fence,        ///< start a fencer
    kill_fencer,  ///< it does not end
    end,          ///< the guard itself ends, with exit_code()
};

class WatchRules {
  public:
    explicit WatchRules(Limits limits) : limits_(limits) {}

    // What happened.
    void heard(const Beat& beat, Time now);
    void spawned(Time now);
    /// `code`: of exit(), or -1 when a signal ended it.
    void worker_ended(int code, Time now);
    void fencing(Time now);
    void fencer_ended(bool proven, Time now);
    void told_to_stop(Time now);

    Action next(Time now);
    /// Why the last kill_worker or fence.
    const char* why() const { return why_; }
    int exit_code() const { return exit_code_; }
    /// The radio is proven silent.
    bool silent() const { return radio_ == Radio::silent; }
    /// It was on by a lease, and was not proven silent since.
    bool exposed() const { return exposed_; }
    /// May the hardware watchdog be fed? Not while an exposed radio has no lease.
    bool feed(Time now) const { return !exposed_ || now < lease_until_; }

  private:
    Action watch_worker(Time now);
    Action stop(Time now);
    Action kill(const char* why, Time now);
    void proven();
    void end(int code);

    Limits limits_;
    // The worker.
    bool alive_ = false;
    bool heard_ = false;  ///< this one said something
    bool killed_ = false;
    bool term_sent_ = false;
    Time spawned_{0};
    Time beat_at_{0};
    Time radio_since_{0};  ///< radio_ is what it is since then
    std::uint64_t number_ = 0;
    unsigned spawns_ = 0;
    unsigned died_ = 0;  ///< in a row, soon after their start
    Time respawn_at_{0};
    // The radio.
    Radio radio_ = Radio::on;  ///< before anything is known: it may be
    bool exposed_ = false;
    Time lease_until_{0};
    // The fencer.
    bool fencer_ = false;
    bool fence_due_ = false;
    Time fence_at_{0};  ///< of this attempt, or of the next one
    unsigned attempts_ = 0;
    // The end.
    bool stopping_ = false;
    Time stop_until_{0};
    bool ended_ = false;
    int exit_code_ = 0;
    const char* why_ = "";
};

}  // namespace zha::guard
