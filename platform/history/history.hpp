// What: the durable history of role changes and events (SQLite).
// Why: every role change leaves one line with cause, evidence and snapshot age.
// Contract: append() is durable when it returns; ids increase strictly; reads are newest first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha {

struct HistoryLine {
    std::int64_t id = 0;  ///< set by append()
    WallSeconds at = 0;
    std::string kind;  ///< switchover_started, switchover_completed, node_down, ...
    Epoch epoch = 0;
    std::string from;   ///< node, may be empty
    std::string to;     ///< node, may be empty
    std::string cause;  ///< planned | failover | operator | ...
    std::string text;   ///< one sentence with the evidence
    std::int64_t duration_ms = 0;
};

class History {
  public:
    virtual ~History() = default;
    virtual Result<std::int64_t> append(const HistoryLine& line) = 0;
    virtual Result<std::vector<HistoryLine>> newest(unsigned limit) = 0;
};

Result<std::unique_ptr<History>> open_history(const Path& file);

}  // namespace zha
