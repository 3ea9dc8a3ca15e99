#include "core/rto.hpp"

#include <algorithm>
#include <cmath>

#include "core/lease.hpp"
#include "core/limits.hpp"

namespace zha {

namespace {

using Parts = std::vector<RtoPart>;

/// Until an agent's change of state is told, or an order has reached it.
RtoPart told(const Timing& t, const char* what) {
    return {what, t.heartbeat};
}

RtoPart noticed() {
    return {"noticed", kServiceAge + kServiceAnswerMost};
}

/// From a proven release to "online" on the other node; `asked`: the old node is there and tells
/// its last snapshot.
Parts hand_over(const Timing& t, bool asked) {
    Parts parts;
    if (asked) parts = {{"last snapshot", kSettleMost}, {"fetched", kStageMost}};
    parts.push_back(told(t, "granted"));
    parts.push_back({"promotion", t.promote_timeout});
    return parts;
}

Parts operator+(Parts a, const Parts& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// Until the controller takes a silent holder's role away by the clock. The broker's word on its
/// agent and `fall` heartbeats come before the hold-down is over, or are waited for.
Millis lost_most(const Timing& t) {
    return std::max({t.hold_down, t.heartbeat * t.fall, will_most(t)});
}

Parts released(const Timing& t) {
    return {{"fence", t.fence}, told(t, "told")};
}

RtoClass planned(const Timing& t) {
    Parts parts{{"graceful stop", t.stop_timeout}};
    return {"planned", "planned switchover", true, parts + released(t) + hand_over(t, true),
            "The gap begins when zigbee2mqtt is told to stop."};
}

/// What has to be true before a lost host is replaced; empty = the clock alone does.
std::string power_note(const Config& config) {
    if (config.fencing == "required")
        return " Only after its fence device said off (fencing: required): no bound without that.";
    return {};
}

/// The promotion fails as late as it can; the role is taken back and given to the old node.
RtoClass planned_back(const Config& config) {
    const auto& t = config.timing;
    auto parts = planned(t).parts;
    parts.push_back({"given up", t.fence + t.lease});
    parts.push_back({"taken back", lost_most(t)});
    auto note = "Back to the node that had the role." + power_note(config);
    return {"planned_rollback", "planned switchover that fails", config.fencing != "required",
            parts + hand_over(t, true), note};
}

RtoClass restart(const Timing& t) {
    if (t.local_restarts == 0)
        return {"service_restart", "zigbee2mqtt dies", true,
                Parts{noticed()} + released(t) + hand_over(t, true),
                "local_restarts is 0: the role moves at once."};
    return {"service_restart",
            "zigbee2mqtt dies, and starts again",
            true,
            {noticed(), {"restart in place", t.start_timeout}},
            "The agent starts it again on the same node."};
}

RtoClass service(const Timing& t) {
    Parts parts;
    for (unsigned i = 0; i < t.local_restarts; ++i) {
        parts.push_back(noticed());
        parts.push_back({"restart in place", t.start_timeout});
    }
    // A failed restart is followed by the fence at once; one that dies again is noticed first.
    parts.push_back(noticed());
    return {"service_failover", "zigbee2mqtt dies, and again", true,
            parts + released(t) + hand_over(t, true),
            "After local_restarts the agent fences and releases; nobody waits for hold_down."};
}

RtoClass pulled(const Timing& t) {
    return {"dongle_pulled", "dongle pulled", true,
            Parts{noticed()} + released(t) + hand_over(t, true),
            "The agent proves that zigbee2mqtt is gone, and releases."};
}

/// Its last good answer came just before; each question may be waited for.
RtoClass hung(const Timing& t) {
    if (t.ping_fall == 0)
        return {"dongle_hangs",
                "dongle hangs",
                false,
                {},
                "ping_fall is 0: nothing sees it while zigbee2mqtt runs."};
    Parts parts{{"asked", t.ping},
                {"no answer", kDongleAnswerMost * t.ping_fall},
                {"zigbee2mqtt ended", t.fence}};
    if (t.local_restarts > 0)
        parts.push_back({"reset and restart in place", t.start_timeout});
    else
        parts = parts + released(t) + hand_over(t, true);
    return {"dongle_hangs", "dongle hangs, and a reset helps", true, parts,
            "When zigbee2mqtt can be asked for it; a dongle that no reset silences has to be "
            "unplugged by hand."};
}

RtoClass agent(const Timing& t) {
    // F/2 without a beat, then the guard's own fence, then a new worker that fences once more.
    Parts parts{{"noticed by its guard", t.fence / 2},
                {"guard's fence", t.fence},
                {"new worker", kWorkerStartMost}};
    return {"agent_killed", "agent killed or hung", true, parts + released(t) + hand_over(t, true),
            "Its guard silences the dongle and starts a new worker. Guard killed as well and not "
            "started again: as a host that is lost, but its dongle stays on the air."};
}

RtoClass host_lost(const Config& config) {
    const auto& t = config.timing;
    return {"host_lost", "host loses its power", config.fencing != "required",
            Parts{{"hold_down", lost_most(t)}} + hand_over(t, false),
            "The controller waits until its lease is over for certain; a fence device that "
            "says off ends the wait (not for a dongle alone)." +
                power_note(config)};
}

RtoClass host_frozen(const Config& config) {
    auto frozen = host_lost(config);
    frozen.key = "host_frozen";
    frozen.failure = "host freezes, its dongle has power";
    frozen.note =
        "As a host that is lost. But nobody there silences its dongle: without a watchdog that "
        "takes its power, or a fence device, it may be on the air beside the next one." +
        power_note(config);
    return frozen;
}

RtoClass partition(const Config& config) {
    const auto& t = config.timing;
    Parts parts{{"hold_down", lost_most(t)}};
    return {"partition", "host cut off from the network", config.fencing != "required",
            parts + released(t) + hand_over(t, true),
            "The node silences itself when its lease ends; it may come back meanwhile and is then "
            "asked for its last snapshot." +
                power_note(config)};
}

RtoClass controller_lost(const Config& config) {
    if (config.on_controller_loss == "hold")
        return {"controller_lost",
                "controller lost",
                true,
                {},
                "on_controller_loss: hold. The active node goes on; until a controller is back no "
                "other failure is repaired but a restart in place."};
    if (config.controller.spare)
        return {"controller_lost",
                "controller lost",
                true,
                {},
                "on_controller_loss: fence. The spare controller renews the lease before it ends; "
                "with both lost the node goes silent."};
    return {"controller_lost",
            "controller lost",
            false,
            {},
            "on_controller_loss: fence. The node goes silent when its lease ends, and stays so "
            "until a controller is back."};
}

RtoClass controller_back(const Config& config) {
    const auto& t = config.timing;
    // Its first look; a node that is missing is waited for until its lease would be over.
    Parts parts{told(t, "heard"), {"hold_down", t.hold_down}};
    return {"controller_back", "after that, once it is back", true, parts + hand_over(t, true),
            "Counted from its return; the hold-down only while a node is missing."};
}

RtoClass broker_short() {
    return {"broker_short",
            "broker restarts, within the lease",
            true,
            {{"reconnected", kReconnectMost}},
            "Counted from its return; the role stays where it is."};
}

RtoClass broker_long(const Timing& t) {
    Parts parts{{"reconnected", kReconnectMost}, told(t, "heard"), {"hold_down", t.hold_down}};
    return {"broker_long", "broker away, longer than the lease", true,
            parts + released(t) + hand_over(t, true),
            "Counted from its return; the active node silenced itself. The hold-down only while a "
            "node is missing."};
}

}  // namespace

std::optional<Millis> RtoClass::worst() const {
    if (!bounded) return std::nullopt;
    Millis sum{0};
    for (const auto& part : parts) sum += part.time;
    return sum;
}

Millis will_most(const Timing& t) {
    // The daemons' keepalive is a quarter of the lease in whole seconds, at least one.
    const auto quarter = std::chrono::duration_cast<std::chrono::seconds>(t.lease / 4);
    return Millis{std::max(quarter, std::chrono::seconds{1})} * 3 / 2 + kBrokerLookMost;
}

std::vector<RtoClass> rto_classes(const Config& config) {
    const auto& t = config.timing;
    std::vector<RtoClass> all{planned(t), planned_back(config)};
    all.push_back(restart(t));
    if (t.local_restarts > 0) all.push_back(service(t));
    all.push_back(pulled(t));
    all.push_back(hung(t));
    all.insert(all.end(), {agent(t), host_lost(config), host_frozen(config), partition(config),
                           controller_lost(config)});
    if (config.on_controller_loss == "fence") all.push_back(controller_back(config));
    all.insert(all.end(), {broker_short(), broker_long(t)});
    if (config.controller.automatic_failover) return all;
    // A restart in place and a planned move need no permission to fail over.
    for (auto& c : all) {
        const bool moves = c.key != "planned" && c.key != "planned_rollback" &&
                           !(c.key == "service_restart" && t.local_restarts > 0) &&
                           c.key != "broker_short" && c.key != "controller_lost";
        if (!moves) continue;
        c.bounded = false;
        c.note += " automatic_failover is off: until an operator moves the role.";
    }
    return all;
}

namespace {

/// What of a lease is left to a spare controller under on_controller_loss: fence. The holder may
/// count its lease on a fast clock and the spare one its wait on a slow one. The last order before
/// the loss and the first one after it are a heartbeat each.
Millis takeover_room(const Timing& t) {
    const double lease = double(t.lease.count()) / (1.0 + t.drift) - double(will_most(t).count());
    return Millis{static_cast<Millis::rep>(std::floor(lease * (1.0 - t.drift)))} - 2 * t.heartbeat;
}

}  // namespace

Millis takeover_after(const Config& config) {
    constexpr Millis kLeast{1000};
    const auto& spare = config.controller.spare;
    if (spare && spare->takeover_after > Millis{0}) return spare->takeover_after;
    const auto half = config.timing.lease / 2;
    if (config.on_controller_loss != "fence") return half;
    return std::min(half, std::max(kLeast, takeover_room(config.timing)));
}

Status check_takeover(const Config& config) {
    if (config.on_controller_loss != "fence" || !config.controller.spare) return {};
    const auto& t = config.timing;
    const auto text = [](Millis d) { return std::to_string(d.count()) + "ms"; };
    const auto room = takeover_room(t);
    const auto wanted = takeover_after(config);
    if (wanted <= room) return {};
    const auto why = text(wanted) + " is too long with on_controller_loss fence: of the lease, " +
                     text(t.lease) + ", the broker's word takes " + text(will_most(t)) +
                     " and two heartbeats " + text(2 * t.heartbeat);
    if (room < Millis{1000})
        return {Errc::invalid, why + "; lengthen timing.lease or use on_controller_loss hold"};
    return {Errc::invalid, why + "; at most " + text(room) +
                               " keep the network, or lengthen timing.lease, or use "
                               "on_controller_loss hold"};
}

}  // namespace zha
