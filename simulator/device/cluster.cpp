#include "simulator/device/cluster.hpp"

namespace zha::sim {

const Attribute* Cluster::find(std::uint16_t attribute) const {
    auto found = attributes_.find(attribute);
    return found == attributes_.end() ? nullptr : &found->second;
}

std::int64_t Cluster::number(std::uint16_t attribute) const {
    const Attribute* found = find(attribute);
    return found ? found->value.number() : 0;
}

CommandResult Cluster::command(std::uint8_t, zcl::Reader, bool) {
    return {zcl::Status::unsupported_cluster_command, std::nullopt};
}

zcl::Status Cluster::write(std::uint16_t attribute, const zcl::Value& value) {
    auto found = attributes_.find(attribute);
    if (found == attributes_.end()) return zcl::Status::unsupported_attribute;
    if (!found->second.writable) return zcl::Status::read_only;
    if (found->second.value.type != value.type) return zcl::Status::invalid_data_type;
    if (found->second.value == value) return zcl::Status::success;
    found->second.value = value;
    if (on_change) on_change(*this, attribute, Cause::remote);
    return zcl::Status::success;
}

void Cluster::set(std::uint16_t attribute, std::int64_t value, Cause cause) {
    auto found = attributes_.find(attribute);
    if (found == attributes_.end()) return;
    zcl::Value wanted = zcl::number(found->second.value.type, value);
    if (found->second.value == wanted) return;
    found->second.value = std::move(wanted);
    if (on_change) on_change(*this, attribute, cause);
}

bool Cluster::restore(std::uint16_t attribute, const zcl::Value& value) {
    auto found = attributes_.find(attribute);
    if (found == attributes_.end() || found->second.value.type != value.type) return false;
    if (zcl::size_of(value.type, value.data) != value.data.size()) return false;
    found->second.value = value;
    return true;
}

}  // namespace zha::sim
