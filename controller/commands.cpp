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
    return std::nullopt;
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
            request.limit = std::clamp(limit->get<unsigned>(), 1U, kLimitMax);
        return request;
    }
    const auto known = parse_verb(verb);
    if (!known) return {Errc::invalid, "command: unknown verb"};
    const auto to = wire::text_of(object, "to");
    const bool optional = *known == Verb::failover && !object.contains("to");
    if (!optional && !plain(to, 1, 32)) return {Errc::invalid, "command: no node named in \"to\""};
    request.command = OperatorCommand{*known, id, to};
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
