// What: an endpoint of a device: its simple descriptor and its clusters.
// Why: the descriptor is derived from the clusters that exist, so that the two cannot differ.
// Contract: cluster ids are unique within an endpoint.
#pragma once

#include <memory>
#include <vector>

#include "simulator/device/cluster.hpp"

namespace zha::sim {

struct Endpoint {
    std::uint8_t id = 1;
    std::uint16_t profile = 0x0104;
    std::uint16_t device_id = 0;
    std::uint8_t version = 1;
    std::vector<std::unique_ptr<Cluster>> servers{};
    std::vector<std::uint16_t> clients{};

    Cluster* find(std::uint16_t cluster) const {
        for (const auto& server : servers) {
            if (server->id() == cluster) return server.get();
        }
        return nullptr;
    }
    template <class T>
    T* get() const {
        return dynamic_cast<T*>(find(T::kId));
    }
    template <class T, class... Args>
    T& add(Args&&... args) {
        auto cluster = std::make_unique<T>(std::forward<Args>(args)...);
        T& result = *cluster;
        servers.push_back(std::move(cluster));
        return result;
    }
};

}  // namespace zha::sim
