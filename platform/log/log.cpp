#include "platform/log/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace zha {

namespace {

spdlog::level::level_enum level_of(std::string_view name) {
    using Entry = std::pair<std::string_view, spdlog::level::level_enum>;
    constexpr std::array<Entry, 5> kLevels{{{"trace", spdlog::level::trace},
                                            {"debug", spdlog::level::debug},
                                            {"info", spdlog::level::info},
                                            {"warn", spdlog::level::warn},
                                            {"error", spdlog::level::err}}};
    for (const auto& [text, level] : kLevels)
        if (text == name) return level;
    return spdlog::level::info;
}

}  // namespace

void init_log(const std::string& program, const std::string& level) {
    // Threads: the MQTT and SNMP libraries log from their own.
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>(program, std::move(sink));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %n: %v", spdlog::pattern_time_type::utc);
    logger->set_level(level_of(level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace zha
