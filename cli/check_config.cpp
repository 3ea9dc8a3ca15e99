// check-config: says that the file is right, and how long an outage may last with its timings.
#include <fmt/format.h>

#include "cli/verbs.hpp"
#include "core/lease.hpp"

namespace zha::cli {

int check_config(const Options& options, const std::string& file) {
    const auto& timing = options.config.timing;
    const auto needed = required_hold_down(timing);
    const auto outage = worst_rto(timing);
    if (options.json) {
        nlohmann::ordered_json out;
        out["ok"] = true;
        out["nodes"] = options.config.nodes.size();
        out["hold_down_ms"] = timing.hold_down.count();
        out["hold_down_required_ms"] = needed.count();
        out["worst_outage_ms"] = outage.count();
        fmt::print("{}\n", out.dump(2));
        return kOk;
    }
    fmt::print("{}: ok, {} nodes\n", file, options.config.nodes.size());
    fmt::print("hold-down {:.1f} s, at least {:.1f} s needed\n",
               static_cast<double>(timing.hold_down.count()) / 1000,
               static_cast<double>(needed.count()) / 1000);
    fmt::print("longest outage that an automatic failover may take: {:.0f} s\n",
               static_cast<double>(outage.count()) / 1000);
    return kOk;
}

}  // namespace zha::cli
