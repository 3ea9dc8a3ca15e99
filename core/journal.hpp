// What: what the controller must remember across its own death: who was granted what, and the move
// in
//      progress.
// Why: a restarted controller finishes or undoes what it finds; it never has to guess.
// Contract: plain values. A changed journal is durable before any order that follows from it is
// sent.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/types.hpp"

namespace zha {

enum class MoveKind {
    switchover,  ///< planned
    failover,    ///< automatic, or ordered without the old node's help
    form,        ///< an operator asked for a NEW network
    rollback,    ///< a switchover failed: back to the node that had the role
};

/// Everything before `promoting` can be undone; entering it is the point of no return.
enum class MovePhase {
    draining,   ///< the old node stops gracefully, its lease is still renewed
    releasing,  ///< waiting for a verified release or for the end of the hold-down
    staging,    ///< the final snapshot is carried to the new node
    promoting,  ///< the next epoch is granted
    verifying,  ///< the new node says active; a second look before success is reported
};

struct Move {
    MoveKind kind = MoveKind::switchover;
    MovePhase phase = MovePhase::draining;
    std::string from;  ///< may be empty
    std::string to;
    std::string cause;     ///< one sentence, for people
    std::string command;   ///< id of the operator's command; empty = none
    std::string snapshot;  ///< id to promote from, once it is known
    bool retire = false;   ///< `from` goes into maintenance once it is done
    bool drill = false;    ///< one half of the drill
    WallSeconds started_at = 0;
    Time started{0};      ///< by the controller's own clock; not kept across a restart
    Time phase_since{0};  ///< likewise
    bool operator==(const Move&) const = default;
};

/// An operator wants nothing moved.
struct Pause {
    WallSeconds since = 0;
    WallSeconds until = 0;  ///< 0 = until `resume`
    bool operator==(const Pause&) const = default;
};

enum class DrillPhase {
    there,  ///< the role moves to the other node
    dwell,  ///< that one is active for a while
    back,   ///< the role moves back
};

/// A planned switchover and back, to know that both would work.
struct Drill {
    DrillPhase phase = DrillPhase::there;
    std::string first;    ///< has the role before and after
    std::string other;    ///< has it in between
    std::string command;  ///< id of the operator's command; empty = the schedule
    WallSeconds started_at = 0;
    Millis gap_there{0};
    Time dwell_since{0};  ///< by the controller's own clock; not kept across a restart
    bool operator==(const Drill&) const = default;
};

/// How the last one ended.
struct DrillReport {
    WallSeconds started_at = 0;
    std::string result;  ///< done | failed | refused; empty = there was none yet
    Millis gap_there{0}, gap_back{0};
    std::string text;
    bool operator==(const DrillReport&) const = default;
};

/// One writing of a journal.
struct JournalMark {
    std::uint64_t incarnation = 0;
    std::uint64_t serial = 0;
    bool operator==(const JournalMark&) const = default;
};

struct Journal {
    std::uint64_t incarnation = 0;  ///< of the controller that wrote it
    std::uint64_t serial = 0;       ///< one more whenever it is written
    Epoch epoch = 0;                ///< highest ever granted
    std::string holder;             ///< whom it was granted to; empty = nobody yet
    /// The boot of the host that it was granted to; empty = not known (host_boot.hpp).
    std::string holder_boot{};
    bool released = false;    ///< the end of `epoch` was verified
    Time granted{0};          ///< `epoch`, by the controller's own clock; not kept across a restart
    std::string fingerprint;  ///< of the cluster's network, once known
    std::optional<Move> move;
    std::optional<Drill> drill;
    DrillReport last_drill;
    std::optional<Pause> pause;
    std::set<std::string> maintenance;  ///< nodes that are left alone
    /// The one of them that gave the role up: nobody takes it until its maintenance ends.
    std::string stopped;
    std::set<std::string> unpowered;  ///< nodes that were switched off and not on again
    /// The last writing of another controller whose `unpowered` became part of this one's.
    JournalMark unpowered_of;
    std::vector<WallSeconds> moves;  ///< automatic role changes within the window, oldest first
    WallSeconds last_at = 0;         ///< end of the last move, for people
    std::string last_text;           ///< what it was and how it ended
    bool operator==(const Journal&) const = default;
};

std::string_view to_string(MoveKind);
std::string_view to_string(MovePhase);
std::string_view to_string(DrillPhase);
std::optional<MoveKind> parse_move_kind(std::string_view);
std::optional<MovePhase> parse_move_phase(std::string_view);
std::optional<DrillPhase> parse_drill_phase(std::string_view);

}  // namespace zha
