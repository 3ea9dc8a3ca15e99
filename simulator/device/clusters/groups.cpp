#include "simulator/device/clusters/groups.hpp"

namespace zha::sim {
namespace {

enum : std::uint8_t {
    kAdd = 0x00,
    kView = 0x01,
    kGetMembership = 0x02,
    kRemove = 0x03,
    kRemoveAll = 0x04,
    kAddIfIdentifying = 0x05,
};

CommandResult with_status(std::uint8_t command, zcl::Status status, std::uint16_t group) {
    Bytes payload{static_cast<std::uint8_t>(status)};
    zcl::put16(payload, group);
    if (command == kView) payload.push_back(0);  // no group names
    return {status, std::pair{command, payload}};
}

}  // namespace

CommandResult GroupsCluster::membership(zcl::Reader payload) const {
    const std::uint8_t count = payload.u8();
    std::set<std::uint16_t> asked;
    for (unsigned i = 0; i < count && payload.ok(); ++i) asked.insert(payload.u16());
    if (!payload.ok()) return {zcl::Status::malformed, std::nullopt};
    Bytes list;
    std::uint8_t found = 0;
    for (std::uint16_t group : groups_) {
        if (!asked.empty() && asked.count(group) == 0) continue;
        zcl::put16(list, group);
        ++found;
    }
    Bytes out{static_cast<std::uint8_t>(kCapacity - groups_.size()), found};
    zcl::put(out, list);
    return {zcl::Status::success, std::pair{std::uint8_t{kGetMembership}, out}};
}

CommandResult GroupsCluster::command(std::uint8_t id, zcl::Reader payload, bool unicast) {
    if (id == kGetMembership) return membership(payload);
    if (id == kRemoveAll) {
        groups_.clear();
        return {};
    }
    if (id > kAddIfIdentifying) return Cluster::command(id, payload, unicast);
    const std::uint16_t group = payload.u16();
    if (!payload.ok()) return {zcl::Status::malformed, std::nullopt};
    const bool known = member(group);
    switch (id) {
        case kAdd:
            if (!known && groups_.size() >= kCapacity) {
                return with_status(id, zcl::Status::insufficient_space, group);
            }
            groups_.insert(group);
            return with_status(id, zcl::Status::success, group);
        case kRemove:
            groups_.erase(group);
            [[fallthrough]];
        case kView:
            return with_status(id, known ? zcl::Status::success : zcl::Status::not_found, group);
        default:
            return {};
    }
}

}  // namespace zha::sim
