// What: JSON coding of the messages in core/messages.hpp, and the topic names.
// Why: one place knows what travels; docs/mqtt.md describes it for people.
// Contract: decoding checks every field's presence, type and range (names and texts at most 200
//      characters) and returns one clear error; unknown fields are ignored (older and newer mix).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/messages.hpp"
#include "core/result.hpp"

namespace zha::wire {

std::string encode(const NodeReport&);
std::string encode(const Order&);
Result<NodeReport> decode_report(const std::string& json);
Result<Order> decode_order(const std::string& json);

/// What a controller says of itself; `offline` is also its will.
struct ControllerStatus {
    enum class State {
        offline,
        standby,  ///< waits passively: nobody's lease is renewed by it
        online,   ///< acts
    };
    State state = State::offline;
    std::uint64_t incarnation = 0;  ///< 0 in a will, which is made before it is known
    bool operator==(const ControllerStatus&) const = default;
};
std::string_view to_string(ControllerStatus::State);
std::string encode(const ControllerStatus&);
Result<ControllerStatus> decode_status(const std::string& json);

/// The highest epoch that a controller knows of.
std::string encode_epoch(Epoch epoch);
Result<Epoch> decode_epoch(const std::string& json);

/// No incarnation is near the end of the numbers: there is always a next one.
inline constexpr std::uint64_t kIncarnationMax = std::uint64_t{1} << 53;

/// The text of a field; empty when it is missing or of another type.
std::string text_of(const nlohmann::json& object, const char* name);

nlohmann::json to_json(const NodeReport&);
nlohmann::json to_json(const SnapshotInfo&);
Result<SnapshotInfo> snapshot_from_json(const nlohmann::json&);

/// Topics of one cluster: "<base>/<cluster>/...".
class Topics {
  public:
    Topics(const std::string& base, const std::string& cluster)
        : root_(base + "/" + cluster + "/") {}
    /// Of the first controller, or of the spare one. All of one are below "<root>controller/" or
    /// "<root>controller-spare/".
    std::string controller(bool spare, const char* leaf) const {
        return root_ + (spare ? "controller-spare/" : "controller/") + leaf;
    }
    std::string controller_status(bool spare = false) const {
        return controller(spare, "status");
    }  ///< retained, will
    std::string epoch(bool spare) const { return controller(spare, "epoch"); }      ///< retained
    std::string journal(bool spare) const { return controller(spare, "journal"); }  ///< retained
    std::string journal_kept(bool spare) const { return controller(spare, "journal-kept"); }
    std::string state() const { return root_ + "state"; }  ///< retained
    std::string event() const { return root_ + "event"; }
    std::string command() const { return root_ + "command"; }
    std::string response(const std::string& id) const { return root_ + "response/" + id; }
    std::string node(const std::string& n, const std::string& leaf) const {
        return root_ + "node/" + n + "/" + leaf;
    }
    std::string report(const std::string& n) const { return node(n, "report"); }
    std::string order(const std::string& n) const { return node(n, "order"); }
    std::string poke(const std::string& n) const { return node(n, "poke"); }  ///< "report now"
    std::string agent_status(const std::string& n) const {
        return node(n, "status");
    }  ///< retained, will
    std::string active_state(const std::string& n) const { return node(n, "active/state"); }
    std::string active_set(const std::string& n) const { return node(n, "active/set"); }
    const std::string& root() const { return root_; }

  private:
    std::string root_;
};

}  // namespace zha::wire
