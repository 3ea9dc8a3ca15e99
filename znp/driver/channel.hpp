// What: requests and answers on a transport: one SREQ at a time, its SRSP, and AREQs to waiters.
// Why: an SRSP carries no sequence number. Whoever takes a late one for the next one reads the
//      wrong item; so a channel that missed an answer proves itself in step before it goes on.
// Contract: one thread; one request at a time (a second one is Errc::busy). RPC error frames are
//      Errc::protocol. After a timeout the next request first drains the line and waits for the
//      answer to a PING: answers come in order, so nothing older can follow. An answer nobody
//      asked for is a stray: one came twice, and every answer since the last PING may be the one
//      before; who relies on a series of answers asks for strays() at its end, behind a PING. (A
//      series in which one answer came twice and another one vanished without a trace looks whole;
//      a byte stream does neither.) When the transport ends, everything ends with its error.
#pragma once

#include <memory>
#include <vector>

#include "znp/driver/transport.hpp"

namespace zha::znp {

/// What went over the line: requests (not AREQs, not what is no frame) and all bytes.
struct Traffic {
    std::uint64_t requests = 0, bytes_out = 0, bytes_in = 0;
};

class Channel {
  public:
    Channel(std::unique_ptr<Transport> transport, asio::any_io_executor executor, Clock& clock);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    Task<Result<Frame>> request(Frame sreq, Time deadline);
    /// A frame without an answer (AREQ), or bytes that are no frame at all.
    Task<Status> send(Frame areq, Time deadline);
    Task<Status> send_raw(Bytes bytes, Time deadline);

    struct Slot;
    using Waiter = std::shared_ptr<Slot>;
    /// Begins to listen now, so that a frame before wait() is not missed.
    Waiter expect(Type type, Subsystem subsystem, std::uint8_t id);
    Task<Result<Frame>> wait(Waiter waiter, Time deadline);

    Status set_lines(bool dtr, bool rts);
    /// Keeps all frames of a kind from now on, at most `most`, for as long as the result is held.
    struct Collected {
        Type type;
        Subsystem subsystem;
        std::uint8_t id;
        std::size_t most;
        std::vector<Frame> frames{};
    };
    std::shared_ptr<const Collected> collect(Type type, Subsystem subsystem, std::uint8_t id,
                                             std::size_t most);

    /// Why the transport ended; ok while it lives.
    Status alive() const;
    /// The other side was restarted or may be out of step: re-sync before the next request.
    void distrust();
    /// Answers beyond those that were asked for, late ones included.
    std::uint64_t strays() const;
    void close();
    const Traffic& traffic() const;

  private:
    struct State;
    static Task<void> read_loop(std::shared_ptr<State> state);
    Task<Status> resync(Time deadline);
    Task<Result<Frame>> exchange(const Frame& sreq, Time deadline);

    asio::any_io_executor executor_;
    Clock& clock_;
    std::shared_ptr<State> state_;
};

}  // namespace zha::znp
