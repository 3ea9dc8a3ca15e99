#include "controller/journal_file.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace zha {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kName = "journal.json";

json encode_move(const Move& m) {
    return {{"kind", to_string(m.kind)},
            {"phase", to_string(m.phase)},
            {"from", m.from},
            {"to", m.to},
            {"cause", m.cause},
            {"command", m.command},
            {"snapshot", m.snapshot},
            {"started_at", m.started_at}};
}

/// A whole number that is not negative; the library would convert any other.
std::uint64_t number(const json& value, const char* name) {
    const auto& field = value.at(name);
    if (!field.is_number_unsigned()) throw std::domain_error(std::string(name) + " is no number");
    return field.get<std::uint64_t>();
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
    const auto& started = value.at("started_at");
    if (!started.is_number_integer()) throw std::domain_error("started_at is no number");
    m.started_at = started;
    return m;
}

}  // namespace

std::string encode_journal(const Journal& j) {
    json value{{"version", kVersion},    {"incarnation", j.incarnation},
               {"epoch", j.epoch},       {"holder", j.holder},
               {"released", j.released}, {"fingerprint", j.fingerprint}};
    value["move"] = j.move ? encode_move(*j.move) : json();
    return value.dump(2) + "\n";
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
        if (!value.at("move").is_null()) j.move = decode_move(value.at("move"));
        return j;
    } catch (const std::exception& e) {
        return {Errc::corrupt, e.what()};
    }
}

Result<Journal> load_journal(Store& store, const Path& directory) {
    const auto file = directory / kName;
    auto text = store.read(file);
    if (!text && text.error().code == Errc::not_found) return Journal{};
    if (!text) return text.error();
    auto journal = decode_journal(*text);
    if (!journal) return within(file.string(), journal.error());
    return journal;
}

Status save_journal(Store& store, const Path& directory, const Journal& journal) {
    return store.write(directory / kName, encode_journal(journal), 0600);
}

}  // namespace zha
