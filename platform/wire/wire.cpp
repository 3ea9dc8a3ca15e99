#include "platform/wire/wire.hpp"

#include <limits>

namespace zha::wire {

namespace {

using nlohmann::json;

constexpr std::size_t kTextMax = 200;
constexpr std::size_t kMessageMax = 16384;
constexpr std::int64_t kLeaseMaxMs = 3'600'000;
/// The next epoch is one above the highest reported: no report may bring it near the end.
constexpr Epoch kEpochMax = Epoch{1} << 53;

/// At most kTextMax printable ASCII characters: texts come from programs and operating systems.
std::string cut(const std::string& text) {
    auto result = text.substr(0, kTextMax);
    for (auto& c : result)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
    return result;
}

/// Reads typed, bounded fields of one object and keeps the first error.
class Fields {
  public:
    explicit Fields(const json& object) : object_(object) {}

    std::string text(const char* name) {
        const auto* value = find(name);
        if (value == nullptr) return {};
        if (!value->is_string()) return fail(name, "is not a text"), std::string();
        auto result = value->get<std::string>();
        if (result.size() > kTextMax) return fail(name, "is too long"), std::string();
        return result;
    }
    template <class T>
    T number(const char* name, T max = std::numeric_limits<T>::max()) {
        const auto* value = find(name);
        if (value == nullptr) return 0;
        if (!value->is_number_integer()) return fail(name, "is not a whole number"), T{0};
        const bool negative = !value->is_number_unsigned() && value->get<std::int64_t>() < 0;
        if (negative || value->get<std::uint64_t>() > static_cast<std::uint64_t>(max))
            return fail(name, "is out of range"), T{0};
        return static_cast<T>(value->get<std::uint64_t>());
    }
    Millis duration(const char* name) { return Millis(number<std::int64_t>(name, kLeaseMaxMs)); }
    bool flag(const char* name) {
        const auto* value = find(name);
        if (value == nullptr) return false;
        if (!value->is_boolean()) return fail(name, "is not true or false"), false;
        return value->get<bool>();
    }
    template <class E>
    E name_of(const char* name, std::optional<E> (*parse)(std::string_view)) {
        const auto value = parse(text(name));
        if (!value) fail(name, "has an unknown value");
        return value.value_or(E{});
    }
    SnapshotInfo snapshot(const char* name) {
        const auto* value = find(name);
        if (value == nullptr) return {};
        auto result = snapshot_from_json(*value);
        if (result) return result.value();
        fail(name, result.error().message);
        return {};
    }
    void fail(const char* name, const std::string& what) {
        if (error_.empty()) error_ = std::string(name) + " " + what;
    }
    const std::string& error() const { return error_; }

