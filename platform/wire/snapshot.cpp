#include "platform/wire/fields.hpp"

namespace zha::wire {

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

}  // namespace zha::wire
