#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>

#include "platform/daemon/daemon.hpp"
#include "tests/platform/directory.hpp"

namespace zha {
namespace {

/// A daemon that took the lock and ended, while its child lives until `release` is closed.
struct Orphan {
    explicit Orphan(const Path& directory) {
        std::array<int, 2> ready{};
        EXPECT_EQ(pipe(gate.data()) + pipe(ready.data()), 0);
        const pid_t daemon = fork();
        if (daemon == 0) {
            const bool locked = bool(lock_directory(directory));
            if (fork() == 0) {
                close(gate[1]);
                char byte = 0;
                _exit(static_cast<int>(read(gate[0], &byte, 1)));
            }
            _exit(locked && write(ready[1], "x", 1) == 1 ? 0 : 1);
        }
        int status = 1;
        EXPECT_EQ(waitpid(daemon, &status, 0), daemon);
        EXPECT_EQ(status, 0);
        close(ready[0]);
        close(ready[1]);
    }
    void end() { close(gate[1]); }
    std::array<int, 2> gate{};
};

TEST(Lock, WaitsForTheChildrenOfADaemonThatIsGone) {
    const TestDirectory directory;
    Orphan orphan(directory.path());
    EXPECT_FALSE(lock_directory(directory.path()));
    auto second = std::async(std::launch::async,
                             [&] { return lock_directory(directory.path(), Millis{60000}); });
    orphan.end();
    EXPECT_TRUE(second.get());
}

TEST(Lock, IsRefusedAtOnceWhileItsDaemonLives) {
    const TestDirectory directory;
    ASSERT_TRUE(lock_directory(directory.path()));
    const auto second = lock_directory(directory.path(), Millis{3600000});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::busy);
}

}  // namespace
}  // namespace zha
