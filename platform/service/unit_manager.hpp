// What: the seam below ManagedService: the words of one service manager.
// Why: start, stop, verify and escalate are the same for all; only commands and answers differ.
// Contract: look() tells what is, without changing anything. An empty argv means "has none".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/clock/clock.hpp"
#include "platform/service/proc.hpp"

namespace zha {

using Argv = std::vector<std::string>;

struct UnitLook {
    ServiceState state = ServiceState::unknown;
    int main_pid = 0;                  ///< 0: unknown
    int exit_code = -1;                ///< of the last run, when known
    std::vector<ProcessId> processes;  ///< all that are known; one that restarts others first
};

class UnitManager {
  public:
    virtual ~UnitManager() = default;
    virtual Argv start_command() const = 0;
    virtual Argv stop_command() const = 0;
    /// Makes the manager forget a crash or a kill, so that the next start is not refused.
    virtual Argv reset_command() const = 0;
    /// Commands that end it by force; without any the processes themselves are killed.
    virtual std::vector<Argv> kill_commands() const = 0;
    virtual Task<Result<UnitLook>> look(Time deadline) = 0;
};

/// Where rc-service and systemctl are.
std::vector<Path> system_tools();
Result<Path> find_tool(const std::string& name, const std::vector<Path>& tools);

/// `run`: /run, where OpenRC and daemons keep their files.
Result<std::unique_ptr<UnitManager>> make_openrc(const std::string& unit,
                                                 asio::any_io_executor executor, Clock& clock,
                                                 const std::vector<Path>& tools = system_tools(),
                                                 const Path& run = "/run");
Result<std::unique_ptr<UnitManager>> make_systemd(const std::string& unit,
                                                  asio::any_io_executor executor, Clock& clock,
                                                  const std::vector<Path>& tools = system_tools());
std::unique_ptr<UnitManager> make_command(const ServiceConfig& config,
                                          asio::any_io_executor executor, Clock& clock);

}  // namespace zha
