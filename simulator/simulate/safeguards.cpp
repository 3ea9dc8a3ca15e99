#include "simulator/simulate/safeguards.hpp"

#include <algorithm>
#include <array>

namespace zha {

namespace {
thread_local Safeguard away = Safeguard::none;
}

bool kept(Safeguard safeguard) {
    return safeguard != away;
}

namespace sim {

namespace {
constexpr std::array<std::string_view, kSafeguards> kNames{
    "none",
    "nonce",
    "own-send-time",
    "release-final",
    "hold-presence",
    "hold-send-time",
    "lease-expiry",
    "watchman",
    "start-check",
    "boot-fence",
    "fence-reset",
    "fence-read-back",
    "drain-fence",
    "gone-proof",
    "keep-dirty",
    "dirty-durable",
    "gate-configuration",
    "counter-margin",
    "counter-maximum",
    "counter-since",
    "snapshot-hash",
    "online-proof",
    "survey-fresh",
    "hold-down",
    "hold-down-since",
    "hold-down-leased",
    "holder-says-no",
    "release-epoch",
    "release-wait",
    "grant-epoch",
    "late-controller",
    "confirmed-session",
    "journal-behind",
    "everybody-heard",
    "form-refusal",
    "form-blank",
    "freshest-snapshot",
    "ready-check",
    "success-fresh",
    "guard-process",
    "watchdog",
    "off-confirmed",
    "off-session",
    "off-noted",
    "off-required",
    "off-vouched",
    "off-dongle",
    "speaks-again",
    "said-epoch",
    "on-confirmed",
    "bound-boot",
};
}

Without::Without(Safeguard safeguard) {
    away = safeguard;
}
Without::~Without() {
    away = Safeguard::none;
}

std::string_view to_string(Safeguard safeguard) {
    return kNames.at(static_cast<std::size_t>(safeguard));
}

std::optional<Safeguard> parse_safeguard(std::string_view name) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<Safeguard>(found - kNames.begin());
}

}  // namespace sim
}  // namespace zha
