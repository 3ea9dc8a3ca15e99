// Second paths to a host: who answers, who refuses, and who says nothing.
#include "platform/probe/host_probe.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include "tests/net/child.hpp"

namespace zha {
namespace {

using asio::ip::tcp;

struct ProbeTest : testing::Test {
    asio::io_context io;
    RealClock clock{io.get_executor()};
    tcp::acceptor server{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};

    bool answers(const std::string& type, std::uint16_t port) {
        const auto probe = make_host_probe({type, "127.0.0.1", port}, io.get_executor(), clock);
        std::optional<bool> result;
        asio::co_spawn(io, keep(*probe, clock.now() + Millis{1000}, result), asio::detached);
        io.restart();
        while (!result && io.run_one_for(Millis{10000}) > 0) continue;
        return result.value();
    }
    static Task<void> keep(HostProbe& probe, Time deadline, std::optional<bool>& result) {
        result = co_await probe.answers(deadline);
    }
    /// Greets the next one who connects.
    void greet(const std::string& text) {
        server.async_accept([text, this](asio::error_code error, tcp::socket socket) {
            if (error) return;
            asio::error_code ignored;
            asio::write(socket, asio::buffer(text), ignored);
            open.push_back(std::move(socket));
        });
    }
    std::uint16_t port() const { return server.local_endpoint().port(); }
    std::vector<tcp::socket> open;
};

TEST_F(ProbeTest, WhoConnectsOrRefusesIsThere) {
    EXPECT_TRUE(answers("tcp", port()));
    EXPECT_TRUE(answers("tcp", test::free_port(SOCK_STREAM)));
}

TEST_F(ProbeTest, SshIsKnownByItsGreeting) {
    greet("SSH-2.0-test\r\n");
    EXPECT_TRUE(answers("ssh", port()));
    greet("220 mail ready\r\n");
    EXPECT_FALSE(answers("ssh", port()));
}

TEST_F(ProbeTest, AServerThatSaysNothingIsGivenUpInTime) {
    const auto begun = clock.now();
    EXPECT_FALSE(answers("ssh", port()));
    EXPECT_LT(clock.now() - begun, Millis{4000});
    EXPECT_FALSE(answers("ssh", test::free_port(SOCK_STREAM)));
}

}  // namespace
}  // namespace zha
