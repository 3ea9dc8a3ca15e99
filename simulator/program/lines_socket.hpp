// What: the modem lines of the emulated ports, as datagrams to DIR/lines.sock.
// Why: a pseudo terminal has no DTR and RTS, yet they are what holds a real dongle in reset.
// Contract: "lines /dev/pts/N dtr=0|1 rts=0|1"; anything else is ignored. Mode 0600.
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/local/datagram_protocol.hpp>
#include <functional>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace zha::sim {

struct LineLevels {
    std::string device;
    bool dtr = false;
    bool rts = false;
};

std::optional<LineLevels> parse_lines(const std::string& text);

class LinesSocket {
  public:
    LinesSocket(asio::io_context& io, std::string path,
                std::function<void(const LineLevels&)> changed);
    ~LinesSocket();
    Status open();
    void close();

  private:
    void receive();
    asio::local::datagram_protocol::socket socket_;
    std::string path_;
    std::function<void(const LineLevels&)> changed_;
    std::array<char, 256> in_{};
};

}  // namespace zha::sim
