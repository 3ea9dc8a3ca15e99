// What: the OSAL item names of the field's NVRAM file format, their ids and their order.
// Why: the file is keyed by these names and written in this order; ids alone would not be portable.
// Contract: constant tables. The order is the one of the names, not of the ids. The members of the
//      six legacy tables are called "<start name>+<offset>", and `end` itself is a plain name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace zha::znp {

struct OsalName {
    std::string_view name;
    std::uint16_t id;
};

struct OsalRange {
    std::string_view name;  ///< name of the first id
    std::uint16_t start;
    std::uint16_t end;  ///< exclusive
};

inline constexpr std::uint16_t kInvalidIndex = 0xFFFF;  ///< a name, never an item

std::span<const OsalName> osal_names();
std::span<const OsalRange> osal_ranges();
/// The table that begins at / that contains this id, or nullptr.
const OsalRange* osal_range_from(std::uint16_t id);
const OsalRange* osal_range_of(std::uint16_t id);
/// Id of a file key, nothing when it is not one.
std::optional<std::uint16_t> osal_id(std::string_view key);
/// File key of an id, "" when the format has none.
std::string osal_key(std::uint16_t id);

}  // namespace zha::znp
