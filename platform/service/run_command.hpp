// What: runs one short command to its end and gives its exit code and the begin of its output.
// Why: service managers are asked through their command line; a shell would reinterpret words.
// Contract: bounded by the deadline (then the command's whole group is killed: Errc::timeout). A
//      process that the command leaves behind is left alone, but loses its output.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

struct CommandResult {
    int exit_code = -1;  ///< 128 + signal when it was killed
    std::string output;  ///< first 4 KiB of stdout and stderr together
};

/// Errc::not_found when the program does not exist. A non-zero exit code is a result, no error.
Task<Result<CommandResult>> run_command(asio::any_io_executor executor, Clock& clock,
                                        std::vector<std::string> argv, Time deadline);

/// "PROGRAM ARGUMENTS: exit 3: last output line" for error texts.
std::string describe(const std::vector<std::string>& argv, const CommandResult& result);

}  // namespace zha
