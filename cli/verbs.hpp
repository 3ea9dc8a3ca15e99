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
/// Needs neither configuration nor controller. `what`: show, check or mermaid.
int fsm(const Options& options, const std::string& what);
int history(const Options& options, unsigned limit);

struct MoveRequest {
    std::string verb;  ///< switchover, failover, form, clear-fault
    std::string node;  ///< may be empty for failover
};
int move(const Options& options, const MoveRequest& request);

/// The table of `status`, also drawn by `watch`. `width`: columns of the terminal.
std::string state_table(const nlohmann::ordered_json& state, std::size_t width);

}  // namespace zha::cli
