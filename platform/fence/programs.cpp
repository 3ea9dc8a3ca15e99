// Drivers that run a program: any one with exit codes as OCF has them, and uhubctl.
#include <sstream>

#include "platform/fence/switched.hpp"
#include "platform/service/run_command.hpp"

namespace zha::fence_detail {
namespace {

constexpr int kRunning = 0, kNotRunning = 7;

class Program : public Switched {
  public:
    Program(const FenceConfig& config, asio::any_io_executor executor, Clock& clock)
        : Switched(clock), config_(config), executor_(std::move(executor)) {}

  protected:
    Task<Result<CommandResult>> run(std::vector<std::string> words, Time deadline) {
        last_ = config_.command;
        last_.insert(last_.end(), words.begin(), words.end());
        return run_command(executor_, clock_, last_, deadline);
    }
    Error failed(const CommandResult& result) const { return {Errc::io, describe(last_, result)}; }

    const FenceConfig config_;

  private:
    asio::any_io_executor executor_;
    std::vector<std::string> last_;
};

/// "PROGRAM ARGUMENTS off | on | status"; status exits with 0 = powered, 7 = not.
class Exec final : public Program {
  public:
    using Program::Program;

  private:
    Task<Status> say(bool powered, Time deadline) override {
        std::vector<std::string> word(1, powered ? "on" : "off");
        const auto result = co_await run(std::move(word), deadline);
        if (!result) co_return result.error();
        if (result->exit_code != 0) co_return Status(failed(*result));
        co_return Status();
    }
    Task<Result<bool>> ask(Time deadline) override {
        std::vector<std::string> word(1, "status");
        const auto result = co_await run(std::move(word), deadline);
        if (!result) co_return result.error();
        if (result->exit_code == kRunning) co_return true;
        if (result->exit_code == kNotRunning) co_return false;
        co_return failed(*result);
    }
};

class Uhubctl final : public Program {
  public:
    using Program::Program;

  private:
    std::vector<std::string> port() const {
        return {"-l", config_.location, "-p", std::to_string(config_.hub_port)};
    }
    Task<Status> say(bool powered, Time deadline) override {
        auto words = port();
        words.emplace_back("-a");
        words.emplace_back(powered ? "on" : "off");
        const auto result = co_await run(std::move(words), deadline);
        if (!result) co_return result.error();
        if (result->exit_code != 0) co_return Status(failed(*result));
        co_return Status();
    }
    Task<Result<bool>> ask(Time deadline) override {
        const auto result = co_await run(port(), deadline);
        if (!result) co_return result.error();
        if (result->exit_code != 0) co_return failed(*result);
        co_return uhubctl_state(result->output, config_.hub_port);
    }
};

}  // namespace

Result<bool> uhubctl_state(const std::string& output, unsigned port) {
    // "  Port 2: 0503 power highspeed enable connect [...]" and "  Port 2: 0000 off"; a hub of
    // both generations has the line twice.
    std::istringstream lines(output);
    bool found = false, powered = false;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name, number, bits, first;
        if (!(words >> name >> number >> bits >> first) || name != "Port") continue;
        if (number != std::to_string(port) + ":") continue;
        if (first != "off" && first != "power")
            return {Errc::protocol, "uhubctl: neither off nor power"};
        found = true;
        powered = powered || first == "power";
    }
    if (!found) return {Errc::not_found, "uhubctl does not name port " + std::to_string(port)};
    return powered;
}

std::unique_ptr<FenceDevice> make_exec(const FenceConfig& config, asio::any_io_executor executor,
                                       Clock& clock) {
    return std::make_unique<Exec>(config, std::move(executor), clock);
}

std::unique_ptr<FenceDevice> make_uhubctl(const FenceConfig& config, asio::any_io_executor executor,
                                          Clock& clock) {
    return std::make_unique<Uhubctl>(config, std::move(executor), clock);
}

}  // namespace zha::fence_detail
