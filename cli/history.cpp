// history: the newest role changes and events, as the controller keeps them.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/verbs.hpp"

namespace zha::cli {

int history(const Options& options, unsigned limit) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        auto state = co_await session.state(clock.now() + Millis{3000});
        if (!state) co_return complain(state.error());
        nlohmann::json command;  // g++ 12 cannot have a braced list inside co_await
        command["verb"] = "history";
        command["limit"] = limit;
        auto answer =
            co_await session.ask(command, clock.now() + Millis{5000}, [](const std::string&) {});
        if (!answer) co_return complain(answer.error());
        if (answer->value("ok", false) == false)
            co_return complain(answer->value("text", ""), kFailed);
        const auto lines = answer->value("data", nlohmann::json::array());
        if (options.json) {
            fmt::print("{}\n", lines.dump(2));
            co_return kOk;
        }
        for (auto it = lines.rbegin(); it != lines.rend(); ++it) {
            const auto at = static_cast<std::time_t>(it->value("at", std::int64_t{0}));
            fmt::print("{:%Y-%m-%d %H:%M:%S}  {:<20}  {}\n", fmt::localtime(at),
                       it->value("kind", ""), it->value("text", ""));
        }
        co_return kOk;
    });
}

}  // namespace zha::cli
