#include "core/types.hpp"

#include <array>
#include <utility>

namespace zha {

namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
constexpr std::string_view name_of(const Names<E, N>& names, E value) {
    for (const auto& [v, name] : names)
        if (v == value) return name;
    return "?";
}

template <class E, std::size_t N>
constexpr std::optional<E> value_of(const Names<E, N>& names, std::string_view text) {
    for (const auto& [v, name] : names)
        if (name == text) return v;
    return std::nullopt;
}

constexpr Names<NodeState, 11> kNodeStates{{{NodeState::init, "init"},
                                            {NodeState::fencing, "fencing"},
                                            {NodeState::fenced, "fenced"},
                                            {NodeState::catchingup, "catchingup"},
                                            {NodeState::standby, "standby"},
                                            {NodeState::promoting, "promoting"},
                                            {NodeState::active, "active"},
                                            {NodeState::recovering, "recovering"},
                                            {NodeState::draining, "draining"},
                                            {NodeState::maintenance, "maintenance"},
                                            {NodeState::fault, "fault"}}};

constexpr Names<Goal, 4> kGoals{{{Goal::none, "none"},
                                 {Goal::standby, "standby"},
                                 {Goal::active, "active"},
                                 {Goal::maintenance, "maintenance"}}};

constexpr Names<ServiceState, 6> kServiceStates{{{ServiceState::unknown, "unknown"},
                                                 {ServiceState::stopped, "stopped"},
                                                 {ServiceState::starting, "starting"},
                                                 {ServiceState::running, "running"},
                                                 {ServiceState::stopping, "stopping"},
                                                 {ServiceState::failed, "failed"}}};

constexpr Names<DongleState, 6> kDongleStates{{{DongleState::unknown, "unknown"},
                                               {DongleState::absent, "absent"},
                                               {DongleState::silent, "silent"},
                                               {DongleState::on_air, "on_air"},
                                               {DongleState::dirty, "dirty"},
                                               {DongleState::faulty, "faulty"}}};

constexpr Names<ControllerState, 7> kControllerStates{{{ControllerState::starting, "starting"},
                                                       {ControllerState::steady, "steady"},
                                                       {ControllerState::switchover, "switchover"},
                                                       {ControllerState::failover, "failover"},
                                                       {ControllerState::paused, "paused"},
                                                       {ControllerState::no_active, "no_active"},
                                                       {ControllerState::passive, "passive"}}};

}  // namespace

std::string_view to_string(NodeState v) {
    return name_of(kNodeStates, v);
}
std::string_view to_string(Goal v) {
    return name_of(kGoals, v);
}
std::string_view to_string(ServiceState v) {
    return name_of(kServiceStates, v);
}
std::string_view to_string(DongleState v) {
    return name_of(kDongleStates, v);
}
std::string_view to_string(ControllerState v) {
    return name_of(kControllerStates, v);
}
std::optional<NodeState> parse_node_state(std::string_view t) {
    return value_of(kNodeStates, t);
}
std::optional<Goal> parse_goal(std::string_view t) {
    return value_of(kGoals, t);
}
std::optional<ServiceState> parse_service_state(std::string_view t) {
    return value_of(kServiceStates, t);
}
std::optional<DongleState> parse_dongle_state(std::string_view t) {
    return value_of(kDongleStates, t);
}
std::optional<ControllerState> parse_controller_state(std::string_view t) {
    return value_of(kControllerStates, t);
}

}  // namespace zha
