#include "znp/qualify/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace zha::znp::qualify {
namespace {

using Json = nlohmann::ordered_json;

const char* name(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed:
            return "passed";
        case Outcome::violated:
            return "VIOLATED";
        case Outcome::not_run:
            break;
    }
    return "not run";
}

const char* key(Outcome outcome) {
    return outcome == Outcome::passed     ? "passed"
           : outcome == Outcome::violated ? "violated"
                                          : "not_run";
}

const char* name(Needs needs) {
    switch (needs) {
        case Needs::reading:
            return "reading";
        case Needs::reset:
            return "reset";
        case Needs::writing:
            return "writing";
        case Needs::radio:
            return "radio";
        case Needs::restore:
            return "restore";
        case Needs::person:
            break;
    }
    return "person";
}

/// The vendor's half only.
std::string vendor(std::uint64_t ieee) {
    return fmt::format("{:06x}", ieee >> 40);
}

std::string version(const mt::Version& version) {
    return fmt::format("{}.{}.{}", version.major, version.minor, version.maintenance);
}

}  // namespace

void Report::add(const Check& check, Verdict verdict) {
    const auto weight = [](Outcome outcome) {
        return outcome == Outcome::violated ? 2 : outcome == Outcome::passed ? 1 : 0;
    };
    const auto [row, fresh] = rows.try_emplace(check.id, Row{check.what, verdict, !check.run});
    if (!fresh && weight(verdict.outcome) > weight(row->second.verdict.outcome))
        row->second.verdict = std::move(verdict);
}

std::size_t Report::count(Outcome outcome) const {
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [=](const auto& row) {
        return row.second.verdict.outcome == outcome;
    }));
}

std::string to_text(const Report& report) {
    const auto& device = report.device;
    auto text = fmt::format(
        "zha-nvram qualify\nfirmware  product {}, {}, revision {}\naddress   of vendor {}\n"
        "found     device state {}{}\nmode      {}\n",
        device.version.product, version(device.version), device.version.revision,
        vendor(device.ieee), device.info.state, report.on_the_air ? " (on the air)" : "",
        report.mode);
    for (const auto& note : report.notes) text += "note      " + note + "\n";
    text += "\n";
    std::string by_hand;
    for (const auto& [id, row] : report.rows) {
        if (row.by_hand)
            by_hand += " " + id;
        else
            text += fmt::format("{}  {:<8}  {}\n               {}\n", id, name(row.verdict.outcome),
                                row.what, row.verdict.evidence);
    }
    text += "\nby hand only:" + by_hand + "\n";
    text += fmt::format("{} passed, {} violated, {} not run\n", report.count(Outcome::passed),
                        report.count(Outcome::violated), report.count(Outcome::not_run));
    return text;
}

std::string to_json(const Report& report) {
    const auto& device = report.device;
    Json json{{"product", device.version.product},
              {"version", version(device.version)},
              {"revision", device.version.revision},
              {"vendor", vendor(device.ieee)},
              {"state", device.info.state},
              {"mode", report.mode},
              {"written", report.writing},
              {"restored", report.restored},
              {"notes", report.notes}};
    auto& checks = json["checks"] = Json::object();
    for (const auto& [id, row] : report.rows)
        checks[id] = {{"what", row.what},
                      {"result", key(row.verdict.outcome)},
                      {"evidence", row.verdict.evidence}};
    return json.dump(2) + "\n";
}

std::string list_json() {
    Json json = Json::array();
    for (const auto& check : checks())
        json.push_back({{"id", check.id},
                        {"what", check.what},
                        {"needs", name(check.needs)},
                        {"why_not", check.why_not}});
    return json.dump(2) + "\n";
}

std::string list_text() {
    std::string text;
    for (const auto& check : checks())
        text += fmt::format("{}  {:<8}  {}{}{}\n", check.id, name(check.needs), check.what,
                            check.run ? "" : ": ", check.run ? "" : check.why_not);
    return text;
}

}  // namespace zha::znp::qualify
