#include "znp/tool/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace zha::znp {
namespace {

constexpr unsigned kCells = 30;
constexpr unsigned kUnfinished = 99;  // an estimate never says that it is done

}  // namespace

std::string progress_line(unsigned percent, std::uint64_t requests) {
    const auto full = std::min(percent, 100u) * kCells / 100;
    return fmt::format("[{}{}] {:3} %  {} requests", std::string(full, '#'),
                       std::string(kCells - full, '.'), percent, requests);
}

std::string stats_json(const RunStats& stats) {
    return fmt::format(
        "{{\"requests\": {}, \"bytes_out\": {}, \"bytes_in\": {}, \"seconds\": {:.3f}}}\n",
        stats.traffic.requests, stats.traffic.bytes_out, stats.traffic.bytes_in, stats.seconds);
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::show(Progress progress) {
    if (!terminal_ || progress.expected == 0) return;
    const auto now = static_cast<unsigned>(
        std::min<std::uint64_t>(kUnfinished, progress.done * 100 / progress.expected));
    if (drawn_ && now <= percent_) return;
    percent_ = std::max(percent_, now);
    drawn_ = true;
    fmt::print(stderr, "\r{}", progress_line(percent_, progress.done));
    std::fflush(stderr);
}

}  // namespace zha::znp
