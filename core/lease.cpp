#include "core/lease.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "core/limits.hpp"

namespace zha {

namespace {

constexpr double kMaxDrift = 0.1;
constexpr Millis kLongest{366LL * 24 * 3600 * 1000};
constexpr unsigned kMaxFall = 1000;
constexpr unsigned kMaxRestarts = 100;

std::string text(Millis d) {
    return std::to_string(d.count()) + "ms";
}

Status problem(std::string_view key, const std::string& what) {
    return {Errc::invalid, std::string(key) + ": " + what};
}

/// Durations that are zero, negative, or so long that sums of them would mean nothing.
Status check_ranges(const Timing& t) {
    const std::array<std::pair<std::string_view, Millis>, 10> durations{
        {{"heartbeat", t.heartbeat},
         {"lease", t.lease},
         {"fence", t.fence},
         {"hold_down", t.hold_down},
         {"stop_timeout", t.stop_timeout},
         {"promote_timeout", t.promote_timeout},
         {"start_timeout", t.start_timeout},
         {"rpo_max", t.rpo_max},
         {"restart_window", t.restart_window},
         {"ping", t.ping}}};
    for (const auto& [key, value] : durations)
        if (value <= Millis{0} || value > kLongest)
            return problem(key, text(value) + " is not between 1ms and " + text(kLongest));
    if (!(t.drift >= 0.0 && t.drift <= kMaxDrift))
        return problem("drift", "must be between 0 and " + std::to_string(kMaxDrift));
    if (t.fall < 1 || t.fall > kMaxFall)
        return problem("fall", "must be between 1 and " + std::to_string(kMaxFall));
    if (t.local_restarts > kMaxRestarts)
        return problem("local_restarts", "must be at most " + std::to_string(kMaxRestarts));
    return {};
}

}  // namespace

Millis required_hold_down(const Timing& t) {
    const double lease = double(t.lease.count()) / (1.0 - t.drift);
    const double wait = (1.0 + t.drift) * (lease + double(t.fence.count()));
    // The nudge keeps an exact whole number from being rounded up by the last bit of a double.
    // The controller reads whole milliseconds: n of them may be only a little more than n - 1.
    return Millis{static_cast<Millis::rep>(std::ceil(wait - 1e-6)) + 1};
}

Millis speaks_again_most(const Timing& t) {
    return 2 * t.fence + kWorkerStartMost + kReconnectMost;
}

Status check_timing(const Timing& t) {
    if (auto status = check_ranges(t); !status) return status;
    if (t.lease > kLeaseMost)
        return problem("lease", text(t.lease) + " is too long: at most " + text(kLeaseMost));
    // One lost report must not end a healthy lease.
    if (t.lease < 3 * t.heartbeat)
        return problem("lease", text(t.lease) + " is too short: at least 3 heartbeats, " +
                                    text(3 * t.heartbeat) + ", are required");
    if (const Millis required = required_hold_down(t); t.hold_down < required)
        return problem("hold_down", text(t.hold_down) + " is too short: with lease " +
                                        text(t.lease) + ", fence " + text(t.fence) + " and drift " +
                                        std::to_string(t.drift) + " at least " + text(required) +
                                        " are required");
    if (t.promote_timeout < t.start_timeout)
        return problem("promote_timeout", text(t.promote_timeout) +
                                              " is too short: it contains start_timeout, so at "
                                              "least " +
                                              text(t.start_timeout) + " are required");
    return {};
}

Millis worst_rto(const Timing& t) {
    const Millis host_lost = std::max(t.hold_down, t.heartbeat * t.fall);
    // A node that is still there tells its last state first, and hands its last snapshot over.
    const Millis service_lost =
        t.start_timeout * t.local_restarts + t.fence + kSettleMost + kStageMost;
    // One heartbeat until the other node asks and is told.
    return std::max(host_lost, service_lost) + t.heartbeat + t.promote_timeout;
}

}  // namespace zha
