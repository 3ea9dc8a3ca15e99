// What: attribute reporting: what was configured, and when a change is due to be sent.
// Why: zigbee2mqtt configures it at the end of an interview and relies on the reports.
// Contract: minimum and maximum intervals in seconds, maximum 0 = no periodic reports, 0xFFFF = not
//      reported at all (the configuration is removed). ZCL 2.5.7. Only bound clusters report; that
//      is asked of the `bound` callback at the time of sending.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "simulator/device/cluster.hpp"
#include "simulator/schedule.hpp"

namespace zha::sim {

struct ReportingConfiguration {
    std::uint16_t minimum = 0;
    std::uint16_t maximum = 0;
    std::optional<zcl::Value> change;  ///< analog types only
};

class Reporting {
  public:
    using Send = std::function<void(std::uint8_t endpoint, Cluster&, std::uint16_t attribute)>;

    Reporting(Schedule& schedule, Send send) : schedule_(schedule), send_(std::move(send)) {}
    void configure(std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute,
                   const ReportingConfiguration& configuration);
    const ReportingConfiguration* find(std::uint8_t endpoint, std::uint16_t cluster,
                                       std::uint16_t attribute) const;
    /// The attribute has a new value: sends a report now, later or not at all.
    void changed(std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute);
    /// A report went out for another reason.
    void reported(std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute);
    void clear() { entries_.clear(); }

    struct Key {
        std::uint8_t endpoint;
        std::uint16_t cluster, attribute;
        auto operator<=>(const Key&) const = default;
    };
    struct Entry {
        ReportingConfiguration configuration;
        Cluster* cluster = nullptr;
        std::optional<Micros> sent_at;
        std::int64_t sent_value = 0;
        std::uint64_t timer = 0;
        bool waiting = false;
    };
    const std::map<Key, Entry>& entries() const { return entries_; }

  private:
    void send(const Key& key, Entry& entry);
    void arm_maximum(const Key& key, Entry& entry);
    Schedule& schedule_;
    Send send_;
    std::map<Key, Entry> entries_;
    std::uint64_t next_timer_ = 1;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace zha::sim
