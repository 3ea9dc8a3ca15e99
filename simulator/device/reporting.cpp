#include "simulator/device/reporting.hpp"

#include <cstdlib>

namespace zha::sim {
namespace {
constexpr std::uint16_t kNever = 0xFFFF;
}

void Reporting::configure(std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute,
                          const ReportingConfiguration& configuration) {
    const Key key{endpoint, cluster.id(), attribute};
    if (configuration.maximum == kNever) {
        entries_.erase(key);
        return;
    }
    Entry& entry = entries_[key];
    entry.configuration = configuration;
    entry.cluster = &cluster;
    entry.sent_value = cluster.number(attribute);
    entry.waiting = false;
    arm_maximum(key, entry);
}

const ReportingConfiguration* Reporting::find(std::uint8_t endpoint, std::uint16_t cluster,
                                              std::uint16_t attribute) const {
    auto found = entries_.find({endpoint, cluster, attribute});
    return found == entries_.end() ? nullptr : &found->second.configuration;
}

void Reporting::changed(std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute) {
    const Key key{endpoint, cluster.id(), attribute};
    auto found = entries_.find(key);
    if (found == entries_.end() || found->second.waiting) return;
    Entry& entry = found->second;
    const auto& change = entry.configuration.change;
    if (change && std::llabs(cluster.number(attribute) - entry.sent_value) < change->number()) {
        return;
    }
    const Micros earliest = entry.sent_at
                                ? *entry.sent_at + std::chrono::seconds(entry.configuration.minimum)
                                : Micros{0};
    if (schedule_.now() >= earliest) return send(key, entry);
    entry.waiting = true;
    schedule_.after(earliest - schedule_.now(), [this, key, alive = std::weak_ptr<int>(alive_)] {
        if (alive.expired()) return;
        auto due = entries_.find(key);
        if (due != entries_.end() && due->second.waiting) send(key, due->second);
    });
}

void Reporting::reported(std::uint8_t endpoint, Cluster& cluster, std::uint16_t attribute) {
    auto found = entries_.find({endpoint, cluster.id(), attribute});
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    entry.waiting = false;
    entry.sent_at = schedule_.now();
    entry.sent_value = cluster.number(attribute);
    arm_maximum(found->first, entry);
}

void Reporting::send(const Key& key, Entry& entry) {
    Cluster& cluster = *entry.cluster;
    reported(key.endpoint, cluster, key.attribute);
    send_(key.endpoint, cluster, key.attribute);
}

void Reporting::arm_maximum(const Key& key, Entry& entry) {
    entry.timer = next_timer_++;
    if (entry.configuration.maximum == 0) return;
    schedule_.after(std::chrono::seconds(entry.configuration.maximum),
                    [this, key, mine = entry.timer, alive = std::weak_ptr<int>(alive_)] {
                        if (alive.expired()) return;
                        auto due = entries_.find(key);
                        if (due != entries_.end() && due->second.timer == mine) {
                            send(key, due->second);
                        }
                    });
}

}  // namespace zha::sim
