#include "core/schedule/blackout.hpp"

#include <algorithm>

namespace zha::schedule {

namespace {

constexpr unsigned kDay = 24 * 60;

/// "HH:MM"
std::optional<unsigned> minute_of(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    unsigned digits[4]{};
    for (unsigned i = 0; i < 4; ++i) {
        const char c = text[i < 2 ? i : i + 1];
        if (c < '0' || c > '9') return std::nullopt;
        digits[i] = static_cast<unsigned>(c - '0');
    }
    const unsigned hour = digits[0] * 10 + digits[1];
    const unsigned minute = digits[2] * 10 + digits[3];
    if (minute > 59 || hour * 60 + minute > kDay) return std::nullopt;
    return hour * 60 + minute;
}

bool covers(const Blackout& b, FaceMinute at) {
    const auto day = weekday_of(at);
    const auto minute = static_cast<unsigned>((at % kDay + kDay) % kDay);
    const auto on = [&](unsigned weekday) { return (b.weekdays >> (weekday % 7) & 1U) != 0; };
    if (b.from < b.to) return on(day) && minute >= b.from && minute < b.to;
    return (on(day) && minute >= b.from) || (on(day + 6) && minute < b.to);
}

}  // namespace

Result<Blackout> parse_hours(std::string_view text) {
    const Error wrong{Errc::invalid, "takes HH:MM-HH:MM, which may span midnight"};
    if (text.size() != 11 || text[5] != '-') return wrong;
    const auto from = minute_of(text.substr(0, 5));
    const auto to = minute_of(text.substr(6));
    if (!from || !to || *from == *to || *from == kDay) return wrong;
    return Blackout{*from, *to};
}

bool covers(const std::vector<Blackout>& blackout, FaceMinute at) {
    return std::any_of(blackout.begin(), blackout.end(),
                       [&](const Blackout& b) { return covers(b, at); });
}

}  // namespace zha::schedule
