// What: where the coroutines of one simulated process run: work that was posted, until it is run.
// Why: after every event every process is asked whether it has anything to do. An io_context needs
//      a hundred times as long as this to say no.
// Contract: one thread; an execution context as asio knows them. Work runs inside run() only, in
//      the order in which it was posted. What still waits at the end is destroyed, not run. No
//      timers, sockets or ports of asio: on a context that is no io_context it runs those in a
//      thread of its own.
#pragma once

#include <asio/execution.hpp>
#include <asio/execution_context.hpp>
#include <deque>
#include <memory>
#include <utility>

namespace zha::sim {

class Loop : public asio::execution_context {
  public:
    class Executor {
      public:
        explicit Executor(Loop& loop) : loop_(&loop) {}
        template <class Do>
        void execute(Do what) const {
            loop_->waiting_.push_back(std::make_unique<Posted<Do>>(std::move(what)));
        }
        asio::execution_context& query(asio::execution::context_t) const noexcept { return *loop_; }
        Executor require(asio::execution::blocking_t::never_t) const noexcept { return *this; }
        bool operator==(const Executor&) const noexcept = default;

      private:
        Loop* loop_;
    };
    using executor_type = Executor;

    Loop() = default;
    ~Loop() {
        // What is destroyed may post more.
        while (!waiting_.empty()) std::exchange(waiting_, {}).clear();
        shutdown();
        destroy();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    Executor get_executor() { return Executor(*this); }
    /// Runs what waits, and what is posted meanwhile. False: nothing did.
    bool run() {
        if (waiting_.empty()) return false;
        while (!waiting_.empty()) {
            const auto next = std::move(waiting_.front());
            waiting_.pop_front();
            next->run();
        }
        return true;
    }

  private:
    struct Work {
        virtual ~Work() = default;
        virtual void run() = 0;
    };
    template <class Do>
    struct Posted final : Work {
        explicit Posted(Do&& w) : what(std::move(w)) {}
        void run() override { std::move(what)(); }
        Do what;
    };

    std::deque<std::unique_ptr<Work>> waiting_;
};

}  // namespace zha::sim
