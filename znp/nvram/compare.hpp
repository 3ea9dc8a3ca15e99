// What: in what two images differ, in words a person may paste into a report.
// Why: "did the copy change?" is asked often, and the answer must not give the network away.
// Contract: one line per item, in the order of the items; values of items that hold key material
//      are never part of it.
#pragma once

#include <string>
#include <vector>

#include "znp/nvram/image.hpp"

namespace zha::znp {

/// Does this item hold (or may it hold) a key, a seed or a certificate?
bool is_secret(ItemKey key);
/// "TCLK_TABLE.0x0003", "LEGACY.NIB".
std::string item_name(ItemKey key);
std::vector<std::string> differences(const Image& left, const Image& right);

}  // namespace zha::znp
