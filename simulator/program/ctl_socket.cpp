#include "simulator/program/ctl_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <memory>

namespace zha::sim {
namespace {

using asio::local::stream_protocol;
using nlohmann::ordered_json;
constexpr std::size_t kMaxLine = 65'536;
constexpr std::size_t kMaxAnswer = 4 << 20;

struct Session {
    explicit Session(stream_protocol::socket s) : socket(std::move(s)) {}
    stream_protocol::socket socket;
    std::string in;
    std::string out;
};

/// Nobody listens on a socket file that an earlier run left behind.
bool abandoned(asio::io_context& io, const std::string& path) {
    stream_protocol::socket probe(io);
    asio::error_code error;
    probe.connect(stream_protocol::endpoint(path), error);
    return error == asio::error::connection_refused;
}

}  // namespace

CtlServer::CtlServer(asio::io_context& io, std::string path, CtlHandler handler)
    : acceptor_(io), path_(std::move(path)), handler_(std::move(handler)) {}

CtlServer::~CtlServer() {
    close();
}

Status CtlServer::open() {
    if (path_.size() > 100) return {Errc::invalid, path_ + ": path too long for a socket"};
    auto& io = static_cast<asio::io_context&>(acceptor_.get_executor().context());
    if (abandoned(io, path_)) ::unlink(path_.c_str());
    asio::error_code error;
    const stream_protocol::endpoint where(path_);
    acceptor_.open(where.protocol(), error);
    const mode_t before = ::umask(0177);
    if (!error) acceptor_.bind(where, error);
    ::umask(before);
    if (error) {
        acceptor_.close();
        return {Errc::busy, path_ + ": " + error.message() + " (is another simulator running?)"};
    }
    acceptor_.listen(8, error);
    if (error) return {Errc::io, path_ + ": " + error.message()};
    accept();
    return {};
}

void CtlServer::close() {
    if (!acceptor_.is_open()) return;
    asio::error_code ignored;
    acceptor_.close(ignored);
    ::unlink(path_.c_str());
}

void CtlServer::accept() {
    acceptor_.async_accept([this](const asio::error_code& error, stream_protocol::socket socket) {
        if (error) return;
        serve(std::move(socket));
        accept();
    });
}

void CtlServer::serve(stream_protocol::socket socket) {
    auto session = std::make_shared<Session>(std::move(socket));
    asio::async_read_until(session->socket, asio::dynamic_buffer(session->in, kMaxLine), '\n',
                           [this, session](const asio::error_code& error, std::size_t size) {
                               if (error) return;
                               session->out = answer(session->in.substr(0, size));
                               asio::async_write(
                                   session->socket, asio::buffer(session->out),
                                   [session](const asio::error_code&, std::size_t) {});
                           });
}

std::string CtlServer::answer(const std::string& line) const {
    const auto request = ordered_json::parse(line, nullptr, false);
    CtlArguments arguments;
    if (request.is_object() && request.contains("args") && request["args"].is_array()) {
        for (const auto& value : request["args"]) {
            if (value.is_string()) arguments.push_back(value.get<std::string>());
        }
    }
    ordered_json reply;
    if (arguments.empty()) {
        reply = {{"ok", false}, {"error", "request without args"}};
    } else if (auto result = handler_(arguments)) {
        reply = {{"ok", true}, {"result", std::move(*result)}};
    } else {
        reply = {{"ok", false}, {"error", result.error().message}};
    }
    return reply.dump() + "\n";
}

Result<ordered_json> ctl_request(const std::string& path, const CtlArguments& arguments) {
    if (path.size() > 100) return {Errc::invalid, path + ": path too long for a socket"};
    asio::io_context io;
    stream_protocol::socket socket(io);
    asio::error_code error;
    socket.connect(stream_protocol::endpoint(path), error);
    if (error) return {Errc::unavailable, path + ": " + error.message()};
    asio::write(socket, asio::buffer(ordered_json{{"args", arguments}}.dump() + "\n"), error);
    std::string line;
    if (!error) asio::read_until(socket, asio::dynamic_buffer(line, kMaxAnswer), '\n', error);
    if (error) return {Errc::io, path + ": " + error.message()};
    auto reply = ordered_json::parse(line, nullptr, false);
    if (!reply.is_object()) return {Errc::protocol, path + ": answer is not JSON"};
    if (reply.value("ok", false)) return reply.value("result", ordered_json());
    return {Errc::refused, reply.value("error", "refused")};
}

}  // namespace zha::sim
