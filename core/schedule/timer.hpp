// What: says once that a scheduled time has come.
// Why: the face of a local clock jumps: twice a year by an hour, and whenever somebody sets it.
// Contract: pure; asked often. A time that the clock jumped over by an hour or less comes at once;
//      one that it shows twice comes once; one that passed while nobody asked for longer than
//      that, or before the first question, is not made up for.
#pragma once

#include <optional>

#include "core/schedule/cron.hpp"

namespace zha::schedule {

class Timer {
  public:
    bool due(const Cron& cron, FaceMinute now);

  private:
    std::optional<FaceMinute> seen_;  ///< everything up to it was looked at
};

}  // namespace zha::schedule
