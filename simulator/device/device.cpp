#include "simulator/device/device.hpp"

#include <algorithm>

#include "simulator/device/clusters/groups.hpp"
#include "simulator/device/foundation.hpp"

namespace zha::sim {
namespace {

constexpr std::uint16_t kFirstBroadcast = 0xFFF8;
constexpr std::uint8_t kAllEndpoints = 0xFF;
constexpr std::uint8_t kUnicastBinding = 3;
constexpr std::uint8_t kHostEndpoint = 1;  ///< where a report goes that nobody bound

}  // namespace

Device::Device(Schedule& schedule, Medium& air, std::string name, Ieee ieee, Product product)
    : schedule_(schedule),
      air_(air),
      name_(std::move(name)),
      ieee_(ieee),
      product_(std::move(product)),
      reporting_(schedule,
                 [this](std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute) {
                     for (const Binding& binding : bindings_) {
                         if (binding.endpoint != endpoint || binding.cluster != cluster.id() ||
                             binding.mode != kUnicastBinding) {
                             continue;
                         }
                         send_report(endpoint, cluster, attribute, binding.target_endpoint);
                     }
                 }) {
    for (Endpoint& endpoint : product_.endpoints) {
        for (auto& server : endpoint.servers) {
            // A local change is reported by whoever made it, see press().
            server->on_change = [this, id = endpoint.id](Cluster& cluster, std::uint16_t attribute,
                                                         Cause cause) {
                if (cause == Cause::remote) reporting_.changed(id, cluster, attribute);
            };
        }
    }
}

std::uint8_t Device::capability() const {
    constexpr std::uint8_t kMainsRouter = 0x8E, kSleepyEndDevice = 0x80;
    return product_.sleepy ? kSleepyEndDevice : kMainsRouter;
}

Endpoint* Device::endpoint(std::uint8_t id) {
    for (Endpoint& endpoint : product_.endpoints) {
        if (endpoint.id == id) return &endpoint;
    }
    return nullptr;
}

void Device::receive(const ApsFrame& frame) {
    if (!is_joined()) return;
    const bool broadcast = frame.destination >= kFirstBroadcast;
    for (Endpoint& endpoint : product_.endpoints) {
        if (endpoint.profile != frame.profile) continue;
        if (frame.group != 0) {
            const auto* groups = endpoint.get<GroupsCluster>();
            if (groups != nullptr && groups->member(frame.group)) dispatch(endpoint, frame, false);
            continue;
        }
        const bool meant = frame.destination_endpoint == endpoint.id ||
                           (broadcast && frame.destination_endpoint == kAllEndpoints);
        if (meant) dispatch(endpoint, frame, !broadcast);
    }
}

void Device::dispatch(Endpoint& endpoint, const ApsFrame& frame, bool unicast) {
    const std::optional<zcl::Frame> request = zcl::parse(frame.payload);
    if (!request) return;
    const std::optional<zcl::Frame> reply =
        answer(endpoint, frame.cluster, *request, unicast, reporting_);
    if (reply) send(endpoint.id, frame.source_endpoint, frame.cluster, zcl::encode(*reply));
}

void Device::send(std::uint8_t endpoint_id, std::uint8_t target, std::uint16_t cluster,
                  Bytes payload) {
    const Endpoint* sender = endpoint(endpoint_id);
    if (!is_joined() || sender == nullptr) return;
    ApsFrame frame;
    frame.destination = 0;
    frame.source_endpoint = endpoint_id;
    frame.destination_endpoint = target;
    frame.profile = sender->profile;
    frame.cluster = cluster;
    frame.payload = std::move(payload);
    air_.device_send(*this, std::move(frame));
}

void Device::send_report(std::uint8_t endpoint, const Cluster& cluster, std::uint16_t attribute,
                         std::uint8_t target_endpoint) {
    const Attribute* found = cluster.find(attribute);
    if (found == nullptr) return;
    zcl::Frame frame;
    frame.from_server = true;
    frame.disable_default_response = true;
    frame.sequence = ++sequence_;
    frame.command = static_cast<std::uint8_t>(zcl::General::report);
    zcl::put16(frame.payload, attribute);
    frame.payload.push_back(found->value.type);
    zcl::put(frame.payload, found->value.data);
    send(endpoint, target_endpoint, cluster.id(), zcl::encode(frame));
}

bool Device::bind(const Binding& binding) {
    if (std::find(bindings_.begin(), bindings_.end(), binding) != bindings_.end()) return true;
    if (bindings_.size() >= kMaxBindings) return false;
    bindings_.push_back(binding);
    return true;
}

void Device::press() {
    if (product_.press) product_.press(product_.endpoints);
    report();
}

bool Device::report() {
    if (!is_joined()) return false;
    for (const Product::Main& main : product_.main) {
        const Endpoint* sender = endpoint(main.endpoint);
        Cluster* cluster = sender ? sender->find(main.cluster) : nullptr;
        if (cluster == nullptr) continue;
        auto bound = std::find_if(bindings_.begin(), bindings_.end(), [&](const Binding& binding) {
            return binding.endpoint == main.endpoint && binding.cluster == main.cluster &&
                   binding.mode == kUnicastBinding;
        });
        send_report(main.endpoint, *cluster, main.attribute,
                    bound == bindings_.end() ? kHostEndpoint : bound->target_endpoint);
        reporting_.reported(main.endpoint, *cluster, main.attribute);
    }
    return true;
}

void Device::joined(std::uint16_t nwk) {
    nwk_ = nwk;
    ++membership_;
    tick();
}

void Device::tick() {
    if (!product_.period) return;
    schedule_.after(*product_.period,
                    [this, mine = membership_, alive = std::weak_ptr<int>(alive_)] {
                        if (alive.expired() || mine != membership_) return;
                        press();
                        tick();
                    });
}

void Device::left() {
    nwk_ = kNoAddress;
    ++membership_;
    bindings_.clear();
    reporting_.clear();
    for (const Endpoint& endpoint : product_.endpoints) {
        for (const auto& server : endpoint.servers) server->reset();
    }
}

}  // namespace zha::sim
