// What: the verbs of zha-switchover, one file each.
// Why: main() only parses; what a verb does is found by its name.
// Contract: each returns an exit code (cli/exit_code.hpp) and prints what it did or found.
#pragma once

#include "cli/session.hpp"

namespace zha::cli {

int status(const Options& options);
int watch(const Options& options);
/// The configuration was loaded already, so it is right; says what its timings promise.
int check_config(const Options& options, const std::string& file);
/// The longest outage for each kind of failure, at most 80 columns wide.
std::string rto_table(const Config& config);
/// Needs neither configuration nor controller. `what`: show, check or mermaid.
int fsm(const Options& options, const std::string& what);
int history(const Options& options, unsigned limit);

struct MoveRequest {
    std::string verb;  ///< switchover, failover, form, clear-fault
    std::string node;  ///< may be empty for failover
    bool allow_stale = false;
    bool allow_version = false;
};
int move(const Options& options, const MoveRequest& request);

/// Asks on the terminal; nobody there to ask means no.
bool confirmed(const Options& options, const std::string& text);

struct DrillRequest {
    std::string node;  ///< may be empty: the best standby
    bool dry_run = false;
};
/// A planned switchover and back; ends well only when both were verified.
int drill(const Options& options, const DrillRequest& request);
/// The report at its end: `last_drill` of the state.
std::string drill_table(const nlohmann::ordered_json& report);

/// pause, resume and maintenance: told to the controller.
struct PolicyRequest {
    std::string verb;
    std::string node;           ///< of maintenance
    std::string option;         ///< of maintenance: allow_failover, stop, off or empty
    std::uint64_t seconds = 0;  ///< of a pause; 0 = until resume
};
int policy(const Options& options, const PolicyRequest& request);

/// Gives one command and prints its steps and its answer.
Task<int> order(const Options& options, Session& session, Clock& clock, nlohmann::json command);

/// Who is active and why, who could take over, what is waited for.
int explain(const Options& options);

/// The table of `status`, also drawn by `watch`. `width`: columns of the terminal.
std::string state_table(const nlohmann::ordered_json& state, std::size_t width);

}  // namespace zha::cli
