// An agent's memory after whatever happened to the disk.
#include "node-agent/memory.hpp"
#include "simulator/virtual/store.hpp"
#include "tests/fuzz/input.hpp"

using namespace zha;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sim::VirtualStore store;
    (void)store.make_directory("state");
    if (!store.write("state/memory.json", fuzz::text_of(data, size))) return 0;
    const auto memory = MemoryFile(store, "state").load();
    if (!memory) return 0;
    fuzz::claim(MemoryFile(store, "state").save(*memory).ok());
    const auto again = MemoryFile(store, "state").load();
    fuzz::claim(again && *again == *memory);
    return 0;
}
