// What: a dongle under examination, and what the examination has found out so far.
// Why: checks build on one another: nothing is written before a backup is kept, nothing is started
//      before the dongle is factory-new.
// Contract: one thread; the driver is connected. Requests end by `deadline`.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "znp/driver/driver.hpp"
#include "znp/nvram/image.hpp"

namespace zha::znp::qualify {

struct Rules {
    bool allow_reset = false, destructive = false, start_network = false;
    bool serial = true;  ///< a port with modem lines
    /// Keeps the whole content before anything is changed.
    std::function<Status(const Image&)> keep_backup{};
    std::function<bool()> interrupted{};
};

struct Bench {
    Driver& driver;
    Clock& clock;
    Time deadline;
    Rules rules;
    DeviceIdentity device{};
    std::optional<Image> image{};  ///< as it was when everything was read
    std::optional<Error> no_image{};
    Image extra{};  ///< what a backup does not cover
    unsigned resets = 0;
    bool reset_works = false, silent = false, keys_hidden = false;
    // -- once something was written
    bool touched = false, factory_new = false;
    std::optional<std::uint32_t> kept_counter{};  ///< after a factory reset
    bool formed = false, state_seen = false, resumed = false;
    double restore_seconds = 0;
    bool restored = false;

    Task<Result<std::uint8_t>> state();
    Task<Status> reset();
    Task<Result<std::optional<Bytes>>> get(ItemKey key);
    Task<Status> put(ItemKey key, Bytes value);
    Task<Status> remove(ItemKey key);
    /// STARTUP_OPTION "clear all": from then on a boot leaves nothing of the network.
    Task<Status> poison();
    /// ... and a reset that executes it.
    Task<Status> factory_reset();
    double seconds_since(Time began) const {
        return std::chrono::duration<double>(clock.now() - began).count();
    }
};

constexpr ItemKey legacy(std::uint16_t id) {
    return {ExItem::legacy, id};
}

}  // namespace zha::znp::qualify
