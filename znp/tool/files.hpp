// What: NVRAM files as the tool keeps them: the file itself, and its side file next to it.
// Why: the file alone is what other tools take; the side file says where it comes from.
// Contract: mode 0600. A file without a side file is fine; one that its side file contradicts is
//      not.
#pragma once

#include <optional>
#include <string>

#include "znp/nvram/side_file.hpp"
#include "znp/tool/session.hpp"

namespace zha::znp {

struct DumpFile {
    Image image;
    std::optional<SideFile> side;  ///< what is known of it
};

Result<Image> load(const std::string& file);
/// With what its side file says, if there is one.
Result<DumpFile> load_dump(const std::string& file);
/// `former`: of the image that a dump without a device was read with; nothing: no side file then.
Status save_dump(const Dump& dump, const std::optional<SideFile>& former, const std::string& file);

/// What was found in a dongle, in one line: "network: ...", "no network: ...".
std::string found(const Image& image);
/// The time of day in UTC as files carry it.
std::string timestamp();

}  // namespace zha::znp
