// What: Service for a unit of a service manager (OpenRC, systemd, commands of the user's).
// Why: exit codes of such commands promise little; what counts is what is seen afterwards.
// Contract: as Service. Nothing is reported stopped while a process that was seen to belong to it
//      lives.
#pragma once

#include "platform/service/service.hpp"
#include "platform/service/unit_manager.hpp"

namespace zha {

class ManagedService final : public Service {
  public:
    ManagedService(std::unique_ptr<UnitManager> manager, asio::any_io_executor executor,
                   Clock& clock);
    ~ManagedService() override;
    Task<Status> start(Time deadline) override;
    Task<Status> stop(Time deadline) override;
    Task<Status> kill(Time deadline) override;
    Task<Result<ServiceStatus>> status(Time deadline) override;
    void on_exit(std::function<void(const ServiceStatus&)> handler) override;

  private:
    /// Shared with the watching coroutine, which may outlive us.
    struct State {
        std::unique_ptr<UnitManager> manager;
        std::function<void(const ServiceStatus&)> handler;
        std::vector<ProcessId> known;  ///< as last seen, for when the manager does not answer
        unsigned watch = 0;            ///< number of the watch that counts; any other one ends
    };
    static Task<void> watch(std::shared_ptr<State> state, asio::any_io_executor executor,
                            Clock& clock, unsigned number);
    void begin_watch();
    Task<Status> command(Argv argv, Time deadline);
    Task<Status> await_running(Time deadline);
    /// Until the manager says stopped and none of `seen` lives; adds those that it sees.
    Task<bool> gone(std::vector<ProcessId>& seen, Time deadline, bool killing);

    std::shared_ptr<State> state_ = std::make_shared<State>();
    asio::any_io_executor executor_;
    Clock& clock_;
};

}  // namespace zha
