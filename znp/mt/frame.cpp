#include "znp/mt/frame.hpp"

#include <cassert>

namespace zha::znp {
namespace {

constexpr std::uint8_t kStart = 0xFE;
constexpr std::size_t kOverhead = 5;  // SOF, LEN, CMD0, CMD1, FCS

std::uint8_t checksum(std::span<const std::uint8_t> bytes) {
    std::uint8_t sum = 0;
    for (auto b : bytes) sum ^= b;
    return sum;
}

}  // namespace

Bytes encode(const Frame& frame) {
    assert(frame.data.size() <= kMaxData);
    Bytes out{kStart, static_cast<std::uint8_t>(frame.data.size()), frame.cmd0(), frame.id};
    out.insert(out.end(), frame.data.begin(), frame.data.end());
    out.push_back(checksum(std::span(out).subspan(1)));
    return out;
}

void Parser::feed(std::span<const std::uint8_t> bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    scan();
}

std::optional<Frame> Parser::next() {
    if (ready_.empty()) return std::nullopt;
    Frame frame = std::move(ready_.front());
    ready_.pop_front();
    return frame;
}

void Parser::clear() {
    pending_.clear();
    ready_.clear();
}

void Parser::scan() {
    std::size_t at = 0;
    while (at < pending_.size()) {
        const auto left = std::span<const std::uint8_t>(pending_).subspan(at);
        if (left[0] != kStart || (left.size() > 1 && left[1] > kMaxData)) {
            ++at, ++skipped_;
            continue;
        }
        if (left.size() < 2 || left.size() < left[1] + kOverhead) break;
        const std::size_t length = left[1];
        if (checksum(left.subspan(1, length + 3)) != left[length + 4]) {
            ++at, ++skipped_;
            continue;
        }
        Frame frame;
        frame.type = static_cast<Type>(left[2] >> 5 & 0x07);
        frame.subsystem = static_cast<Subsystem>(left[2] & 0x1F);
        frame.id = left[3];
        frame.data.assign(left.begin() + 4, left.begin() + 4 + static_cast<std::ptrdiff_t>(length));
        ready_.push_back(std::move(frame));
        at += length + kOverhead;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace zha::znp
