// What: the lease as a small machine: two nodes, one controller, one broker, three clocks.
// Why: the proof of the lease (docs/state-machine.md) is arithmetic by people; this machine can be
//      searched completely, with the product's own formula, lease keeper and hold-down in it.
// Contract: pure; next() lists every step that is possible in a state. Whatever the model leaves
//      out, it leaves out on the side of danger: what is sent may arrive at any later time, in any
//      order, again and again, or never.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/decide.hpp"
#include "core/lease_keeper.hpp"

namespace zha::lease_model {

/// The clocks' ticks are the milliseconds of the configuration; true time is counted in finer
/// units, so that an event may fall anywhere between two ticks of either clock.
struct Scale {
    unsigned lease = 3;  ///< T, ticks
    unsigned fence = 2;  ///< F, milliseconds of true time
    unsigned slow = 6;   ///< units of true time between two ticks of the slowest clock
    unsigned fast = 3;   ///< ... of the fastest

    double drift() const { return double(slow - fast) / double(slow + fast); }
    /// Units of true time in a millisecond of it: slow = unit / (1 - rho), fast = unit / (1 + rho).
    unsigned unit() const { return 2 * slow * fast / (slow + fast); }
};

struct Setup {
    Scale scale;
    bool hold = true;           ///< on_controller_loss
    Millis hold_down{0};        ///< W
    unsigned unaware = 0;       ///< units for which the controller may not notice a lost session
    bool lost = false;          ///< begins with a controller that is gone, in mid move
    bool steady_clocks = true;  ///< the holder's clock always slow, the controller's always fast
};

enum class Lead : std::uint8_t {
    down,     ///< not there, or knows that it is not connected
    pending,  ///< said "online", did not hear it back yet
    acting,
    cut,  ///< acting, but the broker has given its session up, and it does not know yet
};

/// On its way from the broker to the holder, in the order of one session. Above `echo`: the age of
/// the report that comes back.
enum Downlink : std::uint8_t { nothing, says_online, says_offline, echo };
inline constexpr unsigned kQueue = 3;

/// Everything that can make a difference later; ages and what is left instead of instants.
struct State {
    // The holder.
    std::uint8_t phase = 0;    ///< units since its clock's last tick
    std::uint8_t left = 0;     ///< ticks until its lease ends
    std::uint8_t sent = 0;     ///< reports sent: bit n = n ticks ago; the last bit = that or older
    std::uint8_t fencing = 0;  ///< units since it has to be silent
    bool on_air = false;
    bool crashed = false;    ///< a new worker has to prove silence before anything else
    bool released = false;   ///< the end of its epoch is proven and on disk
    bool order = false;      ///< an order with a lease, answering its newest report, is on its way
    bool old_order = false;  ///< ... answering an older one
    ControllerPresence heard = ControllerPresence::unknown;  ///< by the holder
    std::uint8_t queue[kQueue] = {};
    // The broker and the controller.
    bool online = true;  ///< the retained status
    Lead lead = Lead::acting;
    std::uint8_t lead_phase = 0;
    std::uint8_t wait = 0;     ///< ticks until held_until()
    std::uint8_t unaware = 0;  ///< units since the session was lost
    bool taking = false;       ///< the role is being taken away: no lease is sent
    bool granted = false;      ///< journaled: the other node holds epoch 2
    bool other_on_air = false;
};

std::uint64_t pack(const State& s);
State unpack(std::uint64_t bits);

struct Step {
    std::uint64_t to;
    const char* text;  ///< for the story; empty = nothing to tell
    bool unit_passes = false;
};

class Model {
  public:
    explicit Model(const Setup& setup);

    State first() const;
    /// Every step that is possible in `s`.
    void next(const State& s, std::vector<Step>& out);
    static bool split(const State& s) { return s.on_air && s.other_on_air; }
    const Setup& setup() const { return setup_; }

  private:
    void time(const State& s, std::vector<Step>& out) const;
    void holder(const State& s, std::vector<Step>& out);
    void holder_link(const State& s, std::vector<Step>& out);
    void controller(const State& s, std::vector<Step>& out);
    void sessions(const State& s, std::vector<Step>& out);
    void ticks(const State& s, std::vector<Step>& out) const;
    void add(State s, const char* text, std::vector<Step>& out, bool unit_passes = false) const;
    void add_at_any_phase(State s, const char* text, std::vector<Step>& out) const;
    void tidy(State& s) const;
    LeaseKeeper keeper(const State& s) const;
    void take(State& s, const LeaseKeeper& keeper) const;
    void lease_sent(State& s);
    void began(State& s);
    bool queue(State& s, std::uint8_t what) const;
    bool say(State& s, bool online) const;
    bool holder_counts(const State& s) const { return s.left > 0 || s.sent != 0; }
    bool lead_counts(const State& s) const { return s.wait > 0; }
    unsigned fence_units() const { return setup_.scale.fence * setup_.scale.unit(); }
    bool ending(const State& s) const { return s.on_air && (s.left == 0 || s.crashed); }

    Setup setup_;
    Config config_;
    Situation situation_;
};

}  // namespace zha::lease_model
