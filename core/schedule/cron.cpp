#include "core/schedule/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace zha::schedule {

namespace {

constexpr std::size_t kTextMost = 128;
constexpr int kDaysAhead = 3660;
constexpr FaceMinute kMinutesADay = FaceMinute{24} * 60;

struct Field {
    const char* name;
    unsigned low;
    unsigned high;
};
constexpr std::array<Field, 5> kFields{{{"minute", 0, 59},
                                        {"hour", 0, 23},
                                        {"day of month", 1, 31},
                                        {"month", 1, 12},
                                        {"weekday", 0, 7}}};

Error wrong(const Field& field, std::string_view text) {
    return {Errc::invalid, std::string(field.name) + " \"" + std::string(text) +
                               "\": takes *, or " + std::to_string(field.low) + " to " +
                               std::to_string(field.high) + " with lists, ranges and steps"};
}

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "*", "7", "1-5", each also with "/2".
std::optional<std::uint64_t> part(const Field& field, std::string_view text) {
    unsigned step = 1;
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto given = number(text.substr(slash + 1));
        if (!given || *given == 0 || *given > field.high) return std::nullopt;
        step = *given;
        text = text.substr(0, slash);
    }
    std::optional<unsigned> low = field.low;
    std::optional<unsigned> high = field.high;
    if (text != "*") {
        const auto dash = text.find('-');
        low = number(text.substr(0, dash));
        if (dash != std::string_view::npos)
            high = number(text.substr(dash + 1));
        else if (slash == std::string_view::npos)
            high = low;
    }
    if (!low || !high || *low < field.low || *high > field.high || *low > *high)
        return std::nullopt;
    std::uint64_t bits = 0;
    for (unsigned value = *low; value <= *high; value += step) bits |= std::uint64_t{1} << value;
    return bits;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

Result<std::uint64_t> parse_field(const Field& field, std::string_view text) {
    std::uint64_t bits = 0;
    for (const auto piece : split(text, ',')) {
        const auto read = part(field, piece);
        if (!read) return wrong(field, text);
        bits |= *read;
    }
    return bits;
}

bool has(std::uint64_t bits, unsigned value) {
    return (bits >> value & 1U) != 0;
}

bool day_fits(const Cron& cron, std::chrono::sys_days day) {
    const std::chrono::year_month_day date{day};
    if (!has(cron.months, static_cast<unsigned>(date.month()))) return false;
    const bool by_day = has(cron.days, static_cast<unsigned>(date.day()));
    const bool by_weekday = has(cron.weekdays, std::chrono::weekday{day}.c_encoding());
    return cron.any_day || cron.any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

FaceMinute floor_div(FaceMinute a, FaceMinute b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

FaceMinute face_minute(WallSeconds wall, std::int64_t offset) {
    return floor_div(wall + offset, 60);
}

unsigned weekday_of(FaceMinute at) {
    const std::chrono::sys_days day{std::chrono::days{floor_div(at, kMinutesADay)}};
    return std::chrono::weekday{day}.c_encoding();
}

Result<std::uint64_t> parse_weekdays(std::string_view text) {
    if (text.size() > kTextMost) return wrong(kFields[4], "...");
    auto bits = parse_field(kFields[4], text);
    if (!bits) return bits;
    // 7 is Sunday as well.
    return (*bits | *bits >> 7U) & 0x7fU;
}

Result<Cron> parse_cron(std::string_view text) {
    if (text.size() > kTextMost) return {Errc::invalid, "is too long"};
    std::vector<std::string_view> words;
    for (const auto word : split(text, ' '))
        if (!word.empty()) words.push_back(word);
    if (words.size() != kFields.size())
        return {Errc::invalid, "has " + std::to_string(words.size()) +
                                   " fields, not five: minute, hour, day of month, month, weekday"};
    Cron cron;
    const std::array<std::uint64_t*, 4> out{&cron.minutes, &cron.hours, &cron.days, &cron.months};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto bits = parse_field(kFields[i], words[i]);
        if (!bits) return bits.error();
        *out[i] = *bits;
    }
    const auto weekdays = parse_weekdays(words[4]);
    if (!weekdays) return weekdays.error();
    cron.weekdays = *weekdays;
    cron.any_day = words[2].front() == '*';
    cron.any_weekday = words[4].front() == '*';
    // From a fixed day: what is found there is found from any other.
    if (!next_after(cron, 0)) return {Errc::invalid, "names a day that never comes"};
    return cron;
}

std::optional<FaceMinute> next_after(const Cron& cron, FaceMinute after) {
    const auto first = floor_div(after + 1, kMinutesADay);
    for (FaceMinute day = first; day <= first + kDaysAhead; ++day) {
        if (!day_fits(cron, std::chrono::sys_days{std::chrono::days{day}})) continue;
        const auto from = std::max<FaceMinute>(after + 1 - day * kMinutesADay, 0);
        for (auto minute = from; minute < kMinutesADay; ++minute)
            if (has(cron.hours, static_cast<unsigned>(minute / 60)) &&
                has(cron.minutes, static_cast<unsigned>(minute % 60)))
                return day * kMinutesADay + minute;
    }
    return std::nullopt;
}

}  // namespace zha::schedule
