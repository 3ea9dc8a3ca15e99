// What: the operator's commands as they come over MQTT.
// Why: everybody who may publish on the command topic is outside: each field is checked.
// Contract: Errc::invalid with one clear line; `id` is set even then, when it is usable, so that
//      the sender gets an answer.
#pragma once

#include <optional>
#include <string>

#include "core/decide.hpp"
#include "core/result.hpp"

namespace zha {

struct Request {
    std::string id;
    std::optional<OperatorCommand> command;  ///< empty: it asks for history or for reasons
    bool explain = false;
    unsigned limit = 20;  ///< of history
};

/// `id` receives the request's id as soon as it is known.
Result<Request> decode_request(const std::string& json, std::string& id);

struct Reply {
    std::string id;
    bool done = true;
    std::string code;  ///< ok | failed | refused | busy | invalid
    std::string text;
    std::string data_json;  ///< empty or a JSON value
};
std::string encode_reply(const Reply& reply);
std::string_view to_string(Answer::Code);

}  // namespace zha
