// drill: a planned switchover and back, followed to the end; or only what would forbid it.
#include <fmt/format.h>

#include "cli/verbs.hpp"

namespace zha::cli {

namespace {

constexpr Millis kLook{50};
constexpr Millis kReportMost{2000};

/// What is said of the drill that has just ended, once the document says that none is going on.
Task<nlohmann::ordered_json> last_report(Session& session, Clock& clock) {
    const auto deadline = clock.now() + kReportMost;
    for (;;) {
        auto state = co_await session.state(deadline);
        const bool there = state && state->contains("last_drill") && state->contains("drill");
        if (there && (*state)["drill"].is_null() && (*state)["last_drill"].is_object())
            co_return (*state)["last_drill"];
        if (clock.now() >= deadline) co_return nullptr;
        co_await clock.sleep_for(kLook);
    }
}

}  // namespace

std::string drill_table(const nlohmann::ordered_json& report) {
    const auto gap = [&](const char* key) {
        const auto it = report.find(key);
        const bool known = it != report.end() && it->is_number() && it->get<double>() > 0;
        return known ? fmt::format("{:.1f} s", it->get<double>()) : std::string("-");
    };
    return fmt::format("drill: {}\n  gap on the way there {:>9}\n  gap on the way back  {:>9}\n",
                       wire::text_of(nlohmann::json(report), "result"), gap("gap_there_s"),
                       gap("gap_back_s"));
}

int drill(const Options& options, const DrillRequest& request) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        auto state = co_await session.state(clock.now() + Millis{3000});
        if (!state) co_return complain(state.error());
        const std::string active = wire::text_of(nlohmann::json(*state), "active");
        const auto question = "Move the role" + (active.empty() ? "" : " from " + active) + " to " +
                              (request.node.empty() ? "the best standby" : request.node) +
                              " and back?";
        if (!request.dry_run && !confirmed(options, question))
            co_return complain("not confirmed; --yes does it without asking", kUsage);
        nlohmann::json command;  // g++ 12 cannot have a braced list inside co_await
        command["verb"] = "drill";
        if (!request.node.empty()) command["to"] = request.node;
        if (request.dry_run) command["dry_run"] = true;
        const auto code = co_await order(options, session, clock, std::move(command));
        if (options.json || request.dry_run || (code != kOk && code != kFailed)) co_return code;
        const auto report = co_await last_report(session, clock);
        if (report.is_object()) fmt::print("{}", drill_table(report));
        co_return code;
    });
}

}  // namespace zha::cli
