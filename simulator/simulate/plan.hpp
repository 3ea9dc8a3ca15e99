// What: one schedule of the simulation: how the house is built, and which faults hit it when.
// Why: everything random is drawn once from a 64-bit seed into this value, so that a failure can be
//      replayed, shortened by leaving faults out, and written down.
// Contract: draw(seed) is the same on every machine. text() and parse() are exact inverses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha::sim {

class Dice;

enum class FaultKind {
    unplug,            ///< the dongle is pulled out and put back
    hang,              ///< the dongle answers nothing
    torn_write,        ///< the next NVRAM write ends in its middle
    defiant,           ///< a reset does not silence the dongle
    service_dies,      ///< zigbee2mqtt ends by itself
    service_broken,    ///< zigbee2mqtt does not start
    service_mute,      ///< zigbee2mqtt never says "online"
    service_immortal,  ///< no signal ends zigbee2mqtt
    agent_killed,      ///< SIGKILL to the agent's worker
    agent_hangs,       ///< the agent's worker stands still; its guard does not
    power_cut,         ///< the host is off, and comes back
    crash_at_write,    ///< power cut at the n-th change on disk from now
    freeze,            ///< nothing on the host runs; the radio goes on
    cut_both,          ///< no network
    cut_in,            ///< hears nothing
    cut_out,           ///< is not heard
    disk_full,
    bit_flip,       ///< a kept snapshot's image is damaged on disk
    config_edited,  ///< configuration.yaml names another network
    backup_gone,    ///< coordinator_backup.json is missing
    pairing,        ///< a device joins through the active node
    controller_killed,
    controller_crash,  ///< power cut at the n-th change on the controller's disk
    controller_freeze,
    controller_cut_both,
    controller_cut_in,
    controller_cut_out,
    controller_forgets,  ///< starts again without its journal
    controller_disk_full,
    second_controller,  ///< somebody starts another one with an old copy of the journal
    broker_stops,
    broker_forgets,  ///< restarts without its retained messages
    slow_network,
    lossy_network,
    switchover,       ///< operator: to the target
    failover,         ///< operator: to the target
    form,             ///< operator: a NEW network on the target
    switchover_both,  ///< two operators at once, to different nodes
    swap,             ///< another dongle is put in: a blank one, or one with an old network
    power_in_write,   ///< power cut in the middle of the next write to the dongle
    files_restored,   ///< all of another network's files are unpacked over zigbee2mqtt's
    service_patient,  ///< zigbee2mqtt waits for a dongle that is gone, and takes it again
    busy,             ///< thousands of frames at once: more than the age of a copy tells
    clear_fault,
    outlet_refuses,  ///< a fence device says no
    outlet_dead,     ///< it answers nothing, and does nothing
    outlet_slow,     ///< it does what it is told, much later
    outlet_breaks,   ///< it does what it is told, and its answer is lost
    outlet_off,      ///< somebody switches it off by hand, and on again
    outlet_on,       ///< somebody switches it on by hand, whoever switched it off
    probe_lies,      ///< the second path says the opposite of what is so
    probe_silent,    ///< the second path is down
    pause,           ///< operator: nothing automatic for so long, or until somebody resumes
    resume,
    maintenance,  ///< operator: of the target, in one of its three ways; and its end
    drill,        ///< operator: to the target and back
    twin,         ///< a copy of the host is switched on, with a dongle of its own
};
/// Kinds that hit every house; then those that need an outlet or a probe, then those of people who
/// use more than switchovers. Each sort is drawn by dice of its own: what is added at the end
/// changes no schedule of before.
inline constexpr unsigned kPlainKinds = static_cast<unsigned>(FaultKind::clear_fault) + 1;
inline constexpr unsigned kOutsideKinds = static_cast<unsigned>(FaultKind::probe_silent) + 1;
inline constexpr unsigned kFaultKinds = static_cast<unsigned>(FaultKind::twin) + 1;
inline bool of_outlet(FaultKind kind) {
    return static_cast<unsigned>(kind) >= kPlainKinds &&
           static_cast<unsigned>(kind) < kOutsideKinds;
}

struct Fault {
    FaultKind kind = FaultKind::unplug;
    unsigned node = 0;      ///< target, where there is a choice
    unsigned boundary = 0;  ///< after this many steps of the system; 0 = at a time
    Millis at{0};           ///< since the house was ready, or since the boundary
    Millis length{0};       ///< until it is mended; 0 = at the end only
    unsigned detail = 0;    ///< n-th write, or how slow
    bool operator==(const Fault&) const = default;
};

/// What a node has besides the broker.
struct Outside {
    bool outlet = false;      ///< a fence device
    bool cuts_host = true;    ///< else its dongle only
    bool restore = true;      ///< the controller gives power back
    bool probe = false;       ///< a second path to its host
    Millis takes{300};        ///< the device, for an order
    Millis probe_takes{100};  ///< an answer on the second path; may come too late
};

/// How the controller is told to behave by itself, and who tells it more than "switch over".
struct People {
    bool there = false;
    std::string_view failback = "none";
    unsigned preferred = 0;  ///< node that `preempt` brings the role back to
    unsigned max_moves = 0;  ///< automatic ones within a minute
    Millis preempt_delay{5000};
    Millis dwell{3000};  ///< of a drill
};

struct Plan {
    std::uint64_t seed = 0;     ///< of the network's dice
    std::string_view family{};  ///< it was drawn from; empty = none
    Timing timing;
    bool hold = true;      ///< on_controller_loss: hold
    bool spare = true;     ///< there is a spare controller
    bool guard = true;     ///< agents have one; else they run with --no-guard
    bool watchdog = true;  ///< hosts have a hardware watchdog that cuts the dongle's power
    double rate[3] = {1.0, 1.0, 1.0};  ///< clocks of node one, node two, controller
    Millis grain{200};                 ///< lateness of timers
    Millis reset_time[2] = {Millis{300}, Millis{300}};  ///< up to all of a fence's budget
    bool fresh = false;        ///< there is no network yet: one is formed first
    bool hasty = false;        ///< an operator orders a NEW network where that is wrong, first
    unsigned blank = 0;        ///< fresh: the node whose dongle is blank; the other's is a used one
    Millis stop_time[2] = {};  ///< zigbee2mqtt's graceful stop; 0 = as all else
    Millis write_time[2] = {};  ///< of the whole NVRAM; 0 = as all else
    bool quick = false;         ///< dongles, disks and zigbee2mqtt take next to no time
    Millis length{20000};       ///< until everything is mended
    std::string_view fencing = "automatic";  ///< matters where there are outlets
    Millis fence_timeout{3000};              ///< of every device
    Outside outside[2];
    People people;
    std::vector<Fault> faults;
};

/// Draws outlets and probes for it; with dice of their own, so that all else stays as it is.
void draw_outside(Dice& dice, Plan& plan);

/// Draws policies, and people who use them; with dice of their own, too.
void draw_people(Dice& dice, Plan& plan);

/// What is left of the fence's budget F for a host that does not run.
Millis fence_slack(const Plan& plan);

/// `family`: of that one (directed.hpp); empty = whatever the dice say.
Plan draw(std::uint64_t seed, std::string_view family = {});
/// Draws the house only: no faults.
Plan draw_house(std::uint64_t seed);

std::string_view to_string(FaultKind kind);
/// One line: a fault of a replayable specification.
std::string text(const Fault& fault);
/// The faults of a specification; '#' begins a comment.
Result<std::vector<Fault>> parse_faults(const std::string& text);

}  // namespace zha::sim
