// What: an emulated end product on the air: endpoints, ZDO server, binding table, reporting.
// Why: what a device is (products.hpp) is separate from how any Zigbee device behaves.
// Contract: one thread. Registered with the medium by its owner (fleet.hpp). Its network lives in
// the
//      medium; on leaving it, clusters, bindings and reporting go back to those of a new device.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/air/medium.hpp"
#include "simulator/device/endpoint.hpp"
#include "simulator/device/reporting.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

/// One row of the binding table (Zigbee 2.2.4.3): who wants the reports of a cluster.
struct Binding {
    std::uint8_t endpoint = 0;
    std::uint16_t cluster = 0;
    std::uint8_t mode = 3;  ///< 1: `target` is a group, 3: an IEEE address with `target_endpoint`
    std::uint64_t target = 0;
    std::uint8_t target_endpoint = 0;
    bool operator==(const Binding&) const = default;
};

/// What makes a product: given to a Device by products.hpp.
struct Product {
    std::string kind;
    std::string model;
    std::uint16_t manufacturer_code = 0;
    bool sleepy = false;
    std::uint8_t lqi = 128;
    std::vector<Endpoint> endpoints{};
    struct Main {
        std::uint8_t endpoint;
        std::uint16_t cluster, attribute;
    };
    std::vector<Main> main{};  ///< what "report" sends
    /// What its button does, or its measurement for a sensor.
    std::function<void(std::vector<Endpoint>&)> press{};
    /// A sensor presses itself and reports at this pace while it is joined.
    std::optional<Millis> period{};
};

class Device : public PairableDevice {
  public:
    static constexpr std::size_t kMaxBindings = 16;

    Device(Schedule& schedule, Medium& air, std::string name, Ieee ieee, Product product);
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    Ieee ieee() const override { return ieee_; }
    std::uint16_t nwk() const override { return nwk_; }
    const std::string& name() const override { return name_; }
    std::uint8_t capability() const override;
    std::uint8_t lqi() const override { return product_.lqi; }
    void receive(const ApsFrame& frame) override;
    ZdoAnswer zdo(std::uint16_t cluster, const Bytes& request) override;
    void joined(std::uint16_t nwk) override;
    void left() override;

    /// The button, then a report of the main attributes.
    void press();
    /// Reports the main attributes, bound or not. False: it has no network.
    bool report();
    bool is_joined() const { return nwk_ != kNoAddress; }

    const std::string& kind() const { return product_.kind; }
    const std::string& model() const { return product_.model; }
    const std::vector<Endpoint>& endpoints() const { return product_.endpoints; }
    Endpoint* endpoint(std::uint8_t id);
    /// The first cluster of this class on any endpoint.
    template <class T>
    T* get() const {
        for (const Endpoint& endpoint : product_.endpoints) {
            if (T* found = endpoint.get<T>()) return found;
        }
        return nullptr;
    }
    const std::vector<Binding>& bindings() const { return bindings_; }
    Reporting& reporting() { return reporting_; }
    const Reporting& reporting() const { return reporting_; }
    /// False: the table is full.
    bool bind(const Binding& binding);

  private:
    static constexpr std::uint16_t kNoAddress = 0xFFFE;

    void dispatch(Endpoint& endpoint, const ApsFrame& frame, bool unicast);
    void send(std::uint8_t endpoint, std::uint8_t target, std::uint16_t cluster, Bytes payload);
    void send_report(std::uint8_t endpoint, const Cluster& cluster, std::uint16_t attribute,
                     std::uint8_t target_endpoint);
    void tick();

    Bytes node_descriptor() const;
    Bytes simple_descriptor(zcl::Reader request) const;
    Bytes active_endpoints() const;
    std::optional<Bytes> match_descriptors(zcl::Reader request) const;
    Bytes change_binding(zcl::Reader request, bool add);
    Bytes management_leave(zcl::Reader request);
    bool own_address(std::uint16_t nwk) const;

    Schedule& schedule_;
    Medium& air_;
    std::string name_;
    Ieee ieee_;
    Product product_;
    std::uint16_t nwk_ = kNoAddress;
    std::uint8_t sequence_ = 0;
    std::uint64_t membership_ = 0;  ///< makes timers of an earlier membership void
    std::vector<Binding> bindings_;
    Reporting reporting_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace zha::sim
