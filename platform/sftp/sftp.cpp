#include "platform/sftp/sftp.hpp"

#include <pthread.h>
#include <signal.h>

#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <memory>
#include <thread>

#include "platform/sftp/fetch.hpp"

namespace zha {
namespace {

/// Shared by the waiting coroutine and the worker's last message to its executor.
struct Call {
    Call(asio::any_io_executor executor, SftpRequest r)
        : request(std::move(r)), finished(executor, asio::steady_timer::time_point::max()) {}
    SftpRequest request;
    Status outcome;
    bool done = false;            ///< touched on the executor only
    asio::steady_timer finished;  ///< cancelled when done
};

void work(const std::shared_ptr<Call>& call, const std::stop_token& stop) {
    sigset_t pipe;  // a write to a socket that the watchdog ended is an error, not a signal
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    const sftp_detail::Limit limit{std::chrono::steady_clock::now() + call->request.timeout, stop};
    call->outcome = sftp_detail::fetch(call->request, limit);
    asio::post(call->finished.get_executor(), [call] {
        call->done = true;
        call->finished.cancel();
    });
}

}  // namespace

Task<Status> sftp_fetch(SftpRequest request) {
    const auto call =
        std::make_shared<Call>(co_await asio::this_coro::executor, std::move(request));
    // Destroying this frame stops the worker and waits for it; the watchdog makes that short.
    std::jthread worker([call](const std::stop_token& stop) { work(call, stop); });
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!call->done) {
        asio::error_code cancelled;
        co_await call->finished.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        // Not done and woken: the caller gave up. The worker still answers, soon.
        if (!call->done) worker.request_stop();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return call->outcome;
}

}  // namespace zha
