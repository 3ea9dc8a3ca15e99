#include "simulator/device/foundation.hpp"

namespace zha::sim {
namespace {

using zcl::General;
using zcl::Reader;
using zcl::Status;

/// ZCL answers that do not fit one unfragmented frame end early, with what fits.
constexpr std::size_t kMaxPayload = 76;

std::uint8_t byte(Status status) {
    return static_cast<std::uint8_t>(status);
}
std::uint8_t byte(General command) {
    return static_cast<std::uint8_t>(command);
}

zcl::Frame general(const zcl::Frame& request, General command, Bytes payload) {
    zcl::Frame frame;
    frame.from_server = !request.from_server;
    frame.disable_default_response = true;
    frame.manufacturer = request.manufacturer;
    frame.sequence = request.sequence;
    frame.command = byte(command);
    frame.payload = std::move(payload);
    return frame;
}

zcl::Frame default_response(const zcl::Frame& request, Status status) {
    return general(request, General::default_response, {request.command, byte(status)});
}

/// No product here has manufacturer attributes, so a manufacturer code finds none.
const Attribute* visible(const Cluster& cluster, const zcl::Frame& request, std::uint16_t id) {
    return request.manufacturer ? nullptr : cluster.find(id);
}

zcl::Frame read(const Cluster& cluster, const zcl::Frame& request) {
    Reader ids(request.payload);
    Bytes out;
    while (!ids.empty() && out.size() < kMaxPayload) {
        const std::uint16_t id = ids.u16();
        if (!ids.ok()) return default_response(request, Status::malformed);
        zcl::put16(out, id);
        const Attribute* attribute = visible(cluster, request, id);
        if (attribute == nullptr) {
            out.push_back(byte(Status::unsupported_attribute));
            continue;
        }
        out.push_back(byte(Status::success));
        out.push_back(attribute->value.type);
        zcl::put(out, attribute->value.data);
    }
    return general(request, General::read_response, out);
}

std::optional<zcl::Frame> write(Cluster& cluster, const zcl::Frame& request) {
    Reader records(request.payload);
    Bytes failures;
    while (!records.empty()) {
        const std::uint16_t id = records.u16();
        const std::uint8_t type = records.u8();
        const zcl::Value value = records.value(type);
        if (!records.ok()) return default_response(request, Status::malformed);
        const Status status =
            request.manufacturer ? Status::unsupported_attribute : cluster.write(id, value);
        if (status == Status::success) continue;
        failures.push_back(byte(status));
        zcl::put16(failures, id);
    }
    if (request.command == byte(General::write_no_response)) return std::nullopt;
    if (failures.empty()) failures.push_back(byte(Status::success));
    return general(request, General::write_response, failures);
}

/// One record: direction u8, attribute u16; direction 0: type u8, min u16, max u16, change if
/// analog; direction 1: timeout u16.
zcl::Frame configure(Endpoint& endpoint, Cluster& cluster, const zcl::Frame& request,
                     Reporting& reporting) {
    Reader records(request.payload);
    Bytes failures;
    while (!records.empty()) {
        const std::uint8_t direction = records.u8();
        const std::uint16_t id = records.u16();
        Status status = Status::success;
        const Attribute* attribute = visible(cluster, request, id);
        if (direction != 0) {
            records.u16();
            status = Status::unsupported_attribute;
        } else {
            const std::uint8_t type = records.u8();
            ReportingConfiguration wanted{records.u16(), records.u16(), std::nullopt};
            if (zcl::analog(type)) wanted.change = records.value(type);
            if (!records.ok()) return default_response(request, Status::malformed);
            if (attribute == nullptr) {
                status = Status::unsupported_attribute;
            } else if (!attribute->reportable) {
                status = Status::unreportable_attribute;
            } else if (attribute->value.type != type) {
                status = Status::invalid_data_type;
            } else if (wanted.maximum != 0 && wanted.maximum < wanted.minimum) {
                status = Status::invalid_value;
            } else {
                reporting.configure(endpoint.id, cluster, id, wanted);
            }
        }
        if (!records.ok()) return default_response(request, Status::malformed);
        if (status == Status::success) continue;
        failures.push_back(byte(status));
        failures.push_back(direction);
        zcl::put16(failures, id);
    }
    if (failures.empty()) failures.push_back(byte(Status::success));
    return general(request, General::configure_reporting_response, failures);
}

zcl::Frame read_reporting(const Endpoint& endpoint, const Cluster& cluster,
                          const zcl::Frame& request, const Reporting& reporting) {
    Reader records(request.payload);
    Bytes out;
    while (!records.empty() && out.size() < kMaxPayload) {
        const std::uint8_t direction = records.u8();
        const std::uint16_t id = records.u16();
        if (!records.ok()) return default_response(request, Status::malformed);
        const Attribute* attribute = visible(cluster, request, id);
        const auto* found = reporting.find(endpoint.id, cluster.id(), id);
        const Status status = attribute == nullptr       ? Status::unsupported_attribute
                              : !attribute->reportable   ? Status::unreportable_attribute
                              : !found || direction != 0 ? Status::not_found
                                                         : Status::success;
        out.push_back(byte(status));
        out.push_back(direction);
        zcl::put16(out, id);
        if (status != Status::success) continue;
        out.push_back(attribute->value.type);
        zcl::put16(out, found->minimum);
        zcl::put16(out, found->maximum);
        if (found->change) zcl::put(out, found->change->data);
    }
    return general(request, General::read_reporting_response, out);
}

zcl::Frame discover(const Cluster& cluster, const zcl::Frame& request) {
    Reader range(request.payload);
    const std::uint16_t start = range.u16();
    const std::uint8_t maximum = range.u8();
    if (!range.ok()) return default_response(request, Status::malformed);
    Bytes out{1};
    if (!request.manufacturer) {
        for (const auto& [id, attribute] : cluster.attributes()) {
            if (id < start) continue;
            if ((out.size() - 1) / 3 == maximum || out.size() >= kMaxPayload) {
                out[0] = 0;
                break;
            }
            zcl::put16(out, id);
            out.push_back(attribute.value.type);
        }
    }
    return general(request, General::discover_response, out);
}

bool is_response(std::uint8_t command) {
    switch (static_cast<General>(command)) {
        case General::read_response:
        case General::write_response:
        case General::configure_reporting_response:
        case General::read_reporting_response:
        case General::default_response:
        case General::discover_response:
            return true;
        default:
            return false;
    }
}

std::optional<zcl::Frame> general_command(Endpoint& endpoint, Cluster& cluster,
                                          const zcl::Frame& request, Reporting& reporting) {
    switch (static_cast<General>(request.command)) {
        case General::read:
            return read(cluster, request);
        case General::write:
        case General::write_undivided:
        case General::write_no_response:
            return write(cluster, request);
        case General::configure_reporting:
            return configure(endpoint, cluster, request, reporting);
        case General::read_reporting:
            return read_reporting(endpoint, cluster, request, reporting);
        case General::discover:
            return discover(cluster, request);
        default:
            return default_response(request, request.manufacturer
                                                 ? Status::unsupported_manufacturer_general_command
                                                 : Status::unsupported_general_command);
    }
}

std::optional<zcl::Frame> cluster_command(Cluster& cluster, const zcl::Frame& request,
                                          bool unicast) {
    CommandResult result{Status::unsupported_manufacturer_cluster_command, std::nullopt};
    if (!request.manufacturer) {
        result = cluster.command(request.command, Reader(request.payload), unicast);
    }
    if (result.response) {
        zcl::Frame frame = general(request, General::read, std::move(result.response->second));
        frame.cluster_specific = true;
        frame.command = result.response->first;
        return frame;
    }
    if (request.disable_default_response && result.status == Status::success) return std::nullopt;
    return default_response(request, result.status);
}

}  // namespace

std::optional<zcl::Frame> answer(Endpoint& endpoint, std::uint16_t cluster_id,
                                 const zcl::Frame& request, bool unicast, Reporting& reporting) {
    if (!request.cluster_specific && is_response(request.command)) return std::nullopt;
    // Frames from servers are for client clusters, which the products here only list.
    if (request.from_server) return std::nullopt;
    Cluster* cluster = endpoint.find(cluster_id);
    std::optional<zcl::Frame> reply;
    if (cluster == nullptr) {
        reply = default_response(request, Status::unsupported_cluster);
    } else if (request.cluster_specific) {
        reply = cluster_command(*cluster, request, unicast);
    } else {
        reply = general_command(endpoint, *cluster, request, reporting);
    }
    if (!unicast) return std::nullopt;
    return reply;
}

}  // namespace zha::sim
