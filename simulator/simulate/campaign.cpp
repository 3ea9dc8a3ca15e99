#include "simulator/simulate/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace zha::sim {

namespace {

constexpr std::size_t kFailuresKept = 1000;
constexpr std::size_t kGapsKept = 200000;

void add(Results& sum, std::uint64_t seed, const Outcome& outcome) {
    ++sum.schedules;
    sum.faults += outcome.faults;
    sum.simulated_hours += static_cast<double>(outcome.simulated.count()) / 3600e3;
    for (const auto& [checker, text] : outcome.violations) {
        ++sum.violations[checker];
        if (sum.failures.size() < kFailuresKept) sum.failures.push_back({seed, checker, text});
    }
    for (const auto& gap : outcome.gaps) {
        auto& kept = sum.gaps[gap.cause];
        if (kept.size() < kGapsKept) kept.push_back(gap);
    }
}

/// What this thread has had of a processor, whatever else that was busy with.
double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct Spread {
    std::size_t n = 0;
    double p50 = 0;
    double p95 = 0;
    double most = 0;
    double most_of_bound = 0;
};

Spread spread(std::vector<Gap> gaps) {
    Spread s;
    s.n = gaps.size();
    if (gaps.empty()) return s;
    std::sort(gaps.begin(), gaps.end(),
              [](const Gap& a, const Gap& b) { return a.length < b.length; });
    const auto at = [&](double share) {
        const auto i = static_cast<std::size_t>(share * static_cast<double>(gaps.size() - 1));
        return static_cast<double>(gaps[i].length.count()) / 1000;
    };
    s.p50 = at(0.5);
    s.p95 = at(0.95);
    s.most = at(1);
    for (const auto& gap : gaps) s.most_of_bound = std::max(s.most_of_bound, gap.of_bound);
    return s;
}

}  // namespace

Results run_many(std::uint64_t count, unsigned jobs,
                 const std::function<Numbered(std::uint64_t)>& one) {
    Results sum;
    sum.jobs = jobs;
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<std::uint64_t> next{0};
    std::mutex mutex;
    std::vector<std::thread> threads;
    threads.reserve(jobs);
    for (unsigned i = 0; i < jobs; ++i)
        threads.emplace_back([&] {
            for (auto n = next++; n < count; n = next++) {
                const auto done = one(n);
                const std::lock_guard lock(mutex);
                add(sum, done.number, done.outcome);
            }
            const auto used = processor_seconds();
            const std::lock_guard lock(mutex);
            sum.cpu_seconds += used;
        });
    for (auto& thread : threads) thread.join();
    sum.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::sort(sum.failures.begin(), sum.failures.end(),
              [](const Failure& a, const Failure& b) { return a.seed < b.seed; });
    return sum;
}

Results run_seeds(std::uint64_t first, std::uint64_t count, unsigned jobs,
                  const std::string& family) {
    return run_many(count, jobs, [&](std::uint64_t n) {
        return Numbered{first + n, run(draw(first + n, family))};
    });
}

std::string to_json(const Results& r) {
    using nlohmann::json;
    json value{{"schedules", r.schedules},
               {"simulated_hours", r.simulated_hours},
               {"faults", r.faults},
               {"seconds", r.seconds},
               {"cpu_seconds", r.cpu_seconds},
               {"jobs", r.jobs},
               {"schedules_per_cpu_second",
                r.cpu_seconds > 0 ? static_cast<double>(r.schedules) / r.cpu_seconds : 0},
               {"schedules_per_second_per_job",
                r.seconds > 0 ? static_cast<double>(r.schedules) / r.seconds / r.jobs : 0}};
    std::uint64_t total = 0;
    json by = json::object();
    for (unsigned i = 0; i < kCheckers; ++i) {
        const auto checker = static_cast<Checker>(i);
        const auto found = r.violations.find(checker);
        const auto n = found == r.violations.end() ? 0 : found->second;
        total += n;
        json seeds = json::array();
        for (const auto& f : r.failures)
            if (f.checker == checker && seeds.size() < 100) seeds.push_back(f.seed);
        by[std::string(to_string(checker))] = {{"violations", n}, {"seeds", seeds}};
    }
    value["violations"] = total;
    value["checkers"] = by;
    json gaps = json::object();
    for (const auto& [cause, list] : r.gaps) {
        const auto s = spread(list);
        gaps[cause] = {{"n", s.n},
                       {"p50_s", s.p50},
                       {"p95_s", s.p95},
                       {"max_s", s.most},
                       {"max_of_bound", s.most_of_bound}};
    }
    value["silence"] = gaps;
    return value.dump(2);
}

std::string to_text(const Results& r) {
    auto text = fmt::format("{} schedules, {} faults, {:.0f} hours simulated in {:.0f} s\n",
                            r.schedules, r.faults, r.simulated_hours, r.seconds);
    for (const auto& [cause, list] : r.gaps) {
        const auto s = spread(list);
        text +=
            fmt::format("silence, {:<10} n {:>7}  p50 {:5.1f} s  p95 {:5.1f} s  max {:5.1f} s\n",
                        cause, s.n, s.p50, s.p95, s.most);
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(r.failures.size(), 20); ++i)
        text += fmt::format("seed {}: {}: {}\n", r.failures[i].seed,
                            to_string(r.failures[i].checker), r.failures[i].text);
    std::uint64_t total = 0;
    for (const auto& [checker, n] : r.violations) total += n;
    return text + fmt::format("{} violations", total);
}

}  // namespace zha::sim
