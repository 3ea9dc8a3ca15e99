// zha-lease-model: every state that the lease can get into, or the shortest way to a split brain.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "core/lease.hpp"
#include "simulator/lease-model/search.hpp"
#include "simulator/simulate/safeguards.hpp"

namespace {

using namespace zha;
using namespace zha::lease_model;

constexpr unsigned kMostWait = 31;  ///< ticks that fit a packed state

struct Arguments {
    bool fence = false;
    bool lost = false;
    bool any_rate = false;
    unsigned less = 0;
    int unaware = -1;
    std::size_t most = 200'000'000;
    std::string without;
};

Safeguard named(const std::string& name) {
    for (unsigned i = 1; i < kSafeguards; ++i)
        if (sim::to_string(static_cast<Safeguard>(i)) == name) return static_cast<Safeguard>(i);
    return Safeguard::none;
}

int run(const Arguments& a) {
    Setup setup;
    setup.hold = !a.fence;
    setup.lost = a.lost;
    setup.steady_clocks = !a.any_rate;
    Timing timing;
    timing.lease = Millis{setup.scale.lease};
    timing.fence = Millis{setup.scale.fence};
    timing.drift = setup.scale.drift();
    const auto required = required_hold_down(timing);
    setup.hold_down = required - Millis{a.less};
    setup.unaware = setup.scale.fence * setup.scale.unit();
    if (a.unaware >= 0) setup.unaware = static_cast<unsigned>(a.unaware);
    if (setup.hold_down < Millis{1} || setup.hold_down.count() > kMostWait ||
        setup.unaware > kMostWait) {
        fmt::print(stderr, "zha-lease-model: out of the model's range\n");
        return 2;
    }
    fmt::print("on_controller_loss {}, lease {} ms, fence {} ms, drift {:.3f}: W = {} ms{}\n",
               a.fence ? "fence" : "hold", setup.scale.lease, setup.scale.fence, timing.drift,
               setup.hold_down.count(), a.less == 0 ? " as required" : "");
    const auto begun = std::chrono::steady_clock::now();
    Model model(setup);
    const auto result = search(model, a.most);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    for (const auto& line : result.story) fmt::print("{}\n", line);
    if (result.split) fmt::print("SPLIT BRAIN: two coordinators on the air\n");
    fmt::print("{} states, {} steps tried, depth {}, {:.1f} s: {}\n", result.states, result.steps,
               result.depth, took.count(),
               result.split      ? "a split brain"
               : result.complete ? "exhausted, never two on the air"
                                 : "NOT exhausted");
    return result.split ? 1 : result.complete ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments a;
    CLI::App app("The lease, searched completely");
    bool hold = false;
    auto* mode = app.add_flag("--hold", hold, "on_controller_loss: hold (the default)");
    app.add_flag("--fence", a.fence, "on_controller_loss: fence")->excludes(mode);
    app.add_option("--hold-down-less", a.less, "ticks by which W is shorter than required");
    app.add_flag("--lost", a.lost,
                 "begin with a holder that is active and a controller that is gone, in mid move");
    app.add_flag("--any-rate", a.any_rate,
                 "clocks that change their rates at every tick, within the drift; otherwise the "
                 "holder's is always slow and the controller's always fast");
    app.add_option("--unaware", a.unaware,
                   "units of time for which a controller may not notice that the broker gave its "
                   "session up (default: the fence time)");
    app.add_option("--without", a.without, "a safeguard to take away, as zha-simulate names them");
    app.add_option("--most", a.most, "states after which the search is given up");
    CLI11_PARSE(app, argc, argv);
    if (a.without.empty()) return run(a);
    const auto safeguard = named(a.without);
    if (safeguard == Safeguard::none) {
        fmt::print(stderr, "zha-lease-model: no safeguard is called {}\n", a.without);
        return 2;
    }
    const sim::Without away(safeguard);
    return run(a);
}
