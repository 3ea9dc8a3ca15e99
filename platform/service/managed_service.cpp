#include "platform/service/managed_service.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "platform/service/process.hpp"
#include "platform/service/run_command.hpp"

namespace zha {

namespace {

constexpr Millis kPoll{100};
constexpr Millis kWatch{1000};
constexpr Millis kLook{10000};

void add_new(std::vector<ProcessId>& seen, const std::vector<ProcessId>& more) {
    for (const auto& process : more)
        if (std::find(seen.begin(), seen.end(), process) == seen.end()) seen.push_back(process);
}

bool is_over(ServiceState state) {
    return state == ServiceState::stopped || state == ServiceState::failed;
}

bool any_alive(const std::vector<ProcessId>& processes) {
    return std::any_of(processes.begin(), processes.end(), alive);
}

/// For the outside: stopped means gone, however it ended; what still has a process is not gone.
ServiceStatus public_status(const UnitLook& look) {
    if (!is_over(look.state)) return {look.state, look.main_pid, look.exit_code};
    if (any_alive(look.processes))
        return {ServiceState::running, look.processes.front().pid, look.exit_code};
    return {ServiceState::stopped, 0, look.exit_code};
}

}  // namespace

ManagedService::ManagedService(std::unique_ptr<UnitManager> manager, asio::any_io_executor executor,
                               Clock& clock)
    : executor_(std::move(executor)), clock_(clock) {
    state_->manager = std::move(manager);
}

ManagedService::~ManagedService() {
    ++state_->watch;
    state_->handler = nullptr;
}

Task<Status> ManagedService::command(Argv argv, Time deadline) {
    if (argv.empty()) co_return Status();
    const auto result = co_await run_command(executor_, clock_, argv, deadline);
    if (!result) co_return result.error();
    if (result->exit_code != 0) co_return Error{Errc::io, describe(argv, *result)};
    co_return Status();
}

Task<Status> ManagedService::start(Time deadline) {
    const auto before = co_await state_->manager->look(deadline);
    if (!before) co_return before.error();
    if (is_over(before->state) && any_alive(before->processes))
        co_return Error{Errc::busy, "a process of the service is left over: stop it first"};
    // Its answer does not matter: the start tells whether it was enough.
    if (before->state == ServiceState::failed)
        (void)co_await command(state_->manager->reset_command(), deadline);
    if (before->state != ServiceState::running) {
        const auto started = co_await command(state_->manager->start_command(), deadline);
        if (!started) co_return started;
    }
    const auto running = co_await await_running(deadline);
    if (running) begin_watch();
    co_return running;
}

Task<Status> ManagedService::await_running(Time deadline) {
    for (;;) {
        const auto look = co_await state_->manager->look(deadline);
        if (!look) co_return look.error();
        if (look->state == ServiceState::running) co_return Status();
        if (is_over(look->state))
            co_return Error{Errc::io, "the service ended as soon as it was started"};
        if (clock_.now() >= deadline)
            co_return Error{Errc::timeout, "the service did not start in time"};
        co_await clock_.sleep_for(kPoll);
    }
}

Task<Status> ManagedService::stop(Time deadline) {
    ++state_->watch;
    const Time begin = clock_.now();
    const Time half = begin + (deadline - begin) / 2;
    const auto before = co_await state_->manager->look(half);
    std::vector<ProcessId> seen;
    if (before) {
        if (before->state == ServiceState::stopped && !any_alive(before->processes))
            co_return Status();
        seen = before->processes;
    }
    // Whatever this says: only what is seen afterwards counts.
    const auto asked = co_await command(state_->manager->stop_command(), half);
    const bool stopped = co_await gone(seen, half, false);
    if (stopped) co_return Status();
    const auto killed = co_await kill(deadline);
    if (!killed && !asked)
        co_return Error{killed.error().code,
                        killed.error().message + " (stop: " + asked.error().message + ")"};
    co_return killed;
}

Task<Status> ManagedService::kill(Time deadline) {
    ++state_->watch;
    std::vector<ProcessId> seen;
    const auto before = co_await state_->manager->look(deadline);
    if (!before) {
        // No proof of anything, but what was known to run must not go on meanwhile.
        for (const auto& process : state_->known) kill_process(process);
        co_return before.error();
    }
    if (before->state == ServiceState::stopped && !any_alive(before->processes)) co_return Status();
    seen = before->processes;
    auto commands = state_->manager->kill_commands();
    // Nothing to kill by hand: what the manager has must do.
    if (commands.empty() && seen.empty()) commands.push_back(state_->manager->stop_command());
    for (const auto& argv : commands) (void)co_await command(argv, deadline);
    const bool ended = co_await gone(seen, deadline, true);
    if (!ended) co_return Error{Errc::timeout, "the service did not end, not even by SIGKILL"};
    (void)co_await command(state_->manager->reset_command(), clock_.now() + kLook);
    co_return Status();
}

Task<bool> ManagedService::gone(std::vector<ProcessId>& seen, Time deadline, bool killing) {
    for (;;) {
        const auto look = co_await state_->manager->look(deadline);
        if (look) {
            add_new(seen, look->processes);
            if (is_over(look->state) && !any_alive(seen)) co_return true;
        }
        if (killing)
            for (const auto& process : seen) kill_process(process);
        if (clock_.now() >= deadline) co_return false;
        co_await clock_.sleep_until(std::min(deadline, clock_.now() + kPoll));
    }
}

Task<Result<ServiceStatus>> ManagedService::status(Time deadline) {
    const auto look = co_await state_->manager->look(deadline);
    if (!look) co_return look.error();
    state_->known = look->processes;
    co_return public_status(*look);
}

void ManagedService::on_exit(std::function<void(const ServiceStatus&)> handler) {
    state_->handler = std::move(handler);
}

void ManagedService::begin_watch() {
    const unsigned number = ++state_->watch;
    asio::co_spawn(executor_, watch(state_, executor_, clock_, number), asio::detached);
}

Task<void> ManagedService::watch(std::shared_ptr<State> state, asio::any_io_executor executor,
                                 Clock& clock, unsigned number) {
    int pid = 0;
    while (state->watch == number) {
        // With a pid the end is noticed at once; without one we have to ask.
        const Time now = clock.now();
        if (pid > 0) {
            co_await wait_for_pid(executor, clock, pid, now + kLook);
        } else {
            co_await clock.sleep_until(now + kWatch);
        }
        if (state->watch != number) co_return;
        const auto look = co_await state->manager->look(clock.now() + kLook);
        if (state->watch != number) co_return;
        pid = look ? look->main_pid : 0;
        const auto status = look ? public_status(*look) : ServiceStatus{};
        if (status.state == ServiceState::stopped) {
            ++state->watch;
            // A copy: the handler may start the next run or replace itself.
            const auto handler = state->handler;
            if (handler) handler(status);
        }
    }
}

}  // namespace zha
