// What: runs a task until a deadline.
// Why: every wait in the system is bounded, and asio's operations know no deadlines.
// Contract: nothing when the deadline came first; the task was cancelled then and has ended.
#pragma once

#include <asio/experimental/awaitable_operators.hpp>
#include <optional>

#include "platform/clock/clock.hpp"

namespace zha {

template <class T>
Task<std::optional<T>> until(Clock& clock, Time deadline, Task<T> task) {
    using namespace asio::experimental::awaitable_operators;
    auto first = co_await (std::move(task) || clock.sleep_until(deadline));
    if (first.index() != 0) co_return std::nullopt;
    co_return std::get<0>(std::move(first));
}

}  // namespace zha
