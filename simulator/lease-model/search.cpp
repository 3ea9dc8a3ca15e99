#include "simulator/lease-model/search.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace zha::lease_model {

namespace {

/// States in the order of their discovery, and where each came from.
class Visited {
  public:
    Visited() : slots_(1U << 20U, 0) {}

    /// False when it is known already.
    bool add(std::uint64_t state, std::uint32_t from) {
        if (states_.size() * 2 >= slots_.size()) grow();
        auto& slot = find(state);
        if (slot != 0) return false;
        states_.push_back(state);
        from_.push_back(from);
        slot = static_cast<std::uint32_t>(states_.size());
        return true;
    }
    std::size_t size() const { return states_.size(); }
    std::uint64_t state(std::size_t i) const { return states_[i]; }
    std::uint32_t from(std::size_t i) const { return from_[i]; }

  private:
    static std::uint64_t mixed(std::uint64_t x) {
        x ^= x >> 31U;
        x *= 0x9E3779B97F4A7C15U;
        return x ^ (x >> 29U);
    }
    std::uint32_t& find(std::uint64_t state) {
        auto i = mixed(state) & (slots_.size() - 1);
        while (slots_[i] != 0 && states_[slots_[i] - 1] != state) i = (i + 1) & (slots_.size() - 1);
        return slots_[i];
    }
    void grow() {
        slots_.assign(slots_.size() * 2, 0);
        for (std::size_t i = 0; i < states_.size(); ++i)
            find(states_[i]) = static_cast<std::uint32_t>(i + 1);
    }

    std::vector<std::uint64_t> states_;
    std::vector<std::uint32_t> from_;
    std::vector<std::uint32_t> slots_;  ///< index + 1; 0 = free
};

/// The way to the last state found, with true time in milliseconds.
std::vector<std::string> story(Model& model, const Visited& visited) {
    std::vector<std::uint64_t> path;
    for (auto i = visited.size() - 1;; i = visited.from(i)) {
        path.push_back(visited.state(i));
        if (i == 0) break;
    }
    std::reverse(path.begin(), path.end());
    std::vector<std::string> lines;
    std::vector<Step> steps;
    unsigned units = 0;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        model.next(unpack(path[i]), steps);
        const auto step = std::find_if(steps.begin(), steps.end(),
                                       [&](const Step& s) { return s.to == path[i + 1]; });
        if (step == steps.end()) continue;
        units += step->unit_passes ? 1 : 0;
        const std::string text = step->text;
        if (!text.empty())
            lines.push_back(fmt::format("{:6.2f} ms  {}",
                                        double(units) / double(model.setup().scale.unit()), text));
    }
    return lines;
}

}  // namespace

Result search(Model& model, std::size_t most) {
    Visited visited;
    Result result;
    visited.add(pack(model.first()), 0);
    std::vector<Step> steps;
    std::size_t level_ends = 1;
    std::size_t at = 0;
    for (; at < visited.size() && visited.size() < most && !result.split; ++at) {
        if (at == level_ends) {
            ++result.depth;
            level_ends = visited.size();
        }
        model.next(unpack(visited.state(at)), steps);
        result.steps += steps.size();
        for (const auto& step : steps) {
            if (!visited.add(step.to, static_cast<std::uint32_t>(at))) continue;
            result.split = Model::split(unpack(step.to));
            if (result.split) break;
        }
    }
    result.states = visited.size();
    result.complete = !result.split && at == visited.size();
    if (result.split) result.story = story(model, visited);
    return result;
}

}  // namespace zha::lease_model
