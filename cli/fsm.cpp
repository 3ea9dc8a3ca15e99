// fsm: shows, proves or draws the one state table that the agents run.
#include <fmt/format.h>

#include "cli/verbs.hpp"
#include "core/fsm/check.hpp"

namespace zha::cli {

int fsm(const Options& options, const std::string& what) {
    namespace fsm = zha::fsm;
    if (what == "mermaid") {
        fmt::print("{}", fsm::mermaid());
        return kOk;
    }
    if (what == "show") {
        fmt::print("{}", fsm::show());
        return kOk;
    }
    const auto problems = fsm::check();
    if (options.json)
        fmt::print("{}\n", nlohmann::json{{"ok", problems.empty()},
                                          {"rows", fsm::transitions().size()},
                                          {"problems", problems}}
                               .dump(2));
    else if (problems.empty())
        fmt::print(
            "{} rows: every state and goal has one, each can be reached, every step has a "
            "time limit, no radio without a lease\n",
            fsm::transitions().size());
    for (const auto& problem : problems) complain(problem, kFailed);
    return problems.empty() ? kOk : kFailed;
}

}  // namespace zha::cli
