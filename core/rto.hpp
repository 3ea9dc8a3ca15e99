// What: how long the network may be without its coordinator, for each kind of failure.
// Why: check-config says it before anything runs; every number is one that the programs wait by.
// Contract: pure. A bound is the sum of its parts, each at its limit, and holds when every fence
//      succeeds within F and the first promotion does. Real gaps are far shorter.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace zha {

struct RtoPart {
    std::string what;
    Millis time{0};
};

struct RtoClass {
    std::string key;  ///< for programs
    std::string failure;
    bool bounded = true;  ///< false: it lasts until something outside of this system happens
    std::vector<RtoPart> parts;
    std::string note;  ///< one sentence: who acts, and what is not counted

    /// Nothing: there is no bound.
    std::optional<Millis> worst() const;
};

std::vector<RtoClass> rto_classes(const Config& config);

/// Until the broker sends the will of a client whose host is gone: one and a half keepalives, and
/// it does not look all the time.
Millis will_most(const Timing& timing);

/// How long a spare controller waits for the one that acts: what is configured, or half a lease, or
/// less where on_controller_loss: fence leaves less, but at least a second.
Millis takeover_after(const Config& config);

/// on_controller_loss: fence with a spare controller that acts too late to renew the lease.
Status check_takeover(const Config& config);

}  // namespace zha
