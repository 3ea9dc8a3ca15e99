// What: runs a coroutine to its end on a fresh io_context.
// Why: tests of platform/ wait for real things; a forgotten one must fail, not hang.
// Contract: the process ends (abort) when the coroutine is not done after 60 s.
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>

#include "platform/clock/clock.hpp"

namespace zha {

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
}

template <class T>
T run(asio::io_context& context, Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(context, keep(std::move(task), result), [&](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
        context.stop();
    });
    context.restart();
    context.run_for(std::chrono::seconds(60));
    if (!result) {
        std::cerr << "the coroutine did not end within 60 s\n";
        std::abort();
    }
    return *std::move(result);
}

}  // namespace zha
