// Cron fields, blackout hours, and the timer against a clock that jumps.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "core/schedule/blackout.hpp"
#include "core/schedule/timer.hpp"

namespace zha::schedule {
namespace {

/// "2026-11-21 04:00"
FaceMinute at(const char* text) {
    int y = 0;
    unsigned mo = 0;
    unsigned d = 0;
    unsigned h = 0;
    unsigned mi = 0;
    EXPECT_EQ(std::sscanf(text, "%d-%u-%u %u:%u", &y, &mo, &d, &h, &mi), 5) << text;
    using namespace std::chrono;
    const sys_days day{year{y} / month{mo} / std::chrono::day{d}};
    return day.time_since_epoch().count() * FaceMinute{1440} + h * 60 + mi;
}

std::string next(const char* cron, const char* after) {
    const auto parsed = parse_cron(cron);
    if (!parsed) return parsed.error().message;
    const auto found = next_after(*parsed, at(after));
    if (!found) return "never";
    using namespace std::chrono;
    const year_month_day date{sys_days{days{*found / 1440}}};
    char out[40];
    std::snprintf(out, sizeof out, "%04d-%02u-%02u %02d:%02d", int(date.year()),
                  unsigned(date.month()), unsigned(date.day()), int(*found % 1440 / 60),
                  int(*found % 60));
    return out;
}

TEST(Cron, EveryFieldNarrowsTheNextTime) {
    EXPECT_EQ(next("* * * * *", "2026-11-21 14:05"), "2026-11-21 14:06");
    EXPECT_EQ(next("0 4 * * 0", "2026-11-21 14:05"), "2026-11-22 04:00");  // a Saturday
    EXPECT_EQ(next("0 4 * * 7", "2026-11-22 04:00"), "2026-11-29 04:00");
    EXPECT_EQ(next("*/15 9-17 * * 1-5", "2026-11-20 17:45"), "2026-11-23 09:00");
    EXPECT_EQ(next("30 4 1,15 * *", "2026-11-15 04:30"), "2026-12-01 04:30");
    EXPECT_EQ(next("5/20 0 1 1 *", "2026-11-15 04:30"), "2027-01-01 00:05");
}

TEST(Cron, MonthsEndWhereTheyEnd) {
    EXPECT_EQ(next("0 4 31 * *", "2026-11-01 00:00"), "2026-12-31 04:00");
    EXPECT_EQ(next("59 23 30 4 *", "2026-05-01 00:00"), "2027-04-30 23:59");
    EXPECT_EQ(next("0 0 1 * *", "2026-12-31 23:59"), "2027-01-01 00:00");
}

TEST(Cron, TheTwentyNinthOfFebruaryComesInLeapYears) {
    EXPECT_EQ(next("0 4 29 2 *", "2026-01-01 00:00"), "2028-02-29 04:00");
    EXPECT_EQ(next("0 4 29 2 *", "2096-03-01 00:00"), "2104-02-29 04:00");
}

TEST(Cron, WithBothDaysRestrictedEitherOneDoes) {
    EXPECT_EQ(next("0 4 13 * 5", "2026-11-11 12:00"), "2026-11-13 04:00");
    EXPECT_EQ(next("0 4 14 * 5", "2026-11-13 12:00"), "2026-11-14 04:00");
    EXPECT_EQ(next("0 4 */2 * 0", "2026-11-16 00:00"), "2026-11-29 04:00") << "odd and a Sunday";
}

TEST(Cron, BadInputIsNamed) {
    for (const auto* bad :
         {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
          "* * * * 8", "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "a * * * *", "-1 * * * *",
          "1-2-3 * * * *", "0 4 * * sun", "99999999999999999999 * * * *"})
        EXPECT_FALSE(parse_cron(bad)) << bad;
    EXPECT_EQ(parse_cron("0 25 * * *").error().message,
              "hour \"25\": takes *, or 0 to 23 with lists, ranges and steps");
    EXPECT_EQ(parse_cron("0 4 31 2 *").error().message, "names a day that never comes");
    EXPECT_FALSE(parse_cron(std::string(200, '*')));
}

TEST(Blackout, CoversItsHoursAndNotTheirEnd) {
    const std::vector<Blackout> noon{*parse_hours("11:30-13:00")};
    EXPECT_FALSE(covers(noon, at("2026-11-21 11:29")));
    EXPECT_TRUE(covers(noon, at("2026-11-21 11:30")));
    EXPECT_TRUE(covers(noon, at("2026-11-21 12:59")));
    EXPECT_FALSE(covers(noon, at("2026-11-21 13:00")));
    EXPECT_TRUE(covers({*parse_hours("20:00-24:00")}, at("2026-11-21 23:59")));
}

TEST(Blackout, ANightBelongsToTheDayOnWhichItBegins) {
    auto night = *parse_hours("22:00-06:00");
    night.weekdays = *parse_weekdays("6");  // Saturday
    EXPECT_FALSE(covers({night}, at("2026-11-21 05:00"))) << "Friday's night";
    EXPECT_TRUE(covers({night}, at("2026-11-21 22:00")));
    EXPECT_TRUE(covers({night}, at("2026-11-22 05:59")));
    EXPECT_FALSE(covers({night}, at("2026-11-22 22:00")));
}

TEST(Blackout, BadHoursAreRefused) {
    for (const auto* bad : {"", "22:00", "22:00-6:00", "24:00-06:00", "22:60-06:00", "25:00-26:00",
                            "22:00-22:00", "22-00-06:00", "aa:bb-cc:dd", "22:00-06:00 "})
        EXPECT_FALSE(parse_hours(bad)) << bad;
}

TEST(Timer, ComesOnceAndNeverForThePast) {
    const auto four = *parse_cron("0 4 * * *");
    Timer timer;
    EXPECT_FALSE(timer.due(four, at("2026-11-21 04:00"))) << "it passed before we began";
    EXPECT_FALSE(timer.due(four, at("2026-11-22 03:59")));
    EXPECT_TRUE(timer.due(four, at("2026-11-22 04:00")));
    EXPECT_FALSE(timer.due(four, at("2026-11-22 04:00")));
    EXPECT_FALSE(timer.due(four, at("2026-11-23 12:00"))) << "asleep for hours: not made up for";
}

TEST(Timer, AnHourThatIsLeftOutInSpringIsNotLost) {
    const auto half_past_two = *parse_cron("30 2 * * *");
    Timer timer;
    EXPECT_FALSE(timer.due(half_past_two, at("2026-03-29 01:59")));
    EXPECT_TRUE(timer.due(half_past_two, at("2026-03-29 03:00")));
    EXPECT_FALSE(timer.due(half_past_two, at("2026-03-29 03:01")));
}

TEST(Timer, AnHourThatComesTwiceInAutumnCountsOnce) {
    const auto half_past_two = *parse_cron("30 2 * * *");
    Timer timer;
    EXPECT_FALSE(timer.due(half_past_two, at("2026-10-25 02:29")));
    EXPECT_TRUE(timer.due(half_past_two, at("2026-10-25 02:30")));
    EXPECT_FALSE(timer.due(half_past_two, at("2026-10-25 02:59")));
    for (const auto* again : {"2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 02:59"})
        EXPECT_FALSE(timer.due(half_past_two, at(again))) << again;
    EXPECT_FALSE(timer.due(half_past_two, at("2026-10-25 03:00")));
    EXPECT_FALSE(timer.due(half_past_two, at("2026-10-26 02:29")));
    EXPECT_TRUE(timer.due(half_past_two, at("2026-10-26 02:30")));
}

TEST(Timer, AClockThatWasFarAheadBeginsAnew) {
    const auto four = *parse_cron("0 4 * * *");
    Timer timer;
    EXPECT_FALSE(timer.due(four, at("2030-01-01 00:00")));
    EXPECT_FALSE(timer.due(four, at("2026-11-22 03:59")));
    EXPECT_TRUE(timer.due(four, at("2026-11-22 04:00")));
}

TEST(FaceMinute, IsThatOfTheLocalClockBefore1970Too) {
    EXPECT_EQ(face_minute(1'763'000'000, 3600), (1'763'000'000 + 3600) / 60);
    EXPECT_EQ(face_minute(-1, 0), -1);
    EXPECT_EQ(weekday_of(at("2026-11-22 00:00")), 0U);
    EXPECT_EQ(weekday_of(-1), 3U) << "a Wednesday";
}

}  // namespace
}  // namespace zha::schedule
