// zha-simulate: the whole system on a virtual timeline, schedule after schedule.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "simulator/simulate/campaign.hpp"
#include "simulator/simulate/mutants.hpp"
#include "simulator/simulate/safeguards.hpp"
#include "simulator/simulate/shrink.hpp"
#include "simulator/simulate/systematic.hpp"

namespace {

using namespace zha;
using namespace zha::sim;

constexpr std::size_t kShortened = 5;  ///< failing schedules of one run; each takes seconds

struct Arguments {
    std::uint64_t seeds = 1000;
    std::uint64_t first = 1;
    std::uint64_t seed = 0;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    bool trace = false;
    bool json = false;
    bool mutants = false;
    bool systematic = false;
    std::vector<std::string> only;
    std::string without;
    std::string replay;
    std::string family;
};

int fail(const std::string& text) {
    fmt::print(stderr, "zha-simulate: {}\n", text);
    return 2;
}

void print(const Outcome& outcome) {
    fmt::print("{} faults, {} steps, {:.1f} s simulated\n", outcome.faults, outcome.steps,
               static_cast<double>(outcome.simulated.count()) / 1000);
    for (const auto& [checker, text] : outcome.violations)
        fmt::print("VIOLATION {}: {}\n", to_string(checker), text);
    if (outcome.ok()) fmt::print("no violation\n");
}

/// One schedule as a story; a failing one is shortened first.
int one(Plan plan, bool trace) {
    auto outcome = run(plan);
    if (!outcome.ok()) {
        plan = shrink(plan);
        fmt::print("# seed {}: the shortest schedule that still fails\n", plan.seed);
    }
    if (!plan.family.empty()) fmt::print("# {}\n", plan.family);
    for (const auto& fault : plan.faults) fmt::print("{}\n", text(fault));
    outcome =
        run(plan, trace ? [](const std::string& line) { fmt::print("{}\n", line); } : Story());
    print(outcome);
    return outcome.ok() ? 0 : 1;
}

/// What failed, made short for people who read it: on standard error, beside the figures.
void shorten(const Results& results, const std::function<Plan(std::uint64_t)>& plan_of) {
    std::set<std::uint64_t> told;
    for (const auto& failure : results.failures) {
        if (told.size() == kShortened) return;
        if (!told.insert(failure.seed).second) continue;
        const auto plan = shrink(plan_of(failure.seed));
        fmt::print(stderr, "# {}: the shortest schedule that still fails\n", failure.seed);
        for (const auto& fault : plan.faults) fmt::print(stderr, "{}\n", text(fault));
    }
}

int replay(const Arguments& a) {
    std::ifstream file(a.replay);
    if (!file) return fail(a.replay + ": cannot be read");
    std::stringstream content;
    content << file.rdbuf();
    auto faults = parse_faults(content.str());
    if (!faults) return fail(a.replay + ": " + faults.error().message);
    auto plan = draw(a.seed, a.family);
    plan.faults = *faults;
    return one(plan, true);
}

int mutate(const Arguments& a) {
    auto list = all_safeguards();
    if (!a.only.empty()) list.clear();
    for (const auto& name : a.only) {
        const auto safeguard = parse_safeguard(name);
        if (!safeguard) return fail("no safeguard is called " + name);
        list.push_back(*safeguard);
    }
    const auto mutants = hunt(list, a.first, a.seeds, a.jobs, a.family);
    fmt::print("{}\n", a.json ? to_json(mutants) : to_text(mutants));
    const bool all =
        std::all_of(mutants.begin(), mutants.end(), [](const auto& m) { return m.caught; });
    return all ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments a;
    CLI::App app("Zigbee HA under faults, on a virtual timeline");
    app.add_option("--seeds", a.seeds, "how many schedules")->check(CLI::Range(1, 1000000000));
    app.add_option("--first-seed", a.first, "the first seed");
    app.add_option("--seed", a.seed, "one schedule, by its seed");
    app.add_option("--replay", a.replay, "the faults of a file, in the house of --seed");
    app.add_option("--jobs", a.jobs, "threads")->check(CLI::Range(1, 256));
    app.add_flag("--trace", a.trace, "tell the story of --seed");
    app.add_flag("--mutants", a.mutants, "take each safeguard away, look for what goes wrong");
    app.add_option("--only", a.only, "with --mutants: these safeguards");
    app.add_option("--without", a.without, "with --seed or --replay: without this safeguard");
    app.add_option("--family", a.family, "schedules of this family alone (directed.hpp)");
    app.add_flag("--systematic", a.systematic, "every step x every fault x when it heals");
    app.add_flag("--json", a.json, "results as JSON");
    CLI11_PARSE(app, argc, argv);
    std::optional<Without> without;
    if (!a.without.empty()) {
        const auto safeguard = parse_safeguard(a.without);
        if (!safeguard) return fail("no safeguard is called " + a.without);
        without.emplace(*safeguard);
    }
    if (!a.replay.empty()) return replay(a);
    if (app.count("--seed") > 0) return one(draw(a.seed, a.family), a.trace);
    if (a.mutants) return mutate(a);
    if (a.systematic) {
        const auto cases = systematic_cases();
        const auto results = run_cases(cases, a.jobs);
        for (const auto& failure : results.failures)
            fmt::print(stderr, "case {}: {}: {}: {}\n", failure.seed, cases[failure.seed].name,
                       to_string(failure.checker), failure.text);
        fmt::print("{}\n", a.json ? to_json(results) : to_text(results));
        return results.failures.empty() ? 0 : 1;
    }
    const auto results = run_seeds(a.first, a.seeds, a.jobs, a.family);
    fmt::print("{}\n", a.json ? to_json(results) : to_text(results));
    shorten(results, [&](std::uint64_t seed) { return draw(seed, a.family); });
    return results.failures.empty() ? 0 : 1;
}
