// What: the driver `child`: zigbee2mqtt as a child process of the agent.
// Why: no service manager is needed, its end is noticed at once, and it dies with the agent.
// Contract: as Service. Its output is appended to service.log_file (mode 0640).
#pragma once

#include "platform/service/process.hpp"
#include "platform/service/service.hpp"

namespace zha {

class ChildService final : public Service {
  public:
    ChildService(ServiceConfig config, asio::any_io_executor executor, Clock& clock);
    ~ChildService() override;
    Task<Status> start(Time deadline) override;
    Task<Status> stop(Time deadline) override;
    Task<Status> kill(Time deadline) override;
    Task<Result<ServiceStatus>> status(Time deadline) override;
    void on_exit(std::function<void(const ServiceStatus&)> handler) override;

  private:
    /// Shared with the watching coroutine, which may outlive us by one turn.
    struct State {
        std::shared_ptr<Process> process;  ///< nullptr: not running
        bool stopping = false;             ///< its end is wanted: nobody is told
        int exit_code = -1;                ///< of the last run
        std::function<void(const ServiceStatus&)> handler;
    };
    static Task<void> watch(std::shared_ptr<State> state, std::shared_ptr<Process> process);
    Task<Status> end(Time deadline, Time patience);

    ServiceConfig config_;
    asio::any_io_executor executor_;
    Clock& clock_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace zha
