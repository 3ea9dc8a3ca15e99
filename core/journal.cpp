#include "core/journal.hpp"

#include <array>
#include <utility>

namespace zha {

namespace {

constexpr std::array<std::pair<MoveKind, std::string_view>, 4> kKinds{
    {{MoveKind::switchover, "switchover"},
     {MoveKind::failover, "failover"},
     {MoveKind::form, "form"},
     {MoveKind::rollback, "rollback"}}};

constexpr std::array<std::pair<MovePhase, std::string_view>, 5> kPhases{
    {{MovePhase::draining, "draining"},
     {MovePhase::releasing, "releasing"},
     {MovePhase::staging, "staging"},
     {MovePhase::promoting, "promoting"},
     {MovePhase::verifying, "verifying"}}};

constexpr std::array<std::pair<DrillPhase, std::string_view>, 3> kDrillPhases{
    {{DrillPhase::there, "there"}, {DrillPhase::dwell, "dwell"}, {DrillPhase::back, "back"}}};

}  // namespace

std::string_view to_string(MoveKind kind) {
    for (const auto& [value, name] : kKinds)
        if (value == kind) return name;
    return "?";
}
std::string_view to_string(MovePhase phase) {
    for (const auto& [value, name] : kPhases)
        if (value == phase) return name;
    return "?";
}
std::string_view to_string(DrillPhase phase) {
    for (const auto& [value, name] : kDrillPhases)
        if (value == phase) return name;
    return "?";
}
std::optional<MoveKind> parse_move_kind(std::string_view text) {
    for (const auto& [value, name] : kKinds)
        if (name == text) return value;
    return std::nullopt;
}
std::optional<MovePhase> parse_move_phase(std::string_view text) {
    for (const auto& [value, name] : kPhases)
        if (name == text) return value;
    return std::nullopt;
}
std::optional<DrillPhase> parse_drill_phase(std::string_view text) {
    for (const auto& [value, name] : kDrillPhases)
        if (name == text) return value;
    return std::nullopt;
}

}  // namespace zha
