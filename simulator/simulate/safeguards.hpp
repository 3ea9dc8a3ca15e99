// What: takes one safeguard away for the schedules of this thread.
// Why: see core/safeguards.hpp.
// Contract: per thread; the one that is away is back when the object ends.
#pragma once

#include <optional>
#include <string_view>

#include "core/safeguards.hpp"

namespace zha::sim {

class Without {
  public:
    explicit Without(Safeguard safeguard);
    ~Without();
    Without(const Without&) = delete;
    Without& operator=(const Without&) = delete;
};

std::string_view to_string(Safeguard safeguard);
std::optional<Safeguard> parse_safeguard(std::string_view name);

}  // namespace zha::sim
