// What: the assumptions of docs/hardware-qualification.md that an emulated dongle can be set to
//      violate, by their ids.
// Why: a check that has never seen its violation proves nothing.
// Contract: one thread; all off at first; unknown ids are refused. Survives resets and unplugging.
#pragma once

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace zha::sim {

class Quirks {
  public:
    static constexpr std::array<std::string_view, 22> kKnown = {
        "Q01",  // starts its network by itself after a boot
        "Q03",  // says state 8 while it is on the air
        "Q08",  // does not tell that it has booted
        "Q11",  // uses the chip's own address, whatever NV says
        "Q13",  // forms another network where it has one to resume
        "Q14",  // never comes up when it has to form a network
        "Q16",  // packed structures: NWKKEY has 21 bytes
        "Q17",  // hides keys from reading
        "Q20",  // ignores the orders in STARTUP_OPTION
        "Q21",  // takes no entry of the address manager any more
        "Q22",  // a write never makes an item shorter
        "Q23",  // has an item that does not fit one frame
        "Q24",  // has a table that nobody knows
        "Q27",  // once: puts back what was written to NWKKEY
        "Q28",  // adds nothing to the frame counter at a start
        "Q29",  // keeps the counter under another extended PAN id
        "Q32",  // does not age link keys at a boot
        "Q33",  // a factory reset clears the frame counters
        "Q06",  // the reset line is not connected
        "Q38",  // takes its time for SYS_VERSION
        "Q40",  // answers SYS_GET_EXTADDR twice
        "Q45",  // has 100 entries in the address manager
    };

    /// False: no such assumption.
    bool set(const std::string& id) {
        if (std::find(kKnown.begin(), kKnown.end(), id) == kKnown.end()) return false;
        on_.insert(id);
        return true;
    }
    void unset(std::string_view id) {
        if (const auto found = on_.find(id); found != on_.end()) on_.erase(found);
    }
    void clear() { on_.clear(); }
    bool operator()(std::string_view id) const { return on_.contains(id); }

  private:
    std::set<std::string, std::less<>> on_;
};

}  // namespace zha::sim
