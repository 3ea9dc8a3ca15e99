// What: the dice that schedules are drawn with. Why: one seed, the same schedule on every machine.
// Contract: none of <random>'s distributions, as their results are the library's own.
#pragma once

#include <cstdint>
#include <random>

#include "platform/clock/clock.hpp"

namespace zha::sim {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}
    /// 0 .. n-1; n > 0
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    Millis between(Millis least, Millis most) {
        if (most <= least) return least;
        return least + Millis{below(static_cast<unsigned>((most - least).count() + 1))};
    }
    Millis between(int least, int most) { return between(Millis{least}, Millis{most}); }
    bool chance(unsigned percent) { return below(100) < percent; }

  private:
    std::mt19937_64 random_;
};

}  // namespace zha::sim
