#include "controller/controller.hpp"

#include <nlohmann/json.hpp>

#include "controller/commands.hpp"
#include "controller/journal_file.hpp"
#include "platform/log/log.hpp"

namespace zha {

namespace {

constexpr Millis kTick{250};
constexpr Millis kForgetFailures{600000};

/// Those of the MIB; the others are in the history and on MQTT only.
std::optional<Notification> notification(EventKind kind) {
    switch (kind) {
        case EventKind::switchover_started:
            return Notification::switchover_started;
        case EventKind::switchover_completed:
            return Notification::switchover_completed;
        case EventKind::switchover_failed:
            return Notification::switchover_failed;
        case EventKind::node_down:
            return Notification::node_down;
        case EventKind::node_up:
            return Notification::node_up;
        case EventKind::dongle_fault:
            return Notification::dongle_fault;
        case EventKind::dongle_recovered:
            return Notification::dongle_recovered;
        case EventKind::identity_mismatch:
            return Notification::identity_mismatch;
        case EventKind::standby_not_ready:
            return Notification::standby_not_ready;
        case EventKind::standby_ready:
            return Notification::standby_ready;
        case EventKind::no_active:
            return Notification::no_active;
        case EventKind::two_on_air:
            return Notification::two_on_air;
        case EventKind::fence_failed:
            return Notification::fence_failed;
        default:
            return std::nullopt;
    }
}

/// "online" / "offline" out of {"state": ...} or the bare word.
std::string presence(const std::string& payload) {
    const auto value = nlohmann::json::parse(payload, nullptr, false);
    return value.is_object() ? wire::text_of(value, "state") : payload;
}

}  // namespace

Controller::Controller(const Config& config, ControllerParts parts, Journal journal,
                       ControllerSelf self)
    : config_(config),
      spare_(self.spare),
      state_(state_of(config, self.spare)),
      p_(parts),
      topics_(config.mqtt.base_topic, config.cluster),
      lead_(config, self.spare, std::max(self.incarnation, journal.incarnation)) {
    situation_.config = &config_;
    situation_.automatic = config.controller.automatic_failover;
    situation_.since = p_.clock.now();
    situation_.journal = std::move(journal);
    if (auto& move = situation_.journal.move) move->started = move->phase_since = p_.clock.now();
    for (const auto& node : config.nodes) situation_.nodes[node.name] = NodeView{};
    saved_ = situation_.journal;
    facts_ = {lead_.incarnation(), p_.clock.wall(), spare_};
}

void Controller::begin() {
    auto& bus = p_.bus;
    begin_lead();
    bus.subscribe(topics_.command(), [this](const BusMessage& m) { heard_command(m); });
    bus.subscribe(config_.mqtt.z2m_base_topic + "/bridge/state",
                  [this](const BusMessage& m) { heard_bridge(m); });
    for (const auto& node : config_.nodes) {
        const auto& name = node.name;
        bus.subscribe(topics_.report(name),
                      [this, name](const BusMessage& m) { heard_report(name, m); });
        bus.subscribe(topics_.agent_status(name),
                      [this, name](const BusMessage& m) { heard_agent_status(name, m); });
        bus.subscribe(topics_.active_set(name),
                      [this, name](const BusMessage& m) { heard_switch(name, m); });
    }
    if (!config_.mqtt.discovery_prefix.empty())
        bus.subscribe(config_.mqtt.discovery_prefix + "/status", [this](const BusMessage& m) {
            if (m.payload == "online" && acting()) publish_discovery();
        });
}

Task<void> Controller::run() {
    executor_ = co_await asio::this_coro::executor;
    auto expected = p_.clock.now() + kTick;
    while (co_await p_.clock.sleep_until(expected)) {
        expected = p_.clock.now() + kTick;
        follow_lead();
        if (decide_now()) use_devices();
        follow_schedule();
        publish_state();
    }
}

void Controller::follow_schedule() {
    const auto& drill = config_.drill;
    if (!drill.schedule) return;
    const auto wall = p_.clock.wall();
    const auto face = schedule::face_minute(wall, p_.offset(wall));
    // Asked also by one that waits: what comes meanwhile is the other one's.
    if (!drills_.due(*drill.schedule, face) || !acting()) return;
    spdlog::info("the time of a drill has come");
    situation_.blackout = schedule::covers(drill.blackout, face);
    OperatorCommand command;
    command.verb = OperatorCommand::Verb::drill;
    command.scheduled = true;
    decide_now(command);
}

void Controller::heard_report(const std::string& node, const BusMessage& message) {
    if (message.retained) return;
    auto report = wire::decode_report(message.payload);
    if (!report) {
        spdlog::warn("{}: {}", message.topic, report.error().message);
        return;
    }
    // The broker's access rules bind a topic to a node; the payload does not.
    if (report->node != node) {
        spdlog::warn("{}: report of another node dropped", message.topic);
        return;
    }
    const auto nonce = report->nonce;
    auto& view = situation_.nodes[node];
    situation_.now = p_.clock.now();
    note_boot(view.boots, report->host_boot, situation_.now);
    if (of_another_boot(situation_, *report)) {
        // Not answered either: it gets no lease, and was silent before it spoke.
        note_other_boot(view, *report, situation_.now);
        if (std::exchange(strange_boot_[node], report->host_boot) != report->host_boot)
            spdlog::warn(
                "{}: another boot than the one that holds the lease speaks; it is not "
                "heard until that is over",
                message.topic);
        return;
    }
    const bool changed =
        !view.heard || view.report.state != report->state || view.report.fault != report->fault;
    news_ = news_ || changed;
    if (changed)
        spdlog::info("{} is {}{}", node, to_string(report->state),
                     report->fault.empty() ? "" : " (" + report->fault + ")");
    view.report = std::move(*report);
    view.heard = true;
    view.heard_at = p_.clock.now();
    view.gone = view.boots.other_loud = false;
    lead_.heard_obeyed(view.report.incarnation);
    // A decision that came late forgets whom it does not know any more.
    if (decide_now() && view.heard) send_order(node, nonce);
}

void Controller::send_order(const std::string& node, std::uint64_t nonce) {
    const auto& instruction = decision_.instructions[node];
    Order order;
    order.node = node;
    order.nonce = nonce;
    order.incarnation = situation_.journal.incarnation;
    order.goal = instruction.goal;
    order.epoch = instruction.epoch;
    order.lease = instruction.lease;
    order.allow_form = instruction.allow_form;
    order.clear_fault = std::exchange(clear_fault_[node], false);
    order.source = instruction.source;
    order.snapshot = instruction.snapshot;
    order.counter_epoch = situation_.journal.epoch;
    if (!may_send(order)) return;
    // Noted before it is sent: a lease that was perhaps sent counts as sent.
    if (order.lease > Millis{0}) situation_.nodes[node].leased_at = p_.clock.now();
    told_[node] = instruction;
    publish(topics_.order(node), wire::encode(order), false);
}

bool Controller::decide_now(std::optional<OperatorCommand> command) {
    // Cut off from the broker it hears nothing, while a holder may rightly hold on to its lease:
    // no hold-down runs until the session is back and `since` is new.
    if (!p_.bus.connected() || !acting()) return false;
    situation_.now = p_.clock.now();
    // Suspended, stopped or starved: leases were not renewed meanwhile and time is unknown.
    const bool late = situation_.now - decided_at_ > config_.timing.heartbeat + kTick;
    if (late && kept(Safeguard::late_controller)) {
        spdlog::warn("late by {} ms: counting as just started",
                     (situation_.now - decided_at_).count());
        start_anew();
    }
    decided_at_ = situation_.now;
    forget_other_boots();
    situation_.wall = p_.clock.wall();
    situation_.command = std::move(command);
    auto decision = decide(situation_);
    if (auto saved = keep(decision.journal); !saved) {
        spdlog::error("the journal cannot be written, nothing is decided: {}",
                      saved.error().message);
        if (situation_.command && !situation_.command->id.empty())
            reply(situation_.command->id, true, "failed", saved.error().message);
        return false;
    }
    const bool written = decision.journal.serial != situation_.journal.serial;
    if (decision.journal.epoch != situation_.journal.epoch) {
        grant_serial_ = decision.journal.serial;
        granted_at_ = situation_.now;
    }
    news_ = news_ || decision.text != decision_.text || decision.state != decision_.state;
    decision_ = std::move(decision);
    situation_.journal = decision_.journal;
    situation_.others_off.clear();
    if (written) {
        say_epoch();
        written_at_ = situation_.now;
        send_journal();
        news_ = true;
    }
    situation_.raised = std::move(decision_.raised);
    for (auto& [name, view] : situation_.nodes) {
        const auto failures = decision_.failures[name];
        auto& failed_at = failed_at_[name];
        if (failures > view.failures) failed_at = situation_.now;
        const bool old = situation_.now - failed_at > kForgetFailures;
        view.failures = old ? 0 : failures;
        view.pulse = decision_.pulses[name];
    }
    for (const auto& event : decision_.events) tell(event);
    for (const auto& answer : decision_.answers)
        reply(answer.command, answer.done, std::string(to_string(answer.code)), answer.text);
    if (decision_.repair_bridge) repair_bridge();
    for (auto& [name, instruction] : decision_.instructions) {
        auto& clear_fault = clear_fault_[name];
        if (std::exchange(instruction.clear_fault, false)) clear_fault = true;
        const auto told = told_.find(name);
        const bool news = told == told_.end() || told->second != instruction;
        if (!news && !clear_fault) continue;
        told_[name] = instruction;
        publish(topics_.poke(name), "{}", false);
    }
    return true;
}

/// Of whom the journal that is followed now was granted to another boot: heard while another
/// journal was, or before this controller was away.
void Controller::forget_other_boots() {
    const auto it = situation_.nodes.find(situation_.journal.holder);
    if (it == situation_.nodes.end() || !it->second.heard) return;
    if (!of_another_boot(situation_, it->second.report)) return;
    note_other_boot(it->second, it->second.report, it->second.heard_at);
    it->second.heard = false;
    it->second.report = {};
}

void Controller::heard_command(const BusMessage& message) {
    if (message.retained || !lead_.acting()) return;
    std::string id;
    auto request = decode_request(message.payload, id);
    if (!request) {
        spdlog::warn("{}", request.error().message);
        if (!id.empty()) reply(id, true, "invalid", request.error().message);
        return;
    }
    if (request->explain) return reply_explanation(id);
    if (!request->command) return reply_history(id, request->limit);
    spdlog::info("operator's command {}: node \"{}\"", id, request->command->node);
    decide_now(request->command);
    publish_state();
}

void Controller::heard_switch(const std::string& node, const BusMessage& message) {
    if (message.retained || !lead_.acting()) return;
    // OFF names no successor: the switch shows what is and is only obeyed when turned on.
    if (message.payload == "ON") {
        spdlog::info("the switch of {} was turned on", node);
        decide_now(OperatorCommand{OperatorCommand::Verb::switchover, "switch-of-" + node, node});
    }
    published_.erase(topics_.active_state(node));
    news_ = true;
    publish_state();
}

void Controller::heard_bridge(const BusMessage& message) {
    const auto word = presence(message.payload);
    situation_.bridge = word == "online"    ? BridgeState::online
                        : word == "offline" ? BridgeState::offline
                                            : BridgeState::unknown;
    situation_.bridge_at = p_.clock.now();
    decide_now();
}

void Controller::heard_agent_status(const std::string& node, const BusMessage& message) {
    situation_.nodes[node].gone = presence(message.payload) == "offline";
    decide_now();
}

void Controller::tell(const Event& event) {
    spdlog::info("{}: {}", to_string(event.kind), event.text);
    HistoryLine line;
    line.at = p_.clock.wall();
    line.kind = to_string(event.kind);
    line.epoch = situation_.journal.epoch;
    line.from = event.peer;
    line.to = event.node;
    line.cause = event.cause;
    line.text = event.text;
    line.duration_ms = event.duration.count();
    auto id = p_.history.append(line);
    if (!id) spdlog::error("history: {}", id.error().message);
    TrapContent content;
    content.cluster = config_.cluster;
    content.node = event.node;
    content.peer = event.peer;
    content.reason = event.cause;
    content.duration_ms = static_cast<std::uint32_t>(event.duration.count());
    content.event_id = id ? static_cast<std::uint32_t>(*id) : 0;
    content.text = event.text;
    if (const auto kind = notification(event.kind))
        if (auto sent = p_.traps.send(*kind, content); !sent)
            spdlog::warn("trap: {}", sent.error().message);
    const nlohmann::json json{{"kind", line.kind},
                              {"node", event.node},
                              {"peer", event.peer},
                              {"cause", line.cause},
                              {"text", event.text},
                              {"at", line.at},
                              {"duration_ms", line.duration_ms}};
    publish(topics_.event(), json.dump(), false, 1);
}

void Controller::reply(const std::string& id, bool done, const std::string& code,
                       const std::string& text, const std::string& data) {
    publish(topics_.response(id), encode_reply({id, done, code, text, data}), false, 1);
}

void Controller::reply_explanation(const std::string& id) {
    situation_.now = p_.clock.now();
    situation_.wall = p_.clock.wall();
    nlohmann::json data = nlohmann::json::array();
    for (const auto& f : explain(situation_)) data.push_back({{"node", f.node}, {"text", f.text}});
    reply(id, true, "ok", "", data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void Controller::repair_bridge() {
    // Here and not in the agent: the controller hears every agent and the topic in one order, and
    // only one program has to be allowed to write there.
    const auto topic = config_.mqtt.z2m_base_topic + "/bridge/state";
    if (auto sent = p_.bus.publish(topic, R"({"state":"online"})", true, 1); !sent)
        spdlog::warn("{}: {}", topic, sent.error().message);
}

void Controller::reply_history(const std::string& id, unsigned limit) {
    auto lines = p_.history.newest(limit);
    if (!lines) return reply(id, true, "failed", lines.error().message);
    nlohmann::json data = nlohmann::json::array();
    for (const auto& l : *lines)
        data.push_back({{"id", l.id},
                        {"at", l.at},
                        {"kind", l.kind},
                        {"epoch", l.epoch},
                        {"from", l.from},
                        {"to", l.to},
                        {"cause", l.cause},
                        {"text", l.text},
                        {"duration_ms", l.duration_ms}});
    reply(id, true, "ok", "", data.dump());
}

void Controller::publish(const std::string& topic, const std::string& payload, bool retain,
                         int qos) {
    if (retain && published_[topic] == payload) return;
    const auto sent = p_.bus.publish(topic, payload, retain, qos);
    if (sent && retain) published_[topic] = payload;
    if (!sent) spdlog::debug("{}", sent.error().message);
}

void Controller::publish_state() {
    if (!p_.bus.connected() || !lead_.acting()) return;
    // Its ages are whole seconds.
    const auto now = p_.clock.now();
    if (!std::exchange(news_, false) && now - state_at_ < Millis{1000}) return;
    state_at_ = now;
    facts_.other = lead_.other();
    auto state = state_json(situation_, decision_, facts_);
    const std::string active = state["active"];
    publish(topics_.state(), state.dump(), true);
    for (const auto& node : config_.nodes)
        publish(topics_.active_state(node.name), active == node.name ? "ON" : "OFF", true);
}

void Controller::publish_discovery() {
    if (config_.mqtt.discovery_prefix.empty()) return;
    for (const auto& node : config_.nodes) {
        published_.erase(discovery_topic(config_, node.name));
        publish(discovery_topic(config_, node.name), discovery_json(config_, node.name).dump(),
                true, 1);
    }
}

}  // namespace zha
