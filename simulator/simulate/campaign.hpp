// What: many schedules at once, and the sums of what they showed.
// Why: the figures that are published come from one run of this.
// Contract: results do not depend on the number of threads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulator/simulate/run.hpp"

namespace zha::sim {

struct Failure {
    std::uint64_t seed = 0;
    Checker checker{};
    std::string text;
};

struct Results {
    std::uint64_t schedules = 0;
    std::uint64_t faults = 0;
    double simulated_hours = 0;
    double seconds = 0;      ///< of a real clock, for people
    double cpu_seconds = 0;  ///< of all threads
    unsigned jobs = 1;
    std::map<std::string, std::vector<Gap>> gaps;  ///< by cause
    std::vector<Failure> failures;                 ///< in order of seeds; at most 1000
    std::map<Checker, std::uint64_t> violations;
};

/// The outcome of the schedule with that number.
struct Numbered {
    std::uint64_t number = 0;
    Outcome outcome;
};
Results run_many(std::uint64_t count, unsigned jobs,
                 const std::function<Numbered(std::uint64_t)>& one);
Results run_seeds(std::uint64_t first, std::uint64_t count, unsigned jobs,
                  const std::string& family = {});

std::string to_json(const Results& results);
std::string to_text(const Results& results);

}  // namespace zha::sim
