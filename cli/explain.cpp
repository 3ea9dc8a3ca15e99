// explain: why things are as they are, in sentences.
#include <fmt/format.h>

#include "cli/verbs.hpp"

namespace zha::cli {

int explain(const Options& options) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        auto state = co_await session.state(clock.now() + Millis{3000});
        if (!state) co_return complain(state.error());
        nlohmann::json command;  // g++ 12 cannot have a braced list inside co_await
        command["verb"] = "explain";
        auto answer =
            co_await session.ask(command, clock.now() + Millis{5000}, [](const std::string&) {});
        if (!answer) co_return complain(answer.error());
        if (answer->value("ok", false) == false)
            co_return complain(answer->value("text", ""), kFailed);
        const auto findings = answer->value("data", nlohmann::json::array());
        if (options.json) {
            fmt::print("{}\n", findings.dump(2));
            co_return kOk;
        }
        for (const auto& finding : findings) fmt::print("{}\n", finding.value("text", ""));
        co_return kOk;
    });
}

}  // namespace zha::cli
