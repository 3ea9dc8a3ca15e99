#include "platform/config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace zha::config {

namespace {

constexpr std::int64_t kLongestMillis = 366LL * 24 * 3600 * 1000;
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxPath = 1024;
constexpr std::size_t kMaxTopic = 128;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter_or_digit(char c) {
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

template <class Predicate>
bool consists_of(std::string_view text, std::size_t longest, Predicate allowed) {
    return !text.empty() && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), allowed);
}

template <class T>
std::optional<T> parse_all(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
        }
    }
    return row.back();
}

}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    const auto digits = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
    const auto count = parse_all<std::int64_t>(text.substr(0, std::size_t(digits)));
    if (!count) return std::nullopt;
    for (const auto& [unit, factor] : kUnits)
        if (text.substr(std::size_t(digits)) == unit && *count <= kLongestMillis / factor)
            return Millis{*count * factor};
    return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    return parse_all<std::int64_t>(text);
}

std::optional<double> parse_decimal(std::string_view text) {
    const auto value = parse_all<double>(text);
    if (!value || !(*value > -1e15 && *value < 1e15)) return std::nullopt;
    return value;
}

bool is_name(std::string_view text) {
    return consists_of(text, 32, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_unit(std::string_view text) {
    const auto allowed = [](char c) {
        return is_letter_or_digit(c) || c == '_' || c == '.' || c == '@' || c == '-';
    };
    return consists_of(text, 64, allowed) && text[0] != '-' && text[0] != '.';
}

bool is_host(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    const auto allowed = [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == ':' || c == '_' || c == '%';
    };
    return consists_of(text, kMaxHost, allowed) && text[0] != '-';
}

bool is_host_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    const auto host = text.substr(0, colon);
    const auto port = parse_integer(text.substr(colon + 1));
    // A bare IPv6 address would make its last group look like a port.
    const bool bare_v6 = host.find(':') != std::string_view::npos && host.front() != '[';
    return is_host(host) && !bare_v6 && port && *port >= 1 &&
           *port <= std::numeric_limits<std::uint16_t>::max();
}

bool is_topic(std::string_view text) {
    return !text.empty() && text.size() <= kMaxTopic && !has_control_characters(text) &&
           text.find_first_of("+#$") == std::string_view::npos && text.front() != '/' &&
           text.back() != '/' && text.find("//") == std::string_view::npos;
}

bool is_absolute_path(std::string_view text) {
    if (text.empty() || text.size() > kMaxPath || text[0] != '/') return false;
    const std::string padded = std::string(text) + "/";
    return !has_control_characters(text) && padded.find("/../") == std::string::npos;
}

bool is_dongle_port(std::string_view text) {
    constexpr std::string_view kTcp = "tcp://";
    if (text.substr(0, kTcp.size()) == kTcp) return is_host_port(text.substr(kTcp.size()));
    return is_absolute_path(text);
}

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
    const auto closer = [&](const std::string& a, const std::string& b) {
        return distance(text, a) < distance(text, b);
    };
    const auto found = std::min_element(known.begin(), known.end(), closer);
    return found == known.end() ? std::string() : *found;
}

}  // namespace zha::config
