#include "platform/wire/fields.hpp"

namespace zha::wire {

std::string_view to_string(ControllerStatus::State state) {
    switch (state) {
        case ControllerStatus::State::offline:
            return "offline";
        case ControllerStatus::State::standby:
            return "standby";
        case ControllerStatus::State::online:
            return "online";
    }
    return "?";
}

std::string encode(const ControllerStatus& status) {
    json value{{"state", to_string(status.state)}};
    if (status.incarnation > 0) value["incarnation"] = status.incarnation;
    return value.dump();
}

std::string encode_epoch(Epoch epoch) {
    return json{{"epoch", epoch}}.dump();
}

Result<Epoch> decode_epoch(const std::string& text) {
    auto object = parse_object(text, "epoch");
    if (!object) return object.error();
    Fields f(*object);
    const auto epoch = f.number<Epoch>("epoch", kIncarnationMax);
    if (!f.error().empty()) return {Errc::protocol, "epoch: " + f.error()};
    return epoch;
}

Result<ControllerStatus> decode_status(const std::string& text) {
    using State = ControllerStatus::State;
    auto object = parse_object(text, "status");
    if (!object) return object.error();
    Fields f(*object);
    ControllerStatus status;
    status.state = f.name_of(
        "state", +[](std::string_view name) -> std::optional<State> {
            for (const auto state : {State::offline, State::standby, State::online})
                if (to_string(state) == name) return state;
            return std::nullopt;
        });
    if (object->contains("incarnation"))
        status.incarnation = f.number<std::uint64_t>("incarnation", kIncarnationMax);
    if (!f.error().empty()) return {Errc::protocol, "status: " + f.error()};
    return status;
}

}  // namespace zha::wire
