#include "simulator/program/lines_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

namespace zha::sim {
namespace {

std::optional<bool> level(const std::string& word, const std::string& name) {
    if (word == name + "=0") return false;
    if (word == name + "=1") return true;
    return std::nullopt;
}

}  // namespace

std::optional<LineLevels> parse_lines(const std::string& text) {
    std::istringstream words(text);
    std::string verb, device, dtr, rts, rest;
    words >> verb >> device >> dtr >> rts;
    const auto dtr_level = level(dtr, "dtr");
    const auto rts_level = level(rts, "rts");
    if (verb != "lines" || !dtr_level || !rts_level || words >> rest) return std::nullopt;
    return LineLevels{device, *dtr_level, *rts_level};
}

LinesSocket::LinesSocket(asio::io_context& io, std::string path,
                         std::function<void(const LineLevels&)> changed)
    : socket_(io), path_(std::move(path)), changed_(std::move(changed)) {}

LinesSocket::~LinesSocket() {
    close();
}

Status LinesSocket::open() {
    ::unlink(path_.c_str());  // the control socket already proved that no other simulator runs
    asio::error_code error;
    const asio::local::datagram_protocol::endpoint where(path_);
    socket_.open(where.protocol(), error);
    const mode_t before = ::umask(0177);
    if (!error) socket_.bind(where, error);
    ::umask(before);
    if (error) return {Errc::io, path_ + ": " + error.message()};
    receive();
    return {};
}

void LinesSocket::close() {
    if (!socket_.is_open()) return;
    asio::error_code ignored;
    socket_.close(ignored);
    ::unlink(path_.c_str());
}

void LinesSocket::receive() {
    socket_.async_receive(asio::buffer(in_), [this](const asio::error_code& error, std::size_t n) {
        if (error) return;
        if (auto levels = parse_lines(std::string(in_.data(), n))) changed_(*levels);
        receive();
    });
}

}  // namespace zha::sim
