// pause, resume, maintenance: what the controller shall leave alone.
#include "cli/verbs.hpp"

namespace zha::cli {

int policy(const Options& options, const PolicyRequest& request) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        auto state = co_await session.state(clock.now() + Millis{3000});
        if (!state) co_return complain(state.error());
        nlohmann::json command;  // g++ 12 cannot have a braced list inside co_await
        command["verb"] = request.verb;
        if (!request.node.empty()) command["to"] = request.node;
        if (!request.option.empty()) command[request.option] = true;
        if (request.seconds > 0) command["seconds"] = request.seconds;
        co_return co_await order(options, session, clock, std::move(command));
    });
}

}  // namespace zha::cli
