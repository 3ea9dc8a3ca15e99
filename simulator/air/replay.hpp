// What: the replay protection of the Zigbee network layer, as every receiver keeps it.
// Why: a standby that starts with an old frame counter looks healthy and is ignored by every lamp.
// Contract: per (sender IEEE, key sequence) only counters above the last accepted one are accepted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace zha::sim {

class ReplayGuard {
  public:
    /// True: accepted and remembered. False: a replay, nothing changed.
    bool accept(std::uint64_t sender, std::uint8_t key_seq, std::uint32_t counter) {
        auto [entry, first] = heard_.try_emplace({sender, key_seq}, counter);
        if (first) return true;
        if (counter <= entry->second) return false;
        entry->second = counter;
        return true;
    }
    std::optional<std::uint32_t> last(std::uint64_t sender, std::uint8_t key_seq) const {
        auto entry = heard_.find({sender, key_seq});
        if (entry == heard_.end()) return std::nullopt;
        return entry->second;
    }
    void forget(std::uint64_t sender) {
        std::erase_if(heard_, [&](const auto& entry) { return entry.first.first == sender; });
    }
    void restore(std::uint64_t sender, std::uint8_t key_seq, std::uint32_t counter) {
        heard_[{sender, key_seq}] = counter;
    }
    void clear() { heard_.clear(); }

  private:
    std::map<std::pair<std::uint64_t, std::uint8_t>, std::uint32_t> heard_;
};

}  // namespace zha::sim
