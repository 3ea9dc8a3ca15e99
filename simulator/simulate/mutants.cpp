#include "simulator/simulate/mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "simulator/simulate/safeguards.hpp"

namespace zha::sim {

namespace {

Mutant hunt_one(Safeguard safeguard, std::uint64_t first, std::uint64_t most,
                const std::string& family) {
    Mutant mutant;
    mutant.safeguard = safeguard;
    const Without without(safeguard);
    while (mutant.tried < most) {
        const auto seed = first + mutant.tried++;
        const auto outcome = run(draw(seed, family));
        if (outcome.ok()) continue;
        const auto& [checker, text] = *outcome.violations.begin();
        mutant.caught = Failure{seed, checker, text};
        break;
    }
    return mutant;
}

std::uint64_t median(const std::vector<Mutant>& mutants) {
    std::vector<std::uint64_t> tried;
    for (const auto& m : mutants)
        if (m.caught) tried.push_back(m.tried);
    std::sort(tried.begin(), tried.end());
    return tried.empty() ? 0 : tried[tried.size() / 2];
}

std::size_t caught(const std::vector<Mutant>& mutants) {
    return static_cast<std::size_t>(std::count_if(
        mutants.begin(), mutants.end(), [](const Mutant& m) { return m.caught.has_value(); }));
}

}  // namespace

std::vector<Safeguard> all_safeguards() {
    std::vector<Safeguard> all;
    for (unsigned i = 1; i < kSafeguards; ++i) all.push_back(static_cast<Safeguard>(i));
    return all;
}

std::vector<Mutant> hunt(const std::vector<Safeguard>& safeguards, std::uint64_t first,
                         std::uint64_t most, unsigned jobs, const std::string& family) {
    std::vector<Mutant> mutants(safeguards.size());
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    threads.reserve(jobs);
    for (unsigned i = 0; i < jobs; ++i)
        threads.emplace_back([&] {
            for (auto n = next++; n < mutants.size(); n = next++)
                mutants[n] = hunt_one(safeguards[n], first, most, family);
        });
    for (auto& thread : threads) thread.join();
    return mutants;
}

std::string to_json(const std::vector<Mutant>& mutants) {
    using nlohmann::json;
    json list = json::array();
    for (const auto& m : mutants) {
        json one{{"safeguard", to_string(m.safeguard)},
                 {"caught", m.caught.has_value()},
                 {"seeds_needed", m.tried}};
        if (m.caught)
            one.update({{"seed", m.caught->seed},
                        {"checker", to_string(m.caught->checker)},
                        {"text", m.caught->text}});
        list.push_back(one);
    }
    return json{{"caught", caught(mutants)},
                {"total", mutants.size()},
                {"median_seeds", median(mutants)},
                {"mutants", list}}
        .dump(2);
}

std::string to_text(const std::vector<Mutant>& mutants) {
    std::string text;
    for (const auto& m : mutants)
        text += m.caught ? fmt::format("{:<20} seed {:>6} after {:>6}: {}: {}\n",
                                       to_string(m.safeguard), m.caught->seed, m.tried,
                                       to_string(m.caught->checker), m.caught->text)
                         : fmt::format("{:<20} NOT CAUGHT in {} schedules\n",
                                       to_string(m.safeguard), m.tried);
    return text + fmt::format("{} of {} caught, median {} schedules", caught(mutants),
                              mutants.size(), median(mutants));
}

}  // namespace zha::sim
