// What: looks for a schedule that goes wrong for each safeguard that is taken away.
// Why: proves that the safeguard is needed, and that the simulation would notice its loss.
// Contract: schedules are those of draw(first), draw(first + 1), ...; at most `most` for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/safeguards.hpp"
#include "simulator/simulate/campaign.hpp"

namespace zha::sim {

struct Mutant {
    Safeguard safeguard = Safeguard::none;
    std::uint64_t tried = 0;  ///< schedules until it was caught, or in all
    std::optional<Failure> caught;
};

std::vector<Safeguard> all_safeguards();
std::vector<Mutant> hunt(const std::vector<Safeguard>& safeguards, std::uint64_t first,
                         std::uint64_t most, unsigned jobs, const std::string& family = {});

std::string to_json(const std::vector<Mutant>& mutants);
std::string to_text(const std::vector<Mutant>& mutants);

}  // namespace zha::sim
