// status: what the controller knows, once.
#include <fmt/format.h>

#include "cli/verbs.hpp"

namespace zha::cli {

int status(const Options& options) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        auto state = co_await session.state(clock.now() + Millis{3000});
        if (!state) co_return complain(state.error());
        fmt::print("{}", options.json ? state->dump(2) + "\n" : state_table(*state, 200));
        co_return kOk;
    });
}

}  // namespace zha::cli
