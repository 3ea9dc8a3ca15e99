// What: hours in which nothing that can wait is begun.
// Why: a drill costs seconds of the network; people know when they would miss them.
// Contract: pure, on the face of the local clock. Hours that span midnight belong to the weekday on
//      which they begin; the minute at which they end is outside.
#pragma once

#include <string_view>
#include <vector>

#include "core/schedule/cron.hpp"

namespace zha::schedule {

struct Blackout {
    unsigned from = 0;  ///< minute of the day
    unsigned to = 0;    ///< below `from`: of the next day
    std::uint64_t weekdays = 0x7f;
    bool operator==(const Blackout&) const = default;
};

/// "22:00-06:30"; 24:00 is an end. The weekdays are all of them until they are set.
Result<Blackout> parse_hours(std::string_view text);

bool covers(const std::vector<Blackout>& blackout, FaceMinute at);

}  // namespace zha::schedule
