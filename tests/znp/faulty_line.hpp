// What: a line that loses, delays, repeats and damages what goes over it, at random but the same
//      for the same seed.
// Why: a driver is only as good as its worst line, and no worst case is worth anything unless it
//      can be repeated.
// Contract: a stream: nothing overtakes, so what is late holds up everything behind it. Sits on a
// Workbench's line as long as both live. Rates are per frame, in thousandths.
//      stop() ends all faults; what is under way still arrives.
#pragma once

#include <random>

#include "tests/znp/workbench.hpp"

namespace zha::znp::test {

struct FaultRates {
    unsigned lost_request = 0;
    unsigned lost = 0, late = 0, repeated = 0, damaged = 0, split = 0;
    unsigned noise = 0;   ///< garbage before a frame, some of it looks like a start
    unsigned reset = 0;   ///< the dongle restarts on its own instead of answering
    unsigned vanish = 0;  ///< the port goes away
    Millis latest{9000};  ///< how late "late" may be
};

class FaultyLine {
  public:
    FaultyLine(Workbench& bench, FaultRates rates, unsigned seed);
    void stop() { on_ = false; }
    unsigned faults() const { return faults_; }

  private:
    bool happens(unsigned rate);
    Bytes garbage();
    void from_dongle(const Bytes& bytes);
    void from_host(Bytes bytes);
    /// In order: behind everything that is under way.
    void arrive_after(Millis delay, Bytes bytes);

    Workbench& bench_;
    FaultRates rates_;
    std::mt19937 random_;
    bool on_ = true;
    unsigned faults_ = 0;
    sim::Micros last_{0};  ///< when the newest byte under way arrives
};

}  // namespace zha::znp::test
