#include "simulator/simulate/witness.hpp"

#include <fmt/format.h>

#include <array>

#include "node-agent/sync/z2m_files.hpp"

namespace zha::sim {

namespace {

constexpr double kFramesPerSecond = 20;
constexpr double kSavedEvery = 1000;  ///< the firmware saves its counter this often
constexpr double kStartJump = 1250;   ///< and adds this at its start
constexpr std::array<std::string_view, kCheckers> kNames{"exclusivity",   "counters", "network",
                                                         "half_identity", "devices",  "order",
                                                         "truthfulness",  "liveness", "artefacts"};

}  // namespace

std::string_view to_string(Checker checker) {
    return kNames.at(static_cast<std::size_t>(checker));
}

Witness::Witness(VirtualTime& time, std::vector<Host*> hosts, Millis slack)
    : time_(time), hosts_(std::move(hosts)), slack_(slack), states_(hosts_.size()) {
    if (const auto identity = znp::identity_of(sample::image()); identity)
        fingerprint_ = znp::fingerprint(*identity);
}

void Witness::joined(Host& host) {
    hosts_.push_back(&host);
    states_.emplace_back();
}

void Witness::busy(unsigned frames) {
    copies_excused_ = true;
    for (auto& s : states_)
        if (s.on) s.start_counter += frames;
}

std::string Witness::at(const std::string& text) const {
    return fmt::format("{:.3f} s: {}", static_cast<double>(time_.elapsed().count()) / 1e6, text);
}

void Witness::violate(Checker checker, const std::string& text) {
    violations_.emplace(checker, at(text));
}

double Witness::used(unsigned i) const {
    const auto on = time_.elapsed() - intervals_[states_[i].interval].from;
    return states_[i].start_counter + kFramesPerSecond * static_cast<double>(on.count()) / 1e6;
}

void Witness::switched_on(unsigned i) {
    auto& host = *hosts_[i];
    auto& s = states_[i];
    s.on = true;
    s.interval = intervals_.size();
    intervals_.push_back({i, time_.elapsed(), Micros{-1}});
    const auto identity = znp::identity_of(host.stick.image);
    if (!identity || znp::fingerprint(*identity) != fingerprint_)
        violate(Checker::network, host.self.name + " is on the air with another network");
    if (host.stick.torn)
        violate(Checker::half_identity, host.self.name + " was started half-written");
    s.start_counter = znp::frame_counter(host.stick.image) + kStartJump;
    const auto database = host.world.store.content(host.self.data / "database.db");
    if (database.find(kDamaged) != std::string::npos)
        violate(Checker::artefacts, host.self.name + " is on the air with damaged files");
    if (s.start_counter - kStartJump < s.saved)
        violate(Checker::counters,
                fmt::format("{} starts with counter {:.0f}, its own dongle knew {:.0f}",
                            host.self.name, s.start_counter, s.saved));
    if (s.start_counter < highest_ && !copies_excused_)
        violate(Checker::counters, fmt::format("{} starts with counter {:.0f}, {:.0f} was used",
                                               host.self.name, s.start_counter, highest_));
    // A zigbee2mqtt whose agent died on its start gets on the air all the same.
    const Epoch epoch = s.epoch;
    if (epoch < last_epoch_ || (epoch == last_epoch_ && last_host_ != i && last_epoch_ != 0))
        violate(Checker::order, fmt::format("{} is on the air with epoch {} after epoch {}",
                                            host.self.name, epoch, last_epoch_));
    last_epoch_ = epoch;
    last_host_ = i;
}

void Witness::switched_off(unsigned i) {
    auto& s = states_[i];
    s.on = false;
    s.last_on = time_.elapsed();
    intervals_[s.interval].to = time_.elapsed();
    const double now = used(i);
    highest_ = std::max(highest_, now);
    // What is in the flash lags behind what was on the air.
    const auto saved = std::max(s.start_counter - kStartJump, now - kSavedEvery);
    auto& image = hosts_[i]->stick.image;
    const auto present = znp::frame_counter(image);
    if (saved > present) (void)znp::raise_counters(image, static_cast<std::uint32_t>(saved), 0);
    s.saved = znp::frame_counter(image);
}

void Witness::check_claim(unsigned i) {
    const auto& host = *hosts_[i];
    auto& s = states_[i];
    const bool claims = host.is(NodeState::active) && !host.frozen;
    if (!claims || s.on) {
        s.claimed = Micros{-1};
        return;
    }
    if (s.claimed < Micros{0}) s.claimed = time_.elapsed();
    if (time_.elapsed() - s.claimed > Millis{2000})
        violate(Checker::truthfulness, host.self.name + " says active without being on the air");
}

void Witness::look() {
    unsigned on = 0;
    for (unsigned i = 0; i < hosts_.size(); ++i) {
        if (hosts_[i]->agent) states_[i].epoch = hosts_[i]->node().lease.memory().epoch;
        const bool now = hosts_[i]->stick.on_air();
        if (now && !states_[i].on) switched_on(i);
        if (!now && states_[i].on) switched_off(i);
        check_claim(i);
        on += now;
    }
    if (on < 2) return;
    std::string who;
    for (const auto* host : hosts_)
        if (host->stick.on_air())
            who += fmt::format(" {} ({})", host->self.name,
                               host->agent ? to_string(host->agent->node.state) : "agent dead");
    violate(Checker::exclusivity, "on the air at once:" + who);
}

bool Witness::silent_namesake(unsigned i) const {
    if (states_[i].on) return false;
    for (unsigned k = 0; k < hosts_.size(); ++k) {
        if (k == i || hosts_[k]->self.name != hosts_[i]->self.name) continue;
        const auto last = states_[k].last_on;
        if (states_[k].on || (last >= Micros{0} && time_.elapsed() - last <= slack_)) return true;
    }
    return false;
}

void Witness::told(const HistoryLine& line) {
    for (const auto* host : hosts_)
        if (line.kind == "fenced" && host->self.name == line.to && host->stick.on_air())
            violate(Checker::truthfulness, "\"" + line.text + "\" was told, but it is on the air");
    if (line.kind != "switchover_completed") return;
    for (unsigned i = 0; i < hosts_.size(); ++i) {
        const auto& host = *hosts_[i];
        if (host.self.name != line.to || silent_namesake(i)) continue;
        const auto& s = states_[i];
        const bool lately = s.last_on >= Micros{0} && time_.elapsed() - s.last_on <= slack_;
        if (!s.on && !lately)
            violate(Checker::truthfulness,
                    "\"" + line.text + "\" was told, but it was not on the air");
        const bool served = s.on && host.z2m.said >= intervals_[s.interval].from;
        const bool just = host.z2m.said >= Micros{0} && time_.elapsed() - host.z2m.said <= slack_;
        if (s.on && !served && !just)
            violate(Checker::truthfulness,
                    "\"" + line.text + "\" was told, but zigbee2mqtt never said so");
        const auto database = host.world.store.content(host.self.data / "database.db");
        const auto known = count_devices(database);
        // What was paired after the last snapshot is lost with its host, and said so.
        if (line.cause != "planned") excuse_devices();
        if (line.cause != "planned" || line.from.empty()) continue;
        if (!devices_excused_ && (!known || *known < devices_))
            violate(Checker::devices, fmt::format("{} of {} devices are known to {} after a "
                                                  "planned switchover",
                                                  known ? *known : 0, devices_, line.to));
    }
}

}  // namespace zha::sim
