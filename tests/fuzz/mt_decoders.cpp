// Answers of any length and content: decoded or refused, never read beyond their end.
#include "tests/fuzz/input.hpp"
#include "znp/mt/commands.hpp"

using namespace zha;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > znp::kMaxData) return 0;
    const znp::Frame frame{static_cast<znp::Type>(data[0] >> 5 & 3),
                           static_cast<znp::Subsystem>(data[0] & 0x1F), data[1],
                           znp::Bytes(data + 2, data + size)};
    (void)znp::mt::parse_version(frame);
    (void)znp::mt::parse_extaddr(frame);
    (void)znp::mt::parse_device_info(frame);
    (void)znp::mt::parse_length(frame);
    (void)znp::mt::parse_status(frame);
    if (const auto value = znp::mt::parse_value(frame))
        fuzz::claim(value->data.size() <= frame.data.size());
    fuzz::claim(!znp::mt::describe(frame).empty());
    return 0;
}
