// What: a progress bar on the error stream of a person, and the figures of a run in a file.
// Why: a whole dongle takes 20 seconds; and what it takes should be measured, not believed.
// Contract: nothing is drawn when the error stream is no terminal. The bar never goes back and is
//      gone when the run ends.
#pragma once

#include <string>

#include "znp/tool/session.hpp"

namespace zha::znp {

class ProgressBar {
  public:
    ProgressBar();
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    void show(Progress progress);

  private:
    bool terminal_;
    bool drawn_ = false;
    unsigned percent_ = 0;
};

/// One line: "[#####.....]  50 %  330 requests".
std::string progress_line(unsigned percent, std::uint64_t requests);
/// {"requests", "bytes_out", "bytes_in", "seconds"} as JSON.
std::string stats_json(const RunStats& stats);

}  // namespace zha::znp
