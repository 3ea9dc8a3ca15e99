#include "platform/service/run_command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "platform/service/process.hpp"

namespace zha {

namespace {

using namespace asio::experimental::awaitable_operators;
using Descriptor = asio::posix::stream_descriptor;
constexpr std::size_t kKept = 4096;
constexpr std::size_t kShown = 200;

void keep(std::string& output, const char* bytes, std::size_t size) {
    output.append(bytes, std::min(size, kKept - output.size()));
}

/// Reads until the pipe closes, so that the command never blocks on it; keeps the first 4 KiB.
Task<bool> drain(Descriptor& pipe, std::string& output) {
    std::array<char, 4096> chunk{};
    for (;;) {
        asio::error_code error;
        const std::size_t size = co_await pipe.async_read_some(
            asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, error));
        keep(output, chunk.data(), size);
        if (error) co_return true;
    }
}

/// What was written just before the end.
void take_rest(Descriptor& pipe, std::string& output) {
    pipe.non_blocking(true);
    std::array<char, 4096> chunk{};
    asio::error_code error;
    while (!error && output.size() < kKept)
        keep(output, chunk.data(), pipe.read_some(asio::buffer(chunk), error));
}

}  // namespace

Task<Result<CommandResult>> run_command(asio::any_io_executor executor, Clock& clock,
                                        std::vector<std::string> argv, Time deadline) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) co_return Error{Errc::io, "cannot make a pipe"};
    Descriptor pipe(executor, ends[0]);
    Process::Options options;
    options.output = ends[1];
    auto started = Process::start(executor, argv, options);
    close(ends[1]);
    if (!started) co_return started.error();
    Process& process = *started.value();

    CommandResult result;
    // The pipe may close before the end, and may stay open after it.
    co_await (drain(pipe, result.output) || process.wait(clock, deadline));
    if (!co_await process.wait(clock, deadline)) {
        process.kill_group();
        co_return Error{Errc::timeout, argv[0] + ": did not end in time and was killed"};
    }
    take_rest(pipe, result.output);
    result.exit_code = process.exit_code().value_or(-1);
    co_return result;
}

std::string describe(const std::vector<std::string>& argv, const CommandResult& result) {
    std::string text;
    for (const auto& word : argv) text += (text.empty() ? "" : " ") + word;
    text = text.substr(0, kShown) + ": exit " + std::to_string(result.exit_code);
    std::string line = result.output;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    line = line.substr(line.rfind('\n') + 1);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return line.empty() ? text : text + ": " + line.substr(0, kShown);
}

}  // namespace zha
