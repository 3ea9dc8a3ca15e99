// What: the only judge of a simulated schedule: what was really on the air, and what was said.
// Why: controllers and agents may believe what they like; the checkers read the radios.
// Contract: look() is called after every event. A violation is kept once per checker, with its time
//      and the evidence. Nothing here influences the run.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/history/history.hpp"
#include "simulator/cluster/host.hpp"

namespace zha::sim {

/// Checkers, in the order in which results are printed.
enum class Checker {
    exclusivity,    ///< at most one coordinator of the network is on the air
    counters,       ///< frame counters on the air never go back
    network,        ///< nobody forms a network; identity and key stay what they were
    half_identity,  ///< a half-written dongle is never started
    devices,        ///< what was paired before a planned move is known after it
    order,          ///< epochs on the air increase
    truthfulness,   ///< success and "active" are said only when they are true
    liveness,       ///< once all is mended somebody is active in bounded time
    artefacts,      ///< a crash leaves valid files
};
/// What one flipped bit makes of "Router" in a database: it must never get on the air.
inline constexpr std::string_view kDamaged = "Souter";
inline constexpr unsigned kCheckers = 9;
std::string_view to_string(Checker checker);

struct Interval {
    unsigned host = 0;
    Micros from{0};
    Micros to{-1};  ///< negative: still on
};

class Witness {
  public:
    Witness(VirtualTime& time, std::vector<Host*> hosts, Millis slack);

    /// One more host; its name may be that of another.
    void joined(Host& host);
    void look();
    /// A line of the history was written by a controller.
    void told(const HistoryLine& line);
    void paired(unsigned devices) { devices_ = std::max(devices_, devices); }
    /// Something happened to a host: what was paired last may be lost with it.
    void excuse_devices() { devices_excused_ = true; }
    /// Thousands of frames at once: no copy's age tells of them, the dongle itself does.
    void busy(unsigned frames);
    /// Another dongle is in that host.
    void swapped(unsigned i) { states_[i].saved = 0; }
    void formed() { violate(Checker::network, "a NEW network was formed"); }
    void violate(Checker checker, const std::string& text);

    const std::map<Checker, std::string>& violations() const { return violations_; }
    const std::vector<Interval>& intervals() const { return intervals_; }
    unsigned devices() const { return devices_; }

  private:
    struct State {
        bool on = false;
        double start_counter = 0;
        double saved = 0;  ///< counter in the flash of its dongle
        std::size_t interval = 0;
        Micros claimed{-1};  ///< since when it says active without being on the air
        Micros last_on{-1};
        Epoch epoch = 0;  ///< highest that its agent ever held
    };
    void switched_on(unsigned i);
    void switched_off(unsigned i);
    void check_claim(unsigned i);
    /// Off the air, while another host of its name is on it, or was lately.
    bool silent_namesake(unsigned i) const;
    double used(unsigned i) const;
    std::string at(const std::string& text) const;

    VirtualTime& time_;
    std::vector<Host*> hosts_;
    Millis slack_;
    std::vector<State> states_;
    std::vector<Interval> intervals_;
    std::map<Checker, std::string> violations_;
    std::string fingerprint_;
    double highest_ = 0;  ///< counter ever used on the air
    Epoch last_epoch_ = 0;
    unsigned last_host_ = 99;
    unsigned devices_ = 0;
    bool devices_excused_ = false;
    bool copies_excused_ = false;  ///< counters ran ahead of what a copy can know
};

}  // namespace zha::sim
