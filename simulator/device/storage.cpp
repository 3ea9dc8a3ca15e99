#include "simulator/device/storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "simulator/device/clusters/groups.hpp"

namespace zha::sim {
namespace {

using nlohmann::ordered_json;

std::string to_hex(std::span<const std::uint8_t> data) {
    std::string text;
    for (std::uint8_t byte : data) text += fmt::format("{:02x}", byte);
    return text;
}

std::optional<Bytes> from_hex(const std::string& text) {
    constexpr std::size_t kMaxText = 512;
    if (text.size() % 2 != 0 || text.size() > kMaxText) return std::nullopt;
    Bytes bytes;
    auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

Error bad(const char* field) {
    return {Errc::corrupt, fmt::format("{}: missing or not as it was saved", field)};
}

/// Reads several fields of one object and remembers the first that is wrong.
class Fields {
  public:
    explicit Fields(const ordered_json& object) : object_(object) {}

    template <class T>
    T number(const char* field) {
        auto value = load_number(object_, field, std::numeric_limits<T>::max());
        if (!value) return fail(field), T{};
        return static_cast<T>(*value);
    }
    Bytes bytes(const char* field) {
        auto text = load_text(object_, field);
        auto value = text ? from_hex(*text) : std::nullopt;
        if (!value) return fail(field), Bytes{};
        return *value;
    }
    bool flag(const char* field) {
        auto found = object_.find(field);
        if (found == object_.end() || !found->is_boolean()) return fail(field), false;
        return found->get<bool>();
    }
    /// A list of at most `maximum` entries.
    const ordered_json& list(const char* field, std::size_t maximum) {
        static const ordered_json kEmpty = ordered_json::array();
        auto found = object_.find(field);
        if (found == object_.end() || !found->is_array() || found->size() > maximum) {
            return fail(field), kEmpty;
        }
        return *found;
    }
    bool has(const char* field) const { return object_.contains(field); }
    void fail(const char* field) {
        if (error_.ok()) error_ = bad(field);
    }
    const Status& status() const { return error_; }

  private:
    const ordered_json& object_;
    Status error_;
};

constexpr std::size_t kMaxEntries = 64;

ordered_json save_attributes(const Device& device) {
    ordered_json list = ordered_json::array();
    for (const Endpoint& endpoint : device.endpoints()) {
        for (const auto& server : endpoint.servers) {
            for (const auto& [id, attribute] : server->attributes()) {
                if (!attribute.writable && !attribute.reportable) continue;
                list.push_back({{"endpoint", endpoint.id},
                                {"cluster", server->id()},
                                {"attribute", id},
                                {"type", attribute.value.type},
                                {"data", to_hex(attribute.value.data)}});
            }
        }
    }
    return list;
}

Cluster* named_cluster(Device& device, Fields& entry) {
    Endpoint* endpoint = device.endpoint(entry.number<std::uint8_t>("endpoint"));
    Cluster* cluster = endpoint ? endpoint->find(entry.number<std::uint16_t>("cluster")) : nullptr;
    if (cluster == nullptr) entry.fail("cluster");
    return cluster;
}

Status load_attribute(Device& device, const ordered_json& saved) {
    Fields entry(saved);
    Cluster* cluster = named_cluster(device, entry);
    const auto id = entry.number<std::uint16_t>("attribute");
    const zcl::Value value{entry.number<std::uint8_t>("type"), entry.bytes("data")};
    if (entry.status().ok() && !cluster->restore(id, value)) entry.fail("data");
    return entry.status();
}

Status load_reporting(Device& device, const ordered_json& saved) {
    Fields entry(saved);
    Cluster* cluster = named_cluster(device, entry);
    const auto id = entry.number<std::uint16_t>("attribute");
    ReportingConfiguration wanted;
    wanted.minimum = entry.number<std::uint16_t>("minimum");
    wanted.maximum = entry.number<std::uint16_t>("maximum");
    const Attribute* attribute = cluster ? cluster->find(id) : nullptr;
    if (attribute == nullptr || !attribute->reportable) entry.fail("attribute");
    if (attribute != nullptr && entry.has("change")) {
        wanted.change = zcl::Value{attribute->value.type, entry.bytes("change")};
        if (zcl::size_of(wanted.change->type, wanted.change->data) != wanted.change->data.size()) {
            entry.fail("change");
        }
    }
    if (entry.status().ok()) {
        device.reporting().configure(entry.number<std::uint8_t>("endpoint"), *cluster, id, wanted);
    }
    return entry.status();
}

Status load_binding(Device& device, const ordered_json& saved) {
    Fields entry(saved);
    Binding binding;
    binding.endpoint = entry.number<std::uint8_t>("endpoint");
    binding.cluster = entry.number<std::uint16_t>("cluster");
    binding.mode = entry.number<std::uint8_t>("mode");
    binding.target = entry.number<std::uint64_t>("target");
    binding.target_endpoint = entry.number<std::uint8_t>("target_endpoint");
    if (entry.status().ok() && !device.bind(binding)) entry.fail("bindings");
    return entry.status();
}

Status load_group(Device& device, const ordered_json& saved) {
    Fields entry(saved);
    Endpoint* endpoint = device.endpoint(entry.number<std::uint8_t>("endpoint"));
    auto* groups = endpoint ? endpoint->get<GroupsCluster>() : nullptr;
    const auto group = entry.number<std::uint16_t>("group");
    if (groups == nullptr || groups->groups().size() >= GroupsCluster::kCapacity) {
        entry.fail("endpoint");
    }
    if (entry.status().ok()) groups->join(group);
    return entry.status();
}

}  // namespace

Result<std::uint64_t> load_number(const ordered_json& object, const char* field,
                                  std::uint64_t maximum) {
    auto found = object.find(field);
    if (found == object.end() || !found->is_number_integer()) return bad(field);
    // A number that never was text may be kept as signed.
    if (!found->is_number_unsigned() && found->get<std::int64_t>() < 0) return bad(field);
    const auto value = found->get<std::uint64_t>();
    if (value > maximum) return bad(field);
    return value;
}

Result<std::string> load_text(const ordered_json& object, const char* field) {
    auto found = object.find(field);
    if (found == object.end() || !found->is_string()) return bad(field);
    return found->get<std::string>();
}

ordered_json save_station(const StationState& state) {
    ordered_json saved{{"own_counter", state.own_counter},
                       {"joins", state.joins},
                       {"drops", state.drops},
                       {"pairing", state.pairing}};
    if (state.heard_counter) saved["heard_counter"] = *state.heard_counter;
    if (!state.membership) return saved;
    const NetworkParams& network = state.membership->network;
    saved["network"] = {
        {"nwk", state.membership->nwk}, {"coordinator", state.membership->coordinator},
        {"pan", network.pan_id},        {"epid", network.extended_pan_id},
        {"channel", network.channel},   {"key", to_hex(network.key)},
        {"key_seq", network.key_seq},   {"update_id", network.update_id}};
    return saved;
}

Result<StationState> load_station(const ordered_json& saved) {
    Fields fields(saved);
    StationState state;
    state.own_counter = fields.number<std::uint32_t>("own_counter");
    state.joins = fields.number<std::uint64_t>("joins");
    state.drops = fields.number<std::uint64_t>("drops");
    state.pairing = fields.flag("pairing");
    if (fields.has("heard_counter")) {
        state.heard_counter = fields.number<std::uint32_t>("heard_counter");
    }
    if (!fields.status().ok()) return fields.status().error();
    auto network = saved.find("network");
    if (network == saved.end()) return state;
    Fields member(*network);
    Membership membership;
    membership.nwk = member.number<std::uint16_t>("nwk");
    membership.coordinator = member.number<std::uint64_t>("coordinator");
    membership.network.pan_id = member.number<std::uint16_t>("pan");
    membership.network.extended_pan_id = member.number<std::uint64_t>("epid");
    membership.network.channel = member.number<std::uint8_t>("channel");
    membership.network.key_seq = member.number<std::uint8_t>("key_seq");
    membership.network.update_id = member.number<std::uint8_t>("update_id");
    const Bytes key = member.bytes("key");
    if (key.size() != membership.network.key.size()) member.fail("key");
    if (!member.status().ok()) return within("network", member.status().error());
    std::copy(key.begin(), key.end(), membership.network.key.begin());
    state.membership = membership;
    return state;
}

ordered_json save_device(const Device& device) {
    ordered_json bindings = ordered_json::array();
    for (const Binding& binding : device.bindings()) {
        bindings.push_back({{"endpoint", binding.endpoint},
                            {"cluster", binding.cluster},
                            {"mode", binding.mode},
                            {"target", binding.target},
                            {"target_endpoint", binding.target_endpoint}});
    }
    ordered_json reporting = ordered_json::array();
    for (const auto& [key, entry] : device.reporting().entries()) {
        ordered_json row{{"endpoint", key.endpoint},
                         {"cluster", key.cluster},
                         {"attribute", key.attribute},
                         {"minimum", entry.configuration.minimum},
                         {"maximum", entry.configuration.maximum}};
        if (entry.configuration.change) row["change"] = to_hex(entry.configuration.change->data);
        reporting.push_back(std::move(row));
    }
    ordered_json groups = ordered_json::array();
    for (const Endpoint& endpoint : device.endpoints()) {
        const auto* cluster = endpoint.get<GroupsCluster>();
        if (cluster == nullptr) continue;
        for (std::uint16_t group : cluster->groups()) {
            groups.push_back({{"endpoint", endpoint.id}, {"group", group}});
        }
    }
    return {{"attributes", save_attributes(device)},
            {"bindings", std::move(bindings)},
            {"reporting", std::move(reporting)},
            {"groups", std::move(groups)}};
}

Status load_device(Device& device, const ordered_json& saved) {
    using Load = Status (*)(Device&, const ordered_json&);
    constexpr std::pair<const char*, Load> kParts[] = {{"attributes", load_attribute},
                                                       {"bindings", load_binding},
                                                       {"reporting", load_reporting},
                                                       {"groups", load_group}};
    Fields fields(saved);
    for (const auto& [name, load] : kParts) {
        for (const ordered_json& entry : fields.list(name, kMaxEntries)) {
            if (Status status = load(device, entry); !status) return within(name, status.error());
        }
    }
    return fields.status();
}

}  // namespace zha::sim
