#include "simulator/dongle/pacing.hpp"

#include <algorithm>

namespace zha::sim {
namespace {

constexpr std::uint64_t kBitsPerByte = 10;    // start, 8 data, stop
constexpr std::size_t kMaxUnderWay = 65'536;  // of both directions; a real UART loses far less

}  // namespace

PacedLine::PacedLine(Schedule& schedule, LineOptions options,
                     std::function<void(const znp::Frame&)> to_firmware,
                     std::function<void(Bytes)> to_host)
    : schedule_(schedule),
      options_(options),
      to_firmware_(std::move(to_firmware)),
      to_host_(std::move(to_host)) {}

Micros PacedLine::on_wire(std::size_t bytes) const {
    if (options_.instant || options_.baud == 0) return Micros(0);
    return Micros(static_cast<std::int64_t>(bytes * kBitsPerByte * 1'000'000 / options_.baud));
}

void PacedLine::later(Micros at, std::function<void()> action) {
    const Micros delay = std::max(Micros(0), at - schedule_.now());
    schedule_.after(delay, [life = std::weak_ptr<int>(life_), action = std::move(action)] {
        if (!life.expired()) action();
    });
}

void PacedLine::from_host(Bytes bytes) {
    if (under_way_ + bytes.size() > kMaxUnderWay) return;
    under_way_ += bytes.size();
    received_until_ = std::max(received_until_, schedule_.now()) + on_wire(bytes.size());
    later(received_until_, [this, bytes = std::move(bytes)] {
        under_way_ -= bytes.size();
        arrived(bytes);
    });
}

void PacedLine::arrived(const Bytes& bytes) {
    parser_.feed(bytes);
    while (auto frame = parser_.next()) {
        const Micros latency = options_.instant ? Micros(0) : options_.latency;
        worked_until_ = std::max(worked_until_, schedule_.now()) + latency;
        later(worked_until_, [this, frame = std::move(*frame)] { to_firmware_(frame); });
    }
}

void PacedLine::from_firmware(const znp::Frame& frame) {
    Bytes bytes = znp::encode(frame);
    if (under_way_ + bytes.size() > kMaxUnderWay) return;
    under_way_ += bytes.size();
    sent_until_ = std::max(sent_until_, schedule_.now()) + on_wire(bytes.size());
    later(sent_until_, [this, bytes = std::move(bytes)] {
        under_way_ -= bytes.size();
        to_host_(bytes);
    });
}

void PacedLine::clear() {
    life_ = std::make_shared<int>(0);
    parser_.clear();
    under_way_ = 0;
    received_until_ = worked_until_ = sent_until_ = schedule_.now();
}

}  // namespace zha::sim
