#include <charconv>
#include <string_view>

#include "platform/service/run_command.hpp"
#include "platform/service/unit_manager.hpp"

namespace zha {

namespace {

/// The value of "KEY=value" in the answer of `systemctl show`; empty when it is not there.
std::string_view property(std::string_view answer, std::string_view key) {
    while (!answer.empty()) {
        const auto line = answer.substr(0, answer.find('\n'));
        if (line.size() > key.size() && line.substr(0, key.size()) == key &&
            line[key.size()] == '=')
            return line.substr(key.size() + 1);
        answer.remove_prefix(std::min(line.size() + 1, answer.size()));
    }
    return {};
}

int number(std::string_view text, int otherwise) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

ServiceState state_of(std::string_view active) {
    if (active == "active" || active == "reloading") return ServiceState::running;
    if (active == "activating") return ServiceState::starting;
    if (active == "deactivating") return ServiceState::stopping;
    if (active == "inactive") return ServiceState::stopped;
    if (active == "failed") return ServiceState::failed;
    return ServiceState::unknown;
}

class Systemd final : public UnitManager {
  public:
    Systemd(const std::string& unit, const Path& program, asio::any_io_executor executor,
            Clock& clock)
        : unit_(unit), program_(program.string()), executor_(std::move(executor)), clock_(clock) {}

    Argv start_command() const override { return {program_, "start", unit_}; }
    Argv stop_command() const override { return {program_, "stop", unit_}; }
    Argv reset_command() const override { return {program_, "reset-failed", unit_}; }
    /// Stop first: a unit with Restart= would come back after a kill.
    std::vector<Argv> kill_commands() const override {
        return {{program_, "stop", "--no-block", unit_},
                {program_, "kill", "--signal=SIGKILL", unit_}};
    }

    Task<Result<UnitLook>> look(Time deadline) override {
        const Argv argv{program_, "show", "--property=LoadState,ActiveState,MainPID,ExecMainStatus",
                        unit_};
        const auto answer = co_await run_command(executor_, clock_, argv, deadline);
        if (!answer) co_return answer.error();
        if (answer->exit_code != 0) co_return Error{Errc::io, describe(argv, *answer)};
        if (property(answer->output, "LoadState") == "not-found")
            co_return Error{Errc::not_found, "systemd knows no unit " + unit_};
        UnitLook look;
        look.state = state_of(property(answer->output, "ActiveState"));
        look.main_pid = number(property(answer->output, "MainPID"), 0);
        look.exit_code = number(property(answer->output, "ExecMainStatus"), -1);
        if (look.main_pid > 1)
            if (const auto process = find_process(look.main_pid))
                look.processes.push_back(*process);
        co_return look;
    }

  private:
    std::string unit_;
    std::string program_;
    asio::any_io_executor executor_;
    Clock& clock_;
};

}  // namespace

Result<std::unique_ptr<UnitManager>> make_systemd(const std::string& unit,
                                                  asio::any_io_executor executor, Clock& clock,
                                                  const std::vector<Path>& tools) {
    const auto program = find_tool("systemctl", tools);
    if (!program) return program.error();
    return std::unique_ptr<UnitManager>(
        std::make_unique<Systemd>(unit, *program, std::move(executor), clock));
}

}  // namespace zha
