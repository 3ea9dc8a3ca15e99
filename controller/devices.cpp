// What the controller does besides the broker: it switches power and looks at silent hosts.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "controller/controller.hpp"
#include "platform/log/log.hpp"

namespace zha {

namespace {

constexpr Millis kFenceAgain{10000};
constexpr Millis kRestoreAgain{60000};
constexpr Millis kLookAgain{5000};
constexpr Millis kLookAtMost{3000};

}  // namespace

void Controller::use_devices() {
    // Only what follows from a decision that is on disk, and while the broker is there to say
    // whether a node is silent.
    if (p_.devices == nullptr || !executor_ || !p_.bus.connected() || !confirmed_ || !acting())
        return;
    const auto now = p_.clock.now();
    const auto may_begin = [&](std::map<std::string, Errand>& errands, const std::string& node) {
        auto& errand = errands[node];
        if (errand.busy || now < errand.next) return false;
        return errand.busy = true;
    };
    for (const auto& [name, device] : p_.devices->fences) {
        if (decision_.fence.contains(name)) {
            situation_.nodes[name].power_back = false;  // that was the last time
            if (may_cut_power() && may_begin(power_, name))
                asio::co_spawn(*executor_, cut_power(name, *device, situation_.journal.epoch),
                               asio::detached);
        } else if (decision_.restore.contains(name) && may_begin(power_, name)) {
            asio::co_spawn(*executor_, give_power(name, *device), asio::detached);
        }
    }
    for (const auto& [name, probe] : p_.devices->probes) {
        auto& view = situation_.nodes[name];
        if (!lost(situation_, name))
            view.probe = Probe::unknown;
        else if (may_begin(looks_, name))
            asio::co_spawn(*executor_, look_at(name, *probe), asio::detached);
    }
}

Task<void> Controller::cut_power(std::string node, FenceDevice& device, Epoch epoch) {
    spdlog::warn("switching {} off: it is lost and holds epoch {}", node, epoch);
    auto& view = situation_.nodes[node];
    const auto* configured = config_.node(node);
    // A word of the node from here on says that it was something else that was switched.
    const auto asked = p_.clock.now();
    const auto done = co_await device.off(asked + configured->fence.timeout);
    const auto at = p_.clock.now();
    power_[node] = {false, done ? at : at + kFenceAgain};
    if (done || !kept(Safeguard::off_confirmed)) {
        view.fenced_off = epoch;
        view.fence_asked = asked;
        view.fenced_at = at;
        view.fence_fault.clear();
        spdlog::warn("{} is off, and its device says so", node);
    } else {
        view.fence_fault = done.error().message;
        view.off_noted = at;  // it may obey all the same, later
        spdlog::error("{} was not switched off for certain: {}", node, view.fence_fault);
    }
}

Task<void> Controller::give_power(std::string node, FenceDevice& device) {
    spdlog::info("switching {} on", node);
    auto& view = situation_.nodes[node];
    // From here on nobody may count on its being off.
    view.fenced_off = 0;
    const auto* configured = config_.node(node);
    const auto asked = p_.clock.now();
    const auto done = co_await device.on(asked + configured->fence.timeout);
    power_[node] = {false, p_.clock.now() + (done ? Millis{0} : kRestoreAgain)};
    // Another controller may have told meanwhile that it switches it off.
    view.power_back = done.ok() && (!view.off_noted || asked > *view.off_noted);
    view.fence_fault = done ? "" : done.error().message;
}

Task<void> Controller::look_at(std::string node, HostProbe& probe) {
    const auto answers = co_await probe.answers(p_.clock.now() + kLookAtMost);
    const auto now = p_.clock.now();
    looks_[node] = {false, now + kLookAgain};
    situation_.now = now;
    if (lost(situation_, node))
        situation_.nodes[node].probe = answers ? Probe::answers : Probe::silent;
}

}  // namespace zha
