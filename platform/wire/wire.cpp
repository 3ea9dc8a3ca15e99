#include "platform/wire/fields.hpp"

namespace zha::wire {

json to_json(const NodeReport& r) {
    return {{"node", r.node},
            {"boot", r.boot},
            {"host_boot", r.host_boot},
            {"nonce", r.nonce},
            {"state", to_string(r.state)},
            {"goal", to_string(r.goal)},
            {"incarnation", r.incarnation},
            {"epoch", r.epoch},
            {"released", r.released},
            {"lease_left_ms", r.lease_left.count()},
            {"service", to_string(r.service)},
            {"dongle", to_string(r.dongle)},
            {"snapshot", to_json(r.snapshot)},
            {"staged", to_json(r.staged)},
            {"step", cut(r.step)},
            {"fault", cut(r.fault)},
            {"ieee", r.ieee},
            {"firmware", r.firmware},
            {"restarts", r.restarts},
            {"blank", r.blank},
            {"ready", r.ready},
            {"service_version", cut(r.service_version)},
            {"heard_on", r.heard_on},
            {"unsaved", cut(r.unsaved)}};
}

std::string encode(const NodeReport& report) {
    return to_json(report).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<NodeReport> decode_report(const std::string& text) {
    auto object = parse_object(text, "report");
    if (!object) return object.error();
    Fields f(*object);
    NodeReport r;
    r.node = f.text("node");
    r.boot = f.text("boot");
    if (object->contains("host_boot")) r.host_boot = f.text("host_boot");
    r.nonce = f.number<std::uint64_t>("nonce");
    r.state = f.name_of("state", parse_node_state);
    r.goal = f.name_of("goal", parse_goal);
    // Agents of former versions do not say it.
    if (object->contains("incarnation"))
        r.incarnation = f.number<std::uint64_t>("incarnation", kIncarnationMax);
    r.epoch = f.number<Epoch>("epoch", kEpochMax);
    r.released = f.number<Epoch>("released", kEpochMax);
    r.lease_left = f.duration("lease_left_ms");
    r.service = f.name_of("service", parse_service_state);
    r.dongle = f.name_of("dongle", parse_dongle_state);
    r.snapshot = f.snapshot("snapshot");
    r.staged = f.snapshot("staged");
    r.step = f.text("step");
    r.fault = f.text("fault");
    r.ieee = f.text("ieee");
    r.firmware = f.number<std::uint32_t>("firmware");
    r.restarts = f.number<std::uint32_t>("restarts");
    r.blank = f.flag("blank");
    r.ready = f.flag("ready");
    r.service_version = f.text("service_version");
    // Agents of former versions do not listen.
    if (object->contains("heard_on")) r.heard_on = f.number<std::uint8_t>("heard_on", 26);
    if (object->contains("unsaved")) r.unsaved = f.text("unsaved");
    if (!f.error().empty()) return {Errc::protocol, "report: " + f.error()};
    return r;
}

std::string encode(const Order& o) {
    const json value{{"node", o.node},
                     {"nonce", o.nonce},
                     {"incarnation", o.incarnation},
                     {"goal", to_string(o.goal)},
                     {"epoch", o.epoch},
                     {"lease_ms", o.lease.count()},
                     {"allow_form", o.allow_form},
                     {"clear_fault", o.clear_fault},
                     {"source", o.source},
                     {"snapshot", o.snapshot},
                     {"counter_epoch", o.counter_epoch}};
    return value.dump();
}

Result<Order> decode_order(const std::string& text) {
    auto object = parse_object(text, "order");
    if (!object) return object.error();
    Fields f(*object);
    Order o;
    o.node = f.text("node");
    o.nonce = f.number<std::uint64_t>("nonce");
    o.incarnation = f.number<std::uint64_t>("incarnation");
    o.goal = f.name_of("goal", parse_goal);
    o.epoch = f.number<Epoch>("epoch", kEpochMax);
    o.lease = f.duration("lease_ms");
    o.allow_form = f.flag("allow_form");
    o.clear_fault = f.flag("clear_fault");
    o.source = f.text("source");
    o.snapshot = f.text("snapshot");
    o.counter_epoch = f.number<Epoch>("counter_epoch", kEpochMax);
    if (!f.error().empty()) return {Errc::protocol, "order: " + f.error()};
    return o;
}
}  // namespace zha::wire
