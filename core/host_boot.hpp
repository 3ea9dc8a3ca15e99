// What: which boots of a node's host were heard, and whether two hosts speak in one node's name.
// Why: a host that was copied as a whole (its SD card) has the name, the keys and the memory of the
//      first one, and silences only its own dongle. A kernel that runs has one id of its boot: a
//      word from another boot proves nothing about what the first one has on the air (decide.hpp,
//      of_another_boot()).
// Contract: pure values. Two hosts are known by their taking turns: a host that was started again
//      never comes back with the id of a former boot. A copy of a virtual machine's memory has the
//      same id and is not told apart.
#pragma once

#include <deque>
#include <string>

#include "core/types.hpp"

namespace zha {

struct HostBoots {
    std::deque<std::string> heard{};  ///< the last few, newest at the end
    Time turned{0};                   ///< when a former one spoke again; 0 = never
    Time other_at{0};         ///< when one spoke that was not heard (of_another_boot()); 0 = never
    bool other_loud = false;  ///< ... without proof that its dongle is silent
    bool operator==(const HostBoots&) const = default;
};

/// A report with this id came; empty = not known, which says nothing.
void note_boot(HostBoots& boots, const std::string& id, Time now);
/// Did two hosts speak in turns lately?
bool two_hosts(const HostBoots& boots, Time now);

}  // namespace zha
