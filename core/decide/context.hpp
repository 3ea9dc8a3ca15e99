// What: the shared hands of decide(): the situation it reads and the decision it fills.
// Why: each part of a decision (moves, commands, conditions) has a file of its own.
// Contract: internal to core/decide/.
#pragma once

#include "core/decide.hpp"

namespace zha::deciding {

class Context {
  public:
    Context(const Situation& situation, Decision& decision);

    const Situation& s;
    Decision& d;
    Journal& j;

    const NodeView& view(const std::string& node) const;
    const NodeReport& report(const std::string& node) const { return view(node).report; }
    bool reachable(const std::string& node) const { return zha::reachable(s, node); }
    bool reachable(const NodeView& node) const { return zha::reachable(s, node); }
    bool lost(const std::string& node) const { return zha::lost(s, node); }
    bool holder_released() const { return j.holder.empty() || j.released; }
    /// Time for which the current phase lasts.
    Millis in_phase() const { return s.now - j.move->phase_since; }

    void event(EventKind kind, const std::string& node, const std::string& peer,
               const std::string& text);
    /// To the operator behind the current move, if there is one.
    void tell(Answer::Code code, bool done, const std::string& text);
    void enter(MovePhase phase, const std::string& text);
};

/// Takes the move in progress as far as it goes now.
void advance(Context& c);
/// Gives the role to nobody or to another node because the present one lost it.
void consider_failover(Context& c);
/// Is it certain that no other controller granted anything that this one does not know of?
bool knows_all(const Context& c);
/// Gives a grant that may have been made twice a number of its own.
void renumber(Context& c);
void start_move(Context& c, Move move);
/// Obeys or refuses the operator's command.
void obey(Context& c);
/// Conditions that people and monitoring want to be told of once, when they begin and when they
/// end.
void watch(Context& c);
/// The best node to take over from the present holder; empty = none.
std::string candidate(const Context& c, bool only_holder = false);

/// Ends what ends by itself: a pause, and the memory of old moves.
void expire(Context& c);
/// Counts heartbeats, and since when a node could take over.
void take_pulses(Context& c);
/// A planned move back to the preferred node, if the policy wants it and the time is there.
void consider_failback(Context& c);
/// Would its power have to be cut to be certain of the holder's silence?
bool needs_power_cut(const Context& c);
/// Refuses a drill, or begins it.
void drill(Context& c);
/// One half of it ended well; `gap`: how long nobody was on the air.
void drill_moved(Context& c, Millis gap);
/// It ends here, not well.
void drill_failed(Context& c, const std::string& why);
/// After the dwell the role moves back.
void follow_drill(Context& c);
/// After a report from another boot of the holder's host that counts: its epoch is over.
void end_former_boot(Context& c);
/// Which nodes have their power again.
void note_power(Context& c);
/// Asks for power for those that no longer have to be without it.
void restore_power(Context& c);
/// Is the retained `offline` the will of somebody else's zigbee2mqtt?
bool late_will(const Context& c);
void pause(Context& c);
void resume(Context& c);
void maintain(Context& c);
/// Refuses the operator's command: nothing was changed.
void refuse(Context& c, const std::string& why, Answer::Code code = Answer::Code::refused);
/// It was done at once.
void done(Context& c, const std::string& text);

}  // namespace zha::deciding
