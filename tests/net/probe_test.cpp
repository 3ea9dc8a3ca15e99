// Second paths to a host: who answers, who refuses, and who says nothing.
#include "platform/probe/host_probe.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

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

TEST_F(ProbeTest, AHostThatSwallowsConnectionsIsSilent) {
    // A queue of one that nobody serves: once it is full, the system drops what else comes.
    std::uint16_t full = 0;
    const int fd = test::loopback_socket(SOCK_STREAM, full);
    ASSERT_EQ(listen(fd, 0), 0);
    tcp::socket first(io);
    first.connect({asio::ip::address_v4::loopback(), full});
    const auto begun = clock.now();
    EXPECT_FALSE(answers("tcp", full));
    EXPECT_GE(clock.now() - begun, Millis{900}) << "it was waited for";
    close(fd);
}

/// A network of its own for this process: nothing in it but a loopback that is down.
bool leave_network() {
    const auto user = std::to_string(getuid());
    if (unshare(getuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    if (user == "0") return true;
    std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
    return true;
}

bool loopback_up() {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool done = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    close(fd);
    return done;
}

constexpr int kNotAllowed = 77;

/// In a process of its own: does `type` say no without a network, and yes with one?
int seen_in_a_network_of_its_own(const std::string& type) {
    const pid_t pid = fork();
    if (pid == 0) {
        if (!leave_network()) _exit(kNotAllowed);
        asio::io_context io;
        RealClock clock{io.get_executor()};
        const auto probe = make_host_probe({type, "127.0.0.1", 9}, io.get_executor(), clock);
        const auto look = [&] {
            std::optional<bool> result;
            asio::co_spawn(io, ProbeTest::keep(*probe, clock.now() + Millis{3000}, result),
                           asio::detached);
            io.restart();
            while (!result && io.run_one_for(Millis{10000}) > 0) continue;
            return result.value();
        };
        const bool without = look();
        if (!loopback_up()) _exit(kNotAllowed);
        _exit((without ? 1 : 0) | (look() ? 0 : 2));
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ProbeInANetwork, TcpTellsAHostThatIsThereFromOneThatCannotBeReached) {
    const int seen = seen_in_a_network_of_its_own("tcp");
    if (seen == kNotAllowed) GTEST_SKIP() << "no network namespaces here";
    EXPECT_EQ(seen, 0) << "1: answered without a network; 2: did not answer with one";
}

TEST(ProbeInANetwork, IcmpTellsAHostThatIsThereFromOneThatCannotBeReached) {
    if (!std::filesystem::exists("/bin/ping") && !std::filesystem::exists("/sbin/ping"))
        GTEST_SKIP() << "no ping here";
    const int seen = seen_in_a_network_of_its_own("icmp");
    if (seen == kNotAllowed) GTEST_SKIP() << "no network namespaces here";
    EXPECT_EQ(seen, 0) << "1: answered without a network; 2: did not answer with one";
}

}  // namespace
}  // namespace zha
