// switchover, failover, form, clear-fault: ask the controller and follow it to the end.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "cli/verbs.hpp"

namespace zha::cli {

namespace {

std::string question(const MoveRequest& request, const nlohmann::ordered_json& state) {
    const std::string active = wire::text_of(nlohmann::json(state), "active");
    const auto from = active.empty() ? "" : " from " + active;
    if (request.verb == "form") return "Form a NEW Zigbee network on " + request.node + "?";
    if (request.verb == "failover")
        return "Move the role" + from + (request.node.empty() ? "" : " to " + request.node) +
               " without the old node's help?";
    return "Move the role" + from + " to " + request.node + "?";
}

}  // namespace

bool confirmed(const Options& options, const std::string& text) {
    if (options.yes) return true;
    if (::isatty(STDIN_FILENO) == 0) return false;
    fmt::print("{} [y/N] ", text);
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

Task<int> order(const Options& options, Session& session, Clock& clock, nlohmann::json command) {
    const auto began = clock.now();
    auto answer = co_await session.ask(
        std::move(command), began + options.timeout, [&](const std::string& line) {
            if (options.json) return;
            fmt::print("{:6.1f} s  {}\n", static_cast<double>((clock.now() - began).count()) / 1000,
                       line);
            std::fflush(stdout);
        });
    if (!answer) co_return complain(answer.error());
    const auto code = exit_code(answer->value("code", "failed"));
    const std::string text = answer->value("text", "");
    if (options.json) {
        fmt::print("{}\n", answer->dump(2));
        co_return code;
    }
    if (code != kOk) co_return complain(text, code);
    fmt::print("{:6.1f} s  {}\n", static_cast<double>((clock.now() - began).count()) / 1000, text);
    co_return kOk;
}

int move(const Options& options, const MoveRequest& request) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        auto state = co_await session.state(clock.now() + Millis{3000});
        if (!state) co_return complain(state.error());
        if (request.verb != "clear-fault" && !confirmed(options, question(request, *state)))
            co_return complain("not confirmed; --yes does it without asking", kUsage);
        nlohmann::json command{{"verb", request.verb}};
        if (!request.node.empty()) command["to"] = request.node;
        if (request.allow_stale) command["allow_stale_snapshot"] = true;
        if (request.allow_version) command["allow_version"] = true;
        co_return co_await order(options, session, clock, std::move(command));
    });
}

}  // namespace zha::cli
