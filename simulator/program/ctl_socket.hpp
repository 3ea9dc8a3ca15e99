// What: the control socket DIR/ctl.sock: one JSON request line, one JSON answer line.
// Why: people and tests pull plugs and press buttons while the simulation runs.
// Contract: request {"args": ["unplug", "a"]}; answer {"ok": true, "result": ...} or
//      {"ok": false, "error": "..."}. A line is at most 64 KiB; the socket is mode 0600.
#pragma once

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace zha::sim {

using CtlArguments = std::vector<std::string>;
using CtlHandler = std::function<Result<nlohmann::ordered_json>(const CtlArguments&)>;

class CtlServer {
  public:
    CtlServer(asio::io_context& io, std::string path, CtlHandler handler);
    ~CtlServer();
    Status open();
    void close();

  private:
    void accept();
    void serve(asio::local::stream_protocol::socket socket);
    std::string answer(const std::string& line) const;
    asio::local::stream_protocol::acceptor acceptor_;
    std::string path_;
    CtlHandler handler_;
};

/// The client: one request, waits for the answer's line.
Result<nlohmann::ordered_json> ctl_request(const std::string& path, const CtlArguments& arguments);

}  // namespace zha::sim
