#include "controller/commands.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/wire/wire.hpp"

namespace zha {

namespace {

using nlohmann::json;
using Verb = OperatorCommand::Verb;

constexpr std::size_t kRequestMax = 4096;
constexpr unsigned kLimitMax = 200;
constexpr std::uint64_t kPauseMost = 30ULL * 24 * 3600;

bool plain(const std::string& text, std::size_t least, std::size_t most) {
    return text.size() >= least && text.size() <= most &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

std::optional<Verb> parse_verb(const std::string& text) {
    if (text == "switchover") return Verb::switchover;
    if (text == "failover") return Verb::failover;
    if (text == "form") return Verb::form;
    if (text == "clear-fault") return Verb::clear_fault;
    if (text == "pause") return Verb::pause;
    if (text == "resume") return Verb::resume;
    if (text == "maintenance") return Verb::maintenance;
    if (text == "drill") return Verb::drill;
    return std::nullopt;
}

/// An option that this verb does not know is a misunderstanding, not to be passed over.
Status options(const json& object, OperatorCommand& command) {
    const struct {
        const char* name;
        Verb verb;
        bool& value;
    } flags[] = {
        {"allow_stale_snapshot", Verb::failover, command.allow_stale},
        {"allow_version", command.verb == Verb::failover ? Verb::failover : Verb::switchover,
         command.allow_version},
        {"allow_failover", Verb::maintenance, command.allow_failover},
        {"stop", Verb::maintenance, command.stop},
        {"off", Verb::maintenance, command.end},
        {"dry_run", Verb::drill, command.dry_run}};
    for (const auto& [name, verb, value] : flags) {
        const auto it = object.find(name);
        if (it == object.end()) continue;
        if (!it->is_boolean() || verb != command.verb)
            return {Errc::invalid, std::string("command: \"") + name + "\" is not for this"};
        value = it->get<bool>();
    }
    if (command.allow_failover + command.stop + command.end > 1)
        return {Errc::invalid, "command: only one of allow_failover, stop and off"};
    const auto it = object.find("seconds");
    if (it == object.end()) return {};
    if (command.verb != Verb::pause || !it->is_number_unsigned() ||
        it->get<std::uint64_t>() > kPauseMost || it->get<std::uint64_t>() == 0)
        return {Errc::invalid, "command: \"seconds\" of a pause are 1 to 2592000"};
    command.length = std::chrono::seconds(it->get<std::int64_t>());
    return {};
}

}  // namespace

Result<Request> decode_request(const std::string& text, std::string& id) {
    if (text.size() > kRequestMax) return {Errc::invalid, "command: too long"};
    const auto object = json::parse(text, nullptr, false);
    if (!object.is_object()) return {Errc::invalid, "command: not a JSON object"};
    const auto wanted = wire::text_of(object, "id");
    if (!plain(wanted, 8, 64)) return {Errc::invalid, "command: id must be 8-64 of a-z 0-9 - _"};
    id = wanted;
    Request request;
    request.id = id;
    const auto verb = wire::text_of(object, "verb");
    if (verb == "history") {
        const auto limit = object.find("limit");
        if (limit != object.end() && limit->is_number_unsigned())
            request.limit = static_cast<unsigned>(
                std::clamp<std::uint64_t>(limit->get<std::uint64_t>(), 1, kLimitMax));
        return request;
    }
    if (verb == "explain") {
        request.explain = true;
        return request;
    }
    const auto known = parse_verb(verb);
    if (!known) return {Errc::invalid, "command: unknown verb"};
    const auto to = wire::text_of(object, "to");
    const bool may_lack = *known == Verb::failover || *known == Verb::pause ||
                          *known == Verb::resume || *known == Verb::drill;
    const bool optional = may_lack && !object.contains("to");
    if (!optional && !plain(to, 1, 32)) return {Errc::invalid, "command: no node named in \"to\""};
    OperatorCommand command{*known, id, to};
    if (auto read = options(object, command); !read) return read.error();
    request.command = command;
    return request;
}

std::string encode_reply(const Reply& reply) {
    json value{{"id", reply.id},
               {"ok", reply.code == "ok"},
               {"done", reply.done},
               {"code", reply.code},
               {"text", reply.text}};
    if (!reply.data_json.empty()) value["data"] = json::parse(reply.data_json, nullptr, false);
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string_view to_string(Answer::Code code) {
    switch (code) {
        case Answer::Code::ok:
            return "ok";
        case Answer::Code::failed:
            return "failed";
        case Answer::Code::refused:
            return "refused";
        case Answer::Code::busy:
            return "busy";
    }
    return "?";
}

}  // namespace zha
