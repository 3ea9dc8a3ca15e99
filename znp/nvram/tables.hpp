// What: the tables of an image: which there are, their shape, and which entries are free.
// Why: knowing that from a former image is what makes a second read cheap.
// Contract: pure; an entry of unknown form counts as used.
#pragma once

#include <span>
#include <utility>

#include "znp/nvram/image.hpp"

namespace zha::znp {

/// In the order of the file format.
std::span<const ExItem> nv_tables();
/// The number of entries of a table, and the size of one (0: there is none).
std::pair<std::uint16_t, std::size_t> table_shape(const Image& image, ExItem table);
/// Does this entry wait for its first user?
bool is_free_entry(ExItem table, const Bytes& entry);

}  // namespace zha::znp
