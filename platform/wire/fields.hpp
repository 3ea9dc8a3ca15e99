// What: typed, bounded reading of the fields of one JSON object.
// Why: every message and file of ours checks presence, type and range the same way.
// Contract: internal to platform/wire/. The first error is kept; what could not be read is zero.
#pragma once

#include <limits>

#include "platform/wire/wire.hpp"

namespace zha::wire {

using nlohmann::json;

inline constexpr std::size_t kTextMax = 200;
inline constexpr std::size_t kMessageMax = 16384;
inline constexpr std::int64_t kLeaseMaxMs = 3'600'000;
/// The next epoch is one above the highest reported: no report may bring it near the end.
inline constexpr Epoch kEpochMax = Epoch{1} << 53;

/// At most kTextMax printable ASCII characters: texts come from programs and operating systems.
inline std::string cut(const std::string& text) {
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

inline Result<json> parse_object(const std::string& text, const char* what) {
    if (text.size() > kMessageMax) return {Errc::protocol, std::string(what) + ": too long"};
    auto value = json::parse(text, nullptr, false);
    if (!value.is_object()) return {Errc::protocol, std::string(what) + ": not a JSON object"};
    return value;
}

}  // namespace zha::wire
