#include "core/schedule/timer.hpp"

#include <algorithm>
#include <utility>

namespace zha::schedule {

namespace {

constexpr FaceMinute kJump = 65;     ///< daylight saving, and the minutes around it
constexpr FaceMinute kSetBack = 90;  ///< more than that is a clock that was wrong

}  // namespace

bool Timer::due(const Cron& cron, FaceMinute now) {
    if (!seen_ || now < *seen_ - kSetBack) {
        seen_ = now;
        return false;
    }
    // Set back by an hour: what it shows once more was looked at.
    if (now <= *seen_) return false;
    const auto from = std::max(std::exchange(seen_, now).value(), now - kJump);
    const auto next = next_after(cron, from);
    return next && *next <= now;
}

}  // namespace zha::schedule
