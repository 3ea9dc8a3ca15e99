// Bytes off a line in pieces of any size: the frames found do not depend on the pieces.
#include "tests/fuzz/input.hpp"
#include "znp/mt/frame.hpp"

using namespace zha;

namespace {

std::vector<znp::Frame> frames_of(std::span<const std::uint8_t> bytes, std::size_t piece) {
    znp::Parser parser;
    std::vector<znp::Frame> frames;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        parser.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
        while (auto frame = parser.next()) frames.push_back(std::move(*frame));
    }
    fuzz::claim(parser.skipped() <= bytes.size());
    return frames;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    const auto frames = frames_of(bytes, std::size_t{1} + data[0]);
    fuzz::claim(frames == frames_of(bytes, std::max<std::size_t>(bytes.size(), 1)));
    for (const auto& frame : frames) {
        fuzz::claim(frame.data.size() <= znp::kMaxData);
        if (static_cast<unsigned>(frame.type) > 3) continue;
        fuzz::claim(frames_of(znp::encode(frame), 1) == std::vector{frame});
    }
    return 0;
}
