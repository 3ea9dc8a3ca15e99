#include "controller/journal_file.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace zha {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;

json encode_move(const Move& m) {
    return {{"kind", to_string(m.kind)},
            {"phase", to_string(m.phase)},
            {"from", m.from},
            {"to", m.to},
            {"cause", m.cause},
            {"command", m.command},
            {"snapshot", m.snapshot},
            {"retire", m.retire},
            {"drill", m.drill},
            {"started_at", m.started_at}};
}

json encode_drill(const Drill& d) {
    return {{"phase", to_string(d.phase)},
            {"first", d.first},
            {"other", d.other},
            {"command", d.command},
            {"started_at", d.started_at},
            {"gap_there_ms", d.gap_there.count()}};
}

json encode_report(const DrillReport& r) {
    return {{"started_at", r.started_at},
            {"result", r.result},
            {"gap_there_ms", r.gap_there.count()},
            {"gap_back_ms", r.gap_back.count()},
            {"text", r.text}};
}

/// A whole number that is not negative; the library would convert any other.
std::uint64_t number(const json& value, const char* name) {
    const auto& field = value.at(name);
    if (!field.is_number_unsigned()) throw std::domain_error(std::string(name) + " is no number");
    return field.get<std::uint64_t>();
}

WallSeconds seconds(const json& field, const char* name) {
    if (!field.is_number_integer()) throw std::domain_error(std::string(name) + " is no number");
    return field.get<WallSeconds>();
}

constexpr std::size_t kListMost = 64;
constexpr std::int64_t kGapMost = 366LL * 24 * 3600 * 1000;

Millis gap(const json& value, const char* name) {
    const auto count = seconds(value.at(name), name);
    if (count < 0 || count > kGapMost) throw std::domain_error(std::string(name) + " is no gap");
    return Millis{count};
}

void decode_drills(const json& value, Journal& j) {
    if (const auto it = value.find("drill"); it != value.end() && !it->is_null()) {
        auto& d = j.drill.emplace();
        d.phase = parse_drill_phase(it->at("phase").get<std::string>()).value();
        d.first = it->at("first");
        d.other = it->at("other");
        d.command = it->at("command");
        d.started_at = seconds(it->at("started_at"), "started_at");
        d.gap_there = gap(*it, "gap_there_ms");
    }
    if (const auto it = value.find("last_drill"); it != value.end()) {
        auto& r = j.last_drill;
        r.started_at = seconds(it->at("started_at"), "started_at");
        r.result = it->at("result");
        r.gap_there = gap(*it, "gap_there_ms");
        r.gap_back = gap(*it, "gap_back_ms");
        r.text = it->at("text");
    }
}

/// Keys that files of former versions do not have; what is there is checked like the rest.
void decode_policies(const json& value, Journal& j) {
    if (value.contains("serial")) j.serial = number(value, "serial");
    if (const auto it = value.find("pause"); it != value.end() && !it->is_null())
        j.pause = Pause{seconds(it->at("since"), "since"), seconds(it->at("until"), "until")};
    if (const auto it = value.find("maintenance"); it != value.end()) {
        if (!it->is_array() || it->size() > kListMost)
            throw std::domain_error("maintenance is no list");
        for (const auto& node : *it) j.maintenance.insert(node.get<std::string>());
    }
    if (const auto it = value.find("unpowered"); it != value.end()) {
        if (!it->is_array() || it->size() > kListMost)
            throw std::domain_error("unpowered is no list");
        for (const auto& node : *it) j.unpowered.insert(node.get<std::string>());
    }
    if (const auto it = value.find("unpowered_of"); it != value.end())
        j.unpowered_of = {number(*it, "incarnation"), number(*it, "serial")};
    if (const auto it = value.find("stopped"); it != value.end()) j.stopped = *it;
    if (const auto it = value.find("moves"); it != value.end()) {
        if (!it->is_array() || it->size() > kListMost) throw std::domain_error("moves is no list");
        for (const auto& at : *it) j.moves.push_back(seconds(at, "moves"));
    }
    if (const auto it = value.find("last_at"); it != value.end())
        j.last_at = seconds(*it, "last_at");
    if (const auto it = value.find("last_text"); it != value.end()) j.last_text = *it;
}

Move decode_move(const json& value) {
    Move m;
    m.kind = parse_move_kind(value.at("kind").get<std::string>()).value();
    m.phase = parse_move_phase(value.at("phase").get<std::string>()).value();
    m.from = value.at("from");
    m.to = value.at("to");
    m.cause = value.at("cause");
    m.command = value.at("command");
    m.snapshot = value.at("snapshot");
    if (const auto it = value.find("retire"); it != value.end()) m.retire = it->get<bool>();
    if (const auto it = value.find("drill"); it != value.end()) m.drill = it->get<bool>();
    m.started_at = seconds(value.at("started_at"), "started_at");
    return m;
}

}  // namespace

std::string encode_journal(const Journal& j) {
    json value{{"version", kVersion},         {"incarnation", j.incarnation},
               {"serial", j.serial},          {"epoch", j.epoch},
               {"holder", j.holder},          {"released", j.released},
               {"fingerprint", j.fingerprint}};
    value["holder_boot"] = j.holder_boot;
    value["move"] = j.move ? encode_move(*j.move) : json();
    value["drill"] = j.drill ? encode_drill(*j.drill) : json();
    value["last_drill"] = encode_report(j.last_drill);
    value["pause"] = j.pause ? json{{"since", j.pause->since}, {"until", j.pause->until}} : json();
    value["maintenance"] = j.maintenance;
    value["unpowered"] = j.unpowered;
    value["unpowered_of"] = {{"incarnation", j.unpowered_of.incarnation},
                             {"serial", j.unpowered_of.serial}};
    value["stopped"] = j.stopped;
    value["moves"] = j.moves;
    value["last_at"] = j.last_at;
    value["last_text"] = j.last_text;
    return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Journal> decode_journal(const std::string& text) {
    // nlohmann/json tells by exceptions what is missing or of another type; they end here.
    try {
        const auto value = json::parse(text);
        if (value.at("version") != kVersion) return {Errc::corrupt, "another version of the file"};
        Journal j;
        j.incarnation = number(value, "incarnation");
        j.epoch = number(value, "epoch");
        j.holder = value.at("holder");
        j.released = value.at("released");
        j.fingerprint = value.at("fingerprint");
        // Controllers of former versions did not write it.
        j.holder_boot = value.value("holder_boot", "");
        if (!value.at("move").is_null()) j.move = decode_move(value.at("move"));
        decode_policies(value, j);
        decode_drills(value, j);
        return j;
    } catch (const std::exception& e) {
        return {Errc::corrupt, e.what()};
    }
}

}  // namespace zha
