// What: the serial line between host and firmware: time per byte, time per request.
// Why: a host that is fast enough on an instant dongle may be far too slow on a real one.
// Contract: bytes of the host are parsed when they have arrived at the line's speed; requests are
//      worked off one after the other, each after the latency. instant: everything at once.
#pragma once

#include <functional>
#include <memory>

#include "simulator/air/air.hpp"
#include "simulator/schedule.hpp"
#include "znp/mt/frame.hpp"

namespace zha::sim {

struct LineOptions {
    Micros latency = Millis(3);  ///< from a complete request to the first byte of its answer
    std::uint32_t baud = 115200;
    bool instant = false;
};

class PacedLine {
  public:
    PacedLine(Schedule& schedule, LineOptions options,
              std::function<void(const znp::Frame&)> to_firmware,
              std::function<void(Bytes)> to_host);

    void from_host(Bytes bytes);
    void from_firmware(const znp::Frame& frame);
    /// Everything under way is lost, as when the power goes.
    void clear();

  private:
    Micros on_wire(std::size_t bytes) const;
    void later(Micros at, std::function<void()> action);
    void arrived(const Bytes& bytes);

    Schedule& schedule_;
    LineOptions options_;
    std::function<void(const znp::Frame&)> to_firmware_;
    std::function<void(Bytes)> to_host_;
    znp::Parser parser_;
    Micros received_until_{0};
    Micros worked_until_{0};
    Micros sent_until_{0};
    std::size_t under_way_ = 0;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace zha::sim
