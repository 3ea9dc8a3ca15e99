// What: five fields, minute hour day-of-month month weekday, and the next time that they name.
// Why: drills come at hours that people choose; they know this notation.
// Contract: pure, on the face of the local clock: daylight saving is the caller's (schedule/timer).
//      Fields take `*`, numbers, ranges, lists and steps; no names. As everywhere, when neither
//      of the two days begins with `*` either one does, else both have to fit. A schedule that
//      never comes is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "core/types.hpp"

namespace zha::schedule {

/// Minutes since 1970-01-01 00:00 as a clock on the wall shows them.
using FaceMinute = std::int64_t;

/// `offset`: of local time from UTC at that instant, in seconds.
FaceMinute face_minute(WallSeconds wall, std::int64_t offset);
/// 0 = Sunday.
unsigned weekday_of(FaceMinute at);

/// One bit for each value.
struct Cron {
    std::uint64_t minutes = 0;
    std::uint64_t hours = 0;
    std::uint64_t days = 0;
    std::uint64_t months = 0;
    std::uint64_t weekdays = 0;
    bool any_day = false;  ///< the field begins with `*`
    bool any_weekday = false;
    bool operator==(const Cron&) const = default;
};

/// The error is one line: which field, and what it takes.
Result<Cron> parse_cron(std::string_view text);

/// One field of weekdays, 0 to 7, both 0 and 7 are Sunday.
Result<std::uint64_t> parse_weekdays(std::string_view text);

/// The first time after `after`. Looks ten years ahead: 29 February may be eight years away.
std::optional<FaceMinute> next_after(const Cron& cron, FaceMinute after);

}  // namespace zha::schedule
