// What: the server side of one ZCL cluster: its attributes and its commands.
// Why: products are tables of clusters; what all clusters have in common is written once.
// Contract: a change of an attribute is told to `on_change` with its cause; the device decides
// whether
//      it is reported. Commands return a status and perhaps an own response.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "simulator/device/zcl.hpp"

namespace zha::sim {

/// Local: somebody pressed the button or the sensor measured. Remote: a command from the network.
enum class Cause { local, remote };

struct Attribute {
    zcl::Value value;
    bool writable = false;
    bool reportable = false;
};

/// What a cluster command gives: a response of its own, or the status for a default response.
struct CommandResult {
    zcl::Status status = zcl::Status::success;
    std::optional<std::pair<std::uint8_t, Bytes>> response;  ///< command id and payload
};

class Cluster {
  public:
    using Attributes = std::map<std::uint16_t, Attribute>;

    Cluster(std::uint16_t id, Attributes attributes)
        : id_(id), attributes_(std::move(attributes)) {}
    virtual ~Cluster() = default;
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    std::uint16_t id() const { return id_; }
    const Attributes& attributes() const { return attributes_; }
    const Attribute* find(std::uint16_t attribute) const;
    std::int64_t number(std::uint16_t attribute) const;

    /// `unicast` is false for broadcast and group casts: those get no response of any kind.
    virtual CommandResult command(std::uint8_t id, zcl::Reader payload, bool unicast);
    /// A write from the network: checked for existence, access and type.
    zcl::Status write(std::uint16_t attribute, const zcl::Value& value);
    void set(std::uint16_t attribute, std::int64_t value, Cause cause);
    /// Puts back a saved value and tells nobody. False: no such attribute, or not of this type.
    bool restore(std::uint16_t attribute, const zcl::Value& value);
    /// Back to the state of a new device.
    virtual void reset() {}

    std::function<void(Cluster&, std::uint16_t attribute, Cause)> on_change;

  private:
    std::uint16_t id_;
    Attributes attributes_;
};

}  // namespace zha::sim
