// What: a small ZNP dongle in this process: a map of items behind a socket pair.
// Why: the driver's tests need lost, late and cut answers at a chosen request.
// Contract: NV commands answer with the statuses of the real firmware; boot() does what
// STARTUP_OPTION
//      asks for. One thread, the io_context of the test.
#pragma once

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <functional>

#include "znp/driver/stream_transport.hpp"
#include "znp/driver/transport.hpp"
#include "znp/mt/commands.hpp"

namespace zha::znp::test {

enum class Fate { answer, lose, late, cut, refuse, pretend };

struct FakeDongle {
    Image nv;
    std::uint64_t hardware_ieee = 0x00124B0000000001;
    std::uint8_t state = 0;
    std::uint8_t state_after_boot = 0;
    unsigned boots = 0, requests = 0, writes = 0;
    Millis lateness{80};
    bool extended_write_creates = true;
    /// Asked for each request before it is carried out. cut = not carried out, line closed;
    /// pretend = not carried out, success.
    std::function<Fate(const Frame&)> fate = [](const Frame&) { return Fate::answer; };

    /// Starts to serve; the transport is the host's end.
    std::unique_ptr<Transport> plug_in(asio::io_context& context, Clock& clock);
    /// Serves on the dongle's end of some other line until that ends.
    void serve_on(std::unique_ptr<Transport> end, asio::io_context& context, Clock& clock);
    void boot();
    const Bytes* item(std::uint16_t id) const { return nv.legacy(id); }

  private:
    struct Line;
    Task<void> serve(std::shared_ptr<Line> line, Clock& clock);
    Frame answer(const Frame& request);
    Frame answer_osal_read(const Frame& request);
    Frame answer_nv(const Frame& request);
    Bytes read_nv(ItemKey key, const Bytes& data);
};

/// A configured network with `devices` address entries and as many link keys.
Image network_image(std::uint8_t seed, unsigned devices);
/// What a factory-new dongle holds.
Image factory_image(std::uint64_t ieee);

}  // namespace zha::znp::test
