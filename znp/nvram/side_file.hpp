// What: what is known of an NVRAM file and has no place in it: OUT.meta.json next to OUT.
// Why: other tools take an NVRAM file only without anything added; but a file that does not say
//      where it comes from is not safe to write.
// Contract: pure. No key material. parse_side_file() takes what side_text() makes, but for `extra`:
//      that is kept for people, nothing is made from it.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "znp/nvram/image.hpp"

namespace zha::znp {

struct SideFile {
    std::uint64_t ieee = 0;  ///< what the dongle used as its address when it was read
    std::uint8_t product = 0;
    std::uint32_t revision = 0;  ///< CODE_REVISION
    std::string time;            ///< when it was read, ISO 8601
    std::string sha256;          ///< of the NVRAM file's bytes
    std::uint32_t frame_counter = 0;
    std::string network;  ///< fingerprint, "" = none
    Image extra;          ///< items that the file format has no place for
    bool operator==(const SideFile&) const = default;
};

std::string side_name(const std::string& file);
std::string sha256_of(const std::string& text);
std::string side_text(const SideFile& side);
Result<SideFile> parse_side_file(const std::string& text);
/// Is this the side file of that text? The refusal says what to do.
Status belongs_to(const SideFile& side, const std::string& text);

}  // namespace zha::znp
