#include "controller/replica.hpp"

#include <nlohmann/json.hpp>
#include <tuple>

#include "controller/journal_file.hpp"
#include "platform/wire/wire.hpp"

namespace zha {

namespace {

constexpr std::size_t kReplicaMost = 64U << 10;
constexpr std::size_t kKeptMost = 256;
constexpr std::size_t kTextMost = 1024;
/// As for the numbers that agents report: there is always a next one.
constexpr std::uint64_t kNumberMost = wire::kIncarnationMax;

bool is_node(const Config& config, const std::string& name) {
    return name.empty() || config.node(name) != nullptr;
}

std::string fault_of(const Journal& j, const Config& config) {
    if (j.incarnation > kNumberMost || j.epoch > kNumberMost || j.serial > kNumberMost ||
        j.unpowered_of.incarnation > kNumberMost || j.unpowered_of.serial > kNumberMost)
        return "a number is out of range";
    if (!is_node(config, j.holder) || !is_node(config, j.stopped))
        return "it names a node that is not configured";
    for (const auto* names : {&j.maintenance, &j.unpowered})
        for (const auto& name : *names)
            if (config.node(name) == nullptr) return "it names a node that is not configured";
    if (j.fingerprint.size() > kTextMost || j.holder_boot.size() > kTextMost ||
        j.last_text.size() > kTextMost)
        return "a text is too long";
    if (j.last_drill.text.size() > kTextMost || j.last_drill.result.size() > kTextMost)
        return "a text is too long";
    if (const auto& d = j.drill) {
        if (d->first.empty() || d->other.empty() || !is_node(config, d->first) ||
            !is_node(config, d->other))
            return "its drill names a node that is not configured";
        if (d->command.size() > kTextMost) return "a text is too long";
    }
    if (!j.move) return "";
    if (!is_node(config, j.move->from) || !is_node(config, j.move->to) || j.move->to.empty())
        return "its move names a node that is not configured";
    for (const auto* text : {&j.move->cause, &j.move->command, &j.move->snapshot})
        if (text->size() > kTextMost) return "a text is too long";
    return "";
}

}  // namespace

std::string encode_replica(const Journal& journal) {
    return encode_journal(journal);
}

Result<Journal> decode_replica(const std::string& text, const Config& config) {
    if (text.size() > kReplicaMost) return {Errc::protocol, "journal: too long"};
    auto journal = decode_journal(text);
    if (!journal) return within("journal", journal.error());
    if (const auto fault = fault_of(*journal, config); !fault.empty())
        return {Errc::protocol, "journal: " + fault};
    return journal;
}

bool later(const Journal& a, const Journal& b) {
    return std::tie(a.epoch, a.incarnation, a.serial) > std::tie(b.epoch, b.incarnation, b.serial);
}

JournalMark mark_of(const Journal& journal) {
    return {journal.incarnation, journal.serial};
}

std::string encode_kept(const JournalMark& kept) {
    return nlohmann::json{{"incarnation", kept.incarnation}, {"serial", kept.serial}}.dump();
}

Result<JournalMark> decode_kept(const std::string& text) {
    if (text.size() > kKeptMost) return {Errc::protocol, "journal-kept: too long"};
    const auto value = nlohmann::json::parse(text, nullptr, false);
    JournalMark kept;
    for (const auto& [name, field] :
         {std::pair{"incarnation", &kept.incarnation}, std::pair{"serial", &kept.serial}}) {
        if (!value.is_object() || !value.contains(name) || !value[name].is_number_unsigned())
            return {Errc::protocol, std::string("journal-kept: ") + name + " is no number"};
        *field = value[name].get<std::uint64_t>();
    }
    return kept;
}

}  // namespace zha
