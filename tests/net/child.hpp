// What: a program started by a test, whose output can be waited for.
// Why: the tests speak with real servers (sshd, snmptrapd) and must end exactly those.
// Contract: standard output and error arrive in text(); the destructor ends the child by its pid.
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace zha::test {

class Child {
  public:
    explicit Child(std::vector<std::string> argv) {
        std::vector<char*> arguments;
        for (auto& a : argv) arguments.push_back(a.data());
        arguments.push_back(nullptr);
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
        pid_ = fork();
        if (pid_ == 0) {
            const int nothing = open("/dev/null", O_RDONLY);
            dup2(nothing, 0);
            dup2(ends[1], 1);
            dup2(ends[1], 2);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
        close(ends[1]);
        output_ = ends[0];
    }
    ~Child() {
        if (pid_ > 0) kill(pid_, SIGTERM);
        finish();
        if (output_ >= 0) close(output_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Reads until `wanted` is in the output so often; false when it ends or 15 s have passed.
    bool wait_for(const std::string& wanted, unsigned times = 1) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
        while (count(wanted) < times) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            pollfd ready{output_, POLLIN, 0};
            if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0)
                return false;
            std::array<char, 4096> part{};
            const ssize_t got = read(output_, part.data(), part.size());
            if (got <= 0) return false;
            text_.append(part.data(), static_cast<std::size_t>(got));
        }
        return true;
    }

    /// Waits for the child's own end: its exit code, or -1 when a signal ended it.
    int finish() {
        int state = 0;
        if (pid_ > 0 && waitpid(pid_, &state, 0) == pid_)
            code_ = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
        pid_ = -1;
        return code_;
    }

    const std::string& text() const { return text_; }

  private:
    unsigned count(const std::string& wanted) const {
        unsigned found = 0;
        for (auto at = text_.find(wanted); at != std::string::npos; at = text_.find(wanted, at + 1))
            ++found;
        return found;
    }

    pid_t pid_ = -1;
    int output_ = -1;
    int code_ = -1;
    std::string text_;
};

/// A socket on a loopback port that was free; `port` tells which. The caller closes it.
inline int loopback_socket(int type, std::uint16_t& port) {
    const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd, plain, size) != 0 || getsockname(fd, plain, &size) != 0) return close(fd), -1;
    port = ntohs(address.sin_port);
    return fd;
}

inline std::uint16_t free_port(int type) {
    std::uint16_t port = 0;
    close(loopback_socket(type, port));
    return port;
}

}  // namespace zha::test
