#include "platform/service/run_command.hpp"
#include "platform/service/unit_manager.hpp"

namespace zha {

namespace {

/// Commands of the user's. Nothing is known about processes: `stop` has to be thorough, and an
/// answer of `status` other than the agreed ones counts as an error, never as stopped.
class Command final : public UnitManager {
  public:
    Command(const ServiceConfig& config, asio::any_io_executor executor, Clock& clock)
        : config_(config), executor_(std::move(executor)), clock_(clock) {}

    Argv start_command() const override { return config_.start; }
    Argv stop_command() const override { return config_.stop; }
    Argv reset_command() const override { return {}; }
    std::vector<Argv> kill_commands() const override { return {config_.stop}; }

    Task<Result<UnitLook>> look(Time deadline) override {
        const auto answer = co_await run_command(executor_, clock_, config_.status, deadline);
        if (!answer) co_return answer.error();
        UnitLook look;
        switch (answer->exit_code) {
            case 0:
                look.state = ServiceState::running;
                break;
            case 3:
            case 7:
                look.state = ServiceState::stopped;
                break;
            default:
                co_return Error{Errc::io, describe(config_.status, *answer)};
        }
        co_return look;
    }

  private:
    ServiceConfig config_;
    asio::any_io_executor executor_;
    Clock& clock_;
};

}  // namespace

std::unique_ptr<UnitManager> make_command(const ServiceConfig& config,
                                          asio::any_io_executor executor, Clock& clock) {
    return std::make_unique<Command>(config, std::move(executor), clock);
}

}  // namespace zha
