#include "platform/service/child_service.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <cerrno>
#include <system_error>

namespace zha {

namespace {

ServiceStatus ended(int exit_code) {
    return {ServiceState::stopped, 0, exit_code};
}

}  // namespace

ChildService::ChildService(ServiceConfig config, asio::any_io_executor executor, Clock& clock)
    : config_(std::move(config)), executor_(std::move(executor)), clock_(clock) {}

ChildService::~ChildService() {
    state_->stopping = true;
    state_->handler = nullptr;
    if (state_->process) state_->process->kill_group();
}

Task<void> ChildService::watch(std::shared_ptr<State> state, std::shared_ptr<Process> process) {
    if (!co_await process->wait()) co_return;
    if (state->process != process) co_return;
    state->exit_code = process->exit_code().value_or(-1);
    state->process = nullptr;
    // A copy: the handler may start the next run or replace itself.
    const auto handler = state->handler;
    if (!state->stopping && handler) handler(ended(state->exit_code));
}

Task<Status> ChildService::start(Time) {
    if (state_->process && !state_->process->exit_code()) {
        if (state_->stopping) co_return Error{Errc::busy, "it is being stopped"};
        co_return Status();
    }
    const int log =
        open(config_.log_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
    if (log < 0)
        co_return Error{Errc::io,
                        config_.log_file.string() + ": " + std::generic_category().message(errno)};
    Process::Options options{config_.working_directory, log, true};
    auto process = Process::start(executor_, config_.start, options);
    close(log);
    if (!process) co_return process.error();
    state_->process = std::move(process).value();
    state_->stopping = false;
    asio::co_spawn(executor_, watch(state_, state_->process), asio::detached);
    co_return Status();
}

Task<Status> ChildService::stop(Time deadline) {
    const Time now = clock_.now();
    co_return co_await end(deadline, now + (deadline - now) / 2);
}

Task<Status> ChildService::kill(Time deadline) {
    co_return co_await end(deadline, Time{0});
}

Task<Status> ChildService::end(Time deadline, Time patience) {
    const auto process = state_->process;
    if (!process) co_return Status();
    state_->stopping = true;
    if (patience > clock_.now()) {
        process->signal(SIGTERM);
        co_await process->wait(clock_, patience);
    }
    process->kill_group();
    if (!co_await process->wait(clock_, deadline))
        co_return Error{Errc::timeout, "process " + std::to_string(process->pid()) +
                                           " did not end, not even by SIGKILL"};
    if (state_->process == process) {
        state_->exit_code = process->exit_code().value_or(-1);
        state_->process = nullptr;
    }
    co_return Status();
}

Task<Result<ServiceStatus>> ChildService::status(Time) {
    if (!state_->process) co_return ended(state_->exit_code);
    if (const auto code = state_->process->exit_code()) co_return ended(*code);
    co_return ServiceStatus{state_->stopping ? ServiceState::stopping : ServiceState::running,
                            state_->process->pid(), -1};
}

void ChildService::on_exit(std::function<void(const ServiceStatus&)> handler) {
    state_->handler = std::move(handler);
}

}  // namespace zha
