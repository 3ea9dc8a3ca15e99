// check-config: says that the file is right, and how long an outage may last with its timings.
#include <fmt/format.h>

#include <algorithm>

#include "cli/verbs.hpp"
#include "core/lease.hpp"
#include "core/rto.hpp"

namespace zha::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 4;

double seconds(Millis time) {
    return static_cast<double>(time.count()) / 1000;
}

/// Words of `text`, in lines of `kWidth` columns.
std::string wrapped(const std::string& text) {
    std::string out;
    std::string line(kIndent, ' ');
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find(' ', at), text.size());
        const auto word = text.substr(at, end - at);
        at = end + 1;
        if (line.size() > kIndent && line.size() + 1 + word.size() > kWidth) {
            out += line + "\n";
            line.assign(kIndent, ' ');
        }
        if (line.size() > kIndent) line += ' ';
        line += word;
    }
    return out + line + "\n";
}

/// "hold_down 22 s + granted 1 s + promotion 120 s"
std::string sum(const RtoClass& c) {
    std::string out;
    for (const auto& part : c.parts)
        out += fmt::format("{}{} {:g} s", out.empty() ? "" : " + ", part.what, seconds(part.time));
    return out;
}

nlohmann::ordered_json json_of(const RtoClass& c) {
    nlohmann::ordered_json parts = nlohmann::ordered_json::array();
    for (const auto& part : c.parts)
        parts.push_back({{"what", part.what}, {"ms", part.time.count()}});
    nlohmann::ordered_json out{{"class", c.key}, {"failure", c.failure}};
    if (const auto worst = c.worst())
        out["worst_ms"] = worst->count();
    else
        out["worst_ms"] = nullptr;
    out["parts"] = parts;
    out["note"] = c.note;
    return out;
}

}  // namespace

std::string rto_table(const Config& config) {
    std::string out =
        fmt::format("{:<60}{:>20}\n", "without its coordinator after", "at the longest");
    for (const auto& c : rto_classes(config)) {
        const auto worst = c.worst();
        out += fmt::format("{:<60}{:>20}\n", c.failure,
                           worst ? fmt::format("{:.1f} s", seconds(*worst)) : "no bound");
        if (!c.parts.empty()) out += wrapped(sum(c));
        out += wrapped(c.note);
    }
    return out;
}

int check_config(const Options& options, const std::string& file) {
    const auto& timing = options.config.timing;
    const auto needed = required_hold_down(timing);
    if (options.json) {
        nlohmann::ordered_json out;
        out["ok"] = true;
        out["nodes"] = options.config.nodes.size();
        out["hold_down_ms"] = timing.hold_down.count();
        out["hold_down_required_ms"] = needed.count();
        out["worst"] = nlohmann::ordered_json::array();
        for (const auto& c : rto_classes(options.config)) out["worst"].push_back(json_of(c));
        fmt::print("{}\n", out.dump(2));
        return kOk;
    }
    fmt::print("{}: ok, {} nodes\n", file, options.config.nodes.size());
    fmt::print("hold-down {:.1f} s, at least {:.1f} s needed\n\n", seconds(timing.hold_down),
               seconds(needed));
    fmt::print("{}", rto_table(options.config));
    return kOk;
}

}  // namespace zha::cli
