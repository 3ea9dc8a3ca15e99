#include "tests/znp/faulty_line.hpp"

namespace zha::znp::test {

FaultyLine::FaultyLine(Workbench& bench, FaultRates rates, unsigned seed)
    : bench_(bench), rates_(rates), random_(seed) {
    bench.mangle = [this](const Bytes& bytes) { from_dongle(bytes); };
    bench.mangle_request = [this](Bytes bytes) { from_host(std::move(bytes)); };
}

bool FaultyLine::happens(unsigned rate) {
    const bool now = on_ && random_() % 1000 < rate;
    faults_ += now ? 1 : 0;
    return now;
}

Bytes FaultyLine::garbage() {
    Bytes bytes(1 + random_() % 12);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    if (random_() % 2 != 0) bytes[0] = 0xFE;                                    // a start
    if (bytes.size() > 1) bytes[1] = static_cast<std::uint8_t>(random_() % 8);  // a length
    return bytes;
}

void FaultyLine::arrive_after(Millis delay, Bytes bytes) {
    // The port of the driver that was there then; a newer one does not get old bytes.
    last_ = std::max(last_, bench_.time.elapsed() + delay);
    bench_.time.after(last_ - bench_.time.elapsed(),
                      [this, to = bench_.line, bytes = std::move(bytes)] {
                          if (bench_.line == to) bench_.arrive(bytes);
                      });
}

void FaultyLine::from_dongle(const Bytes& bytes) {
    if (happens(rates_.lost)) return;
    if (happens(rates_.vanish) && bench_.line) return bench_.line->vanish();
    Bytes frame = bytes;
    if (happens(rates_.damaged)) frame[random_() % frame.size()] ^= 1U << random_() % 8;
    if (happens(rates_.noise)) {
        const auto noise = garbage();
        frame.insert(frame.begin(), noise.begin(), noise.end());
    }
    if (happens(rates_.late))
        return arrive_after(Millis{1 + random_() % static_cast<unsigned>(rates_.latest.count())},
                            std::move(frame));
    if (happens(rates_.repeated)) {
        arrive_after(Millis{0}, frame);
        return arrive_after(Millis{random_() % 3}, std::move(frame));
    }
    if (happens(rates_.split)) {
        const auto half = frame.begin() + static_cast<std::ptrdiff_t>(frame.size() / 2);
        arrive_after(Millis{0}, Bytes(frame.begin(), half));
        return arrive_after(Millis{random_() % 5}, Bytes(half, frame.end()));
    }
    arrive_after(Millis{0}, std::move(frame));
}

void FaultyLine::from_host(Bytes bytes) {
    if (happens(rates_.lost_request)) return;
    if (happens(rates_.reset)) return bench_.dongle.reset();
    bench_.dongle.from_host(std::move(bytes));
}

}  // namespace zha::znp::test
