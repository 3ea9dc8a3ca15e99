// What: one connection of the command line to the controller, over MQTT.
// Why: every verb asks the same way: connect, read the retained state, send a command, follow it.
// Contract: every wait has a deadline; errors are one line and an exit code.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/exit_code.hpp"
#include "core/config.hpp"
#include "platform/bus/bus.hpp"
#include "platform/wire/wire.hpp"

namespace zha::cli {

struct Options {
    Config config;
    bool json = false;
    bool yes = false;
    Millis timeout{240000};
};

class Session {
  public:
    Session(Bus& bus, Clock& clock, const Config& config);

    /// Errc::unavailable when the broker does not answer in time.
    Task<Status> connect(Time deadline);
    /// The retained state, once a controller is online. Errc::unavailable says what is missing.
    Task<Result<nlohmann::ordered_json>> state(Time deadline);
    /// Sends `command` (an id is added) and calls `progress` with each line that is not the last.
    /// Errc::timeout when no final answer came in time, or none at all soon: it may have been lost.
    Task<Result<nlohmann::json>> ask(nlohmann::json command, Time deadline,
                                     std::function<void(const std::string&)> progress);

  private:
    bool acts() const;
    /// True once `condition` holds, false at the deadline.
    Task<bool> wait(Time deadline, std::function<bool()> condition);

    Bus& bus_;
    Clock& clock_;
    wire::Topics topics_;
    std::string broker_;
    std::string connect_error_;
    /// Of the first controller and of the spare one: online, standby, offline or empty.
    std::array<std::string, 2> controllers_;
    nlohmann::ordered_json state_;
};

/// Runs one verb with a session on a thread of its own; returns the verb's exit code.
int with_session(const Options& options, std::function<Task<int>(Session&, Clock&)> verb);

/// Prints "zha-switchover: message" on standard error.
int complain(const std::string& message, ExitCode code);
int complain(const Error& error);

}  // namespace zha::cli