  private:
    const json* find(const char* name) {
        const auto it = object_.find(name);
        if (it != object_.end()) return &*it;
        fail(name, "is missing");
        return nullptr;
    }
    const json& object_;
    std::string error_;
};

Result<json> parse_object(const std::string& text, const char* what) {
    if (text.size() > kMessageMax) return {Errc::protocol, std::string(what) + ": too long"};
    auto value = json::parse(text, nullptr, false);
    if (!value.is_object()) return {Errc::protocol, std::string(what) + ": not a JSON object"};
    return value;
}

}  // namespace

std::string text_of(const json& object, const char* name) {
    const auto it = object.find(name);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

json to_json(const SnapshotInfo& s) {
    return {{"id", s.id},
            {"epoch", s.epoch},
            {"seq", s.seq},
            {"taken_at", s.taken_at},
            {"has_nvram", s.has_nvram},
            {"frame_counter", s.frame_counter},
            {"fingerprint", s.fingerprint}};
}

Result<SnapshotInfo> snapshot_from_json(const json& value) {
    if (!value.is_object()) return {Errc::protocol, "is not an object"};
    Fields f(value);
    SnapshotInfo s;
    s.id = f.text("id");
    s.epoch = f.number<Epoch>("epoch", kEpochMax);
    s.seq = f.number<std::uint64_t>("seq");
    s.taken_at = f.number<std::int64_t>("taken_at");
    s.has_nvram = f.flag("has_nvram");
    s.frame_counter = f.number<std::uint32_t>("frame_counter");
    s.fingerprint = f.text("fingerprint");
    if (!f.error().empty()) return {Errc::protocol, f.error()};
    return s;
}

json to_json(const NodeReport& r) {
    return {{"node", r.node},
            {"boot", r.boot},
            {"nonce", r.nonce},
            {"state", to_string(r.state)},
            {"goal", to_string(r.goal)},
            {"incarnation", r.incarnation},
            {"epoch", r.epoch},
            {"released", r.released},
            {"lease_left_ms", r.lease_left.count()},
            {"service", to_string(r.service)},
            {"dongle", to_string(r.dongle)},
            {"snapshot", to_json(r.snapshot)},
            {"staged", to_json(r.staged)},
            {"step", cut(r.step)},
            {"fault", cut(r.fault)},
            {"ieee", r.ieee},
            {"firmware", r.firmware},
            {"restarts", r.restarts},
            {"blank", r.blank},
            {"ready", r.ready},
            {"service_version", cut(r.service_version)},
            {"heard_on", r.heard_on}};
}

std::string encode(const NodeReport& report) {
    return to_json(report).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<NodeReport> decode_report(const std::string& text) {
    auto object = parse_object(text, "report");
    if (!object) return object.error();
    Fields f(*object);
    NodeReport r;
    r.node = f.text("node");
    r.boot = f.text("boot");
    r.nonce = f.number<std::uint64_t>("nonce");
    r.state = f.name_of("state", parse_node_state);
    r.goal = f.name_of("goal", parse_goal);
    // Agents of former versions do not say it.
    if (object->contains("incarnation"))
        r.incarnation = f.number<std::uint64_t>("incarnation", kIncarnationMax);
    r.epoch = f.number<Epoch>("epoch", kEpochMax);
    r.released = f.number<Epoch>("released", kEpochMax);
    r.lease_left = f.duration("lease_left_ms");
    r.service = f.name_of("service", parse_service_state);
    r.dongle = f.name_of("dongle", parse_dongle_state);
    r.snapshot = f.snapshot("snapshot");
    r.staged = f.snapshot("staged");
    r.step = f.text("step");
    r.fault = f.text("fault");
    r.ieee = f.text("ieee");
    r.firmware = f.number<std::uint32_t>("firmware");
    r.restarts = f.number<std::uint32_t>("restarts");
    r.blank = f.flag("blank");
    r.ready = f.flag("ready");
    r.service_version = f.text("service_version");
    // Agents of former versions do not listen.
    if (object->contains("heard_on")) r.heard_on = f.number<std::uint8_t>("heard_on", 26);
    if (!f.error().empty()) return {Errc::protocol, "report: " + f.error()};
    return r;
}

std::string encode(const Order& o) {
    const json value{{"node", o.node},
                     {"nonce", o.nonce},
                     {"incarnation", o.incarnation},
                     {"goal", to_string(o.goal)},
                     {"epoch", o.epoch},
                     {"lease_ms", o.lease.count()},
                     {"allow_form", o.allow_form},
                     {"clear_fault", o.clear_fault},
                     {"source", o.source},
                     {"snapshot", o.snapshot},
                     {"counter_epoch", o.counter_epoch}};
    return value.dump();
}

Result<Order> decode_order(const std::string& text) {
    auto object = parse_object(text, "order");
    if (!object) return object.error();
    Fields f(*object);
    Order o;
    o.node = f.text("node");
    o.nonce = f.number<std::uint64_t>("nonce");
    o.incarnation = f.number<std::uint64_t>("incarnation");
    o.goal = f.name_of("goal", parse_goal);
    o.epoch = f.number<Epoch>("epoch", kEpochMax);
    o.lease = f.duration("lease_ms");
    o.allow_form = f.flag("allow_form");
    o.clear_fault = f.flag("clear_fault");
    o.source = f.text("source");
    o.snapshot = f.text("snapshot");
    o.counter_epoch = f.number<Epoch>("counter_epoch", kEpochMax);
    if (!f.error().empty()) return {Errc::protocol, "order: " + f.error()};
    return o;
}

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
