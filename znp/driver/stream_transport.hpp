// What: a Transport on an asio stream; serial ports and TCP differ only in opening and lines.
// Why: reading, writing and closing are the same for both.
// Contract: as Transport. Internal to znp/driver.
#pragma once

#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <string>

#include "znp/driver/transport.hpp"

namespace zha::znp {

template <class Stream>
class StreamTransport : public Transport {
  public:
    StreamTransport(Stream stream, std::string name)
        : stream_(std::move(stream)), name_(std::move(name)) {}

    Task<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
        asio::error_code error;
        const auto size =
            co_await stream_.async_read_some(asio::buffer(into.data(), into.size()),
                                             asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return gone(error);
        co_return size;
    }

    Task<Status> write(std::span<const std::uint8_t> bytes) override {
        asio::error_code error;
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()),
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return Status(gone(error));
        co_return Status();
    }

  protected:
    Error gone(const asio::error_code& error) const {
        return {Errc::unavailable, name_ + ": " + error.message()};
    }
    Stream stream_;
    std::string name_;
};

/// Internal: the two kinds of ports behind open_transport().
Task<Result<std::unique_ptr<Transport>>> open_tcp(std::string host, std::string service,
                                                  asio::any_io_executor executor, Clock& clock,
                                                  Time deadline);
Result<std::unique_ptr<Transport>> open_serial(const std::string& path,
                                               asio::any_io_executor executor);

}  // namespace zha::znp
