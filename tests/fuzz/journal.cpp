// A controller's journal after whatever happened to the disk.
#include "controller/journal_file.hpp"
#include "tests/fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    zha::fuzz::round_trip(zha::fuzz::text_of(data, size), zha::decode_journal, zha::encode_journal);
    return 0;
}
