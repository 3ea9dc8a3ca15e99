// Who acts, and what the other controller is told: the part of Controller that knows of two.
#include <algorithm>

#include "controller/controller.hpp"
#include "controller/journal_file.hpp"
#include "controller/replica.hpp"
#include "core/limits.hpp"
#include "core/safeguards.hpp"
#include "platform/log/log.hpp"

namespace zha {

namespace {

using State = wire::ControllerStatus::State;

/// No other controller grants so many while this one does not hear of it.
constexpr Epoch kEpochsAhead = 10000;

}  // namespace

std::string controller_offline() {
    return wire::encode(wire::ControllerStatus{});
}

Path state_of(const Config& config, bool spare) {
    return spare && config.controller.spare ? config.controller.spare->state
                                            : config.controller.state;
}

void Controller::begin_lead() {
    auto& bus = p_.bus;
    bus.on_connection([this](bool up, const std::string& why) { connection(up, why); });
    // The journals before the statuses: who finds the other one gone already has what it left.
    for (const bool whose : {false, true})
        bus.subscribe(topics_.journal(whose), [this](const BusMessage& m) { heard_journal(m); });
    for (const bool whose : {false, true})
        bus.subscribe(topics_.epoch(whose), [this](const BusMessage& m) { heard_epoch(m); });
    bus.subscribe(topics_.journal_kept(!spare_), [this](const BusMessage& m) { heard_kept(m); });
    bus.subscribe(topics_.controller_status(!spare_),
                  [this](const BusMessage& m) { heard_other_status(m); });
    bus.subscribe(topics_.controller_status(spare_),
                  [this](const BusMessage& m) { heard_own_status(m); });
}

void Controller::connection(bool up, const std::string& why) {
    confirmed_ = false;
    if (!up) {
        lead_.disconnected();
        spdlog::warn("broker: {}", why);
        return;
    }
    spdlog::info("connected to the broker");
    // Whatever the broker holds of us may be older than this session.
    published_.clear();
    news_ = true;
    lead_.connected(p_.clock.now());
    follow_lead();
}

void Controller::follow_lead() {
    const auto now = p_.clock.now();
    switch (lead_.due(now)) {
        case Leadership::Step::lead:
            return lead();
        case Leadership::Step::stand_by:
            return stand_by();
        case Leadership::Step::none:
            break;
    }
    // Again and again: a status that nobody repeats is a leftover, and one may have been lost.
    if (lead_.acting() && now - said_at_ >= config_.timing.lease / 4) say_status(State::online);
    const bool waits = lead_.role() == Leadership::Role::standby && !lead_.usurped();
    if (waits && !published_.contains(topics_.controller_status(spare_)))
        say_status(State::standby);
}

void Controller::lead() {
    const bool takes_over = lead_.role() == Leadership::Role::standby;
    auto journal = situation_.journal;
    auto least = lead_.incarnation() + (takes_over ? 1 : 0);
    // Written by the other one, under its number.
    if (journal.incarnation > lead_.incarnation()) least = std::max(least, journal.incarnation + 1);
    journal.incarnation = lead_.next_incarnation(least);
    confirmed_ = false;
    if (!journal.unpowered.empty() && !lead_.chooses(situation_.journal.incarnation))
        journal.unpowered_of = mark_of(situation_.journal);
    if (auto saved = keep(journal); !saved) {
        spdlog::error("cannot lead, the journal cannot be written: {}", saved.error().message);
        return;
    }
    if (takes_over) spdlog::warn("no controller acts: taking over");
    situation_.journal = std::move(journal);
    situation_.raised.clear();
    for (auto& [name, view] : situation_.nodes) {
        view.pulse = {};
        // Another one may have switched it off meanwhile, by a device that is slow.
        view.power_back = false;
        if (situation_.journal.unpowered.contains(name)) view.off_noted = p_.clock.now();
    }
    told_.clear();
    facts_.incarnation = situation_.journal.incarnation;
    known_epoch_ = situation_.journal.epoch;
    kept_serial_ = 0;
    owed_.clear();
    lead_.led(facts_.incarnation);
    say_status(State::online);
    publish_discovery();
}

void Controller::stand_by() {
    if (lead_.acting()) spdlog::critical("a newer controller acts: standing by");
    spdlog::info("standing by");
    confirmed_ = false;
    clear_fault_.clear();
    lead_.stood_by(p_.clock.now());
    published_.clear();
    if (!lead_.usurped()) say_status(State::standby);
}

void Controller::say_status(State state) {
    const auto topic = topics_.controller_status(spare_);
    said_at_ = p_.clock.now();
    published_.erase(topic);
    publish(topic, wire::encode(wire::ControllerStatus{state, facts_.incarnation}), true, 1);
}

void Controller::start_anew() {
    situation_.since = p_.clock.now();
    decided_at_ = situation_.since;
    // The phase of a move gets its time again: nobody could be heard meanwhile.
    if (auto& move = situation_.journal.move) move->phase_since = situation_.since;
}

void Controller::heard_own_status(const BusMessage& message) {
    const auto status = wire::decode_status(message.payload);
    if (status) lead_.heard_own(*status, message.retained, p_.clock.now());
    const bool ours =
        status && status->state == State::online && status->incarnation == facts_.incarnation;
    if (!lead_.acting() || message.retained) return follow_lead();
    if (!ours) {
        // Nodes may believe it and hold on to the role on their own: as after a new start.
        follow_lead();
        if (lead_.acting() && std::exchange(confirmed_, false)) say_status(State::online);
        return;
    }
    // Nodes that hold the role on their own give that up once they see us online. The broker has
    // it now; so from here on the hold-down covers them.
    if (confirmed_) return;
    confirmed_ = true;
    if (kept(Safeguard::late_controller) && kept(Safeguard::confirmed_session)) start_anew();
    send_journal();
    say_epoch();
    decide_now();
    publish_state();
}

void Controller::heard_other_status(const BusMessage& message) {
    const auto status = wire::decode_status(message.payload);
    if (!status) {
        spdlog::warn("{}: {}", message.topic, status.error().message);
        return;
    }
    const bool ready = lead_.spare_ready();
    news_ = true;
    lead_.heard_other(*status, p_.clock.now());
    situation_.now = p_.clock.now();
    if (acting() && lead_.spare_ready() && !ready) send_journal();
    follow_lead();
}

void Controller::heard_epoch(const BusMessage& message) {
    const auto epoch = wire::decode_epoch(message.payload);
    auto& said = situation_.said_epoch;
    // Counters are raised for each: no word of anybody may use them up.
    const auto most = std::max(situation_.journal.epoch, said) + kEpochsAhead;
    if (!epoch || *epoch > most)
        return spdlog::warn("{}: {}", message.topic,
                            epoch ? "an epoch that cannot be" : epoch.error().message);
    said = std::max(said, *epoch);
}

void Controller::say_epoch() {
    const auto highest = std::max(situation_.journal.epoch, situation_.said_epoch);
    if (highest > 0) publish(topics_.epoch(spare_), wire::encode_epoch(highest), true, 1);
}

void Controller::note_others_off(const Journal& other, const BusMessage& message) {
    const auto mark = mark_of(other);
    const auto& journal = situation_.journal;
    // What the broker kept under our own name is an older writing of ours, which the present one
    // goes on from, unless that is the other one's.
    const bool own = message.topic == topics_.journal(spare_) && message.retained &&
                     mark.incarnation <= journal.incarnation && lead_.chooses(journal.incarnation);
    if (own || mark.incarnation == journal.incarnation || mark == journal.unpowered_of) return;
    auto& pending = situation_.others_off;
    const bool again = mark.incarnation == situation_.others_mark.incarnation;
    if (again) pending.clear();
    pending.insert(other.unpowered.begin(), other.unpowered.end());
    if (again || !other.unpowered.empty()) situation_.others_mark = mark;
    for (const auto& name : other.unpowered) {
        auto& view = situation_.nodes[name];
        view.power_back = false;
        view.off_noted = p_.clock.now();
    }
}

void Controller::follow(Journal journal) {
    const auto& ours = situation_.journal;
    const auto mark = mark_of(ours);
    const bool known = journal.unpowered_of == mark || journal.incarnation == mark.incarnation;
    if (!ours.unpowered.empty() && lead_.chooses(mark.incarnation) && !known) {
        // Who acts did not take over yet what we switched off, and the broker may not have it.
        situation_.others_off = ours.unpowered;
        situation_.others_mark = mark;
        owed_ = encode_replica(ours);
    } else if (journal.unpowered_of == situation_.others_mark) {
        situation_.others_off.clear();
        owed_.clear();
    }
    saved_ = journal;
    situation_.journal = std::move(journal);
    if (auto& move = situation_.journal.move) move->started = move->phase_since = p_.clock.now();
}

void Controller::heard_journal(const BusMessage& message) {
    auto journal = decode_replica(message.payload, config_);
    if (!journal) {
        spdlog::warn("{}: {}", message.topic, journal.error().message);
        return;
    }
    if (lead_.acting()) return note_others_off(*journal, message);
    const auto kept = mark_of(*journal);
    if (later(*journal, situation_.journal)) {
        // As it is: only who acts counts its serial on.
        if (auto saved = save_journal(p_.store, state_, *journal); !saved) {
            spdlog::error("the other controller's journal cannot be written: {}",
                          saved.error().message);
            return;
        }
        follow(std::move(*journal));
    } else {
        note_others_off(*journal, message);
    }
    if (message.topic != topics_.journal(!spare_)) return;
    // Once in each session with the broker.
    if (!owed_.empty()) publish(topics_.journal(spare_), owed_, true, 1);
    if (mark_of(situation_.journal) == kept)
        publish(topics_.journal_kept(spare_), encode_kept(kept), false, 1);
}

Status Controller::keep(Journal& journal) {
    if (journal == saved_) return {};
    ++journal.serial;
    if (auto saved = save_journal(p_.store, state_, journal); !saved) {
        --journal.serial;
        return saved;
    }
    saved_ = journal;
    return {};
}

void Controller::send_journal() {
    if (!config_.controller.spare || !lead_.acting()) return;
    published_.erase(topics_.journal(spare_));
    publish(topics_.journal(spare_), encode_replica(situation_.journal), true, 1);
}

void Controller::heard_kept(const BusMessage& message) {
    const auto kept = decode_kept(message.payload);
    if (!kept) {
        spdlog::warn("{}: {}", message.topic, kept.error().message);
        return;
    }
    const auto& journal = situation_.journal;
    if (message.retained || !acting() || kept->incarnation != journal.incarnation) return;
    kept_serial_ = std::max(kept_serial_, kept->serial);
    if (known_epoch_ >= journal.epoch || kept->serial < grant_serial_) return;
    known_epoch_ = journal.epoch;
    publish(topics_.poke(journal.holder), "{}", false);
}

bool Controller::may_cut_power() const {
    return !lead_.spare_ready() || kept_serial_ >= situation_.journal.serial ||
           p_.clock.now() - written_at_ >= kSpareWordMost;
}

bool Controller::may_send(const Order& order) {
    if (order.lease <= Millis{0} || order.epoch <= known_epoch_) return true;
    if (lead_.spare_ready()) {
        if (p_.clock.now() - granted_at_ < kSpareWordMost) return false;
        spdlog::warn("epoch {}: the spare controller does not say that it knows of the grant",
                     order.epoch);
    }
    known_epoch_ = order.epoch;
    return true;
}

}  // namespace zha
