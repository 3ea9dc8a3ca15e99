// What: the air's own log, one JSON object per line: who was on the air, who joined, what was
// dropped. Why: checkers must not believe the programs under test; they read only what the medium
// saw. Contract: every line is one write(2) to an append-only file of mode 0600. It starts with
// t_ms (ms
//      since the simulation began) and event. Network keys never appear in it.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

class Witness {
  public:
    virtual ~Witness() = default;
    /// Writes one line: {"t_ms": ..., "event": event, ...fields}. `fields` must be an object.
    void record(Micros at, std::string_view event, const nlohmann::ordered_json& fields);

  private:
    virtual void append(const std::string& line) = 0;
};

/// Appends to `path` (created 0600, an existing file keeps its lines) and writes a "start" line
/// with the wall clock, so that t_ms of this run can be placed in time.
Result<std::unique_ptr<Witness>> open_witness(const std::string& path);

/// Keeps the lines in memory, for tests and for runs without a log.
class MemoryWitness : public Witness {
  public:
    std::vector<nlohmann::ordered_json> of(std::string_view event) const;
    const std::vector<std::string>& lines() const { return lines_; }

  private:
    void append(const std::string& line) override { lines_.push_back(line); }
    std::vector<std::string> lines_;
};

}  // namespace zha::sim
