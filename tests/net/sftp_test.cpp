#include "platform/sftp/sftp.hpp"

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <optional>

#include "tests/net/sshd.hpp"

namespace zha {
namespace {

using test::mode_of;
using test::read_file;
using test::Sshd;
using test::write_file;

Status fetch(const SftpRequest& request) {
    asio::io_context context;
    std::optional<Status> outcome;
    asio::co_spawn(context, sftp_fetch(request), [&](std::exception_ptr thrown, Status status) {
        EXPECT_FALSE(thrown);
        outcome = std::move(status);
    });
    context.run();
    return outcome.value_or(Status(Errc::io, "never finished"));
}

/// Refused with this code and these words, on one line, and nothing of `to` is left.
void expect_refused(const SftpRequest& request, Errc code, const std::string& words) {
    const auto status = fetch(request);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, code) << status.error().message;
    EXPECT_NE(status.error().message.find(words), std::string::npos) << status.error().message;
    EXPECT_EQ(status.error().message.find('\n'), std::string::npos) << status.error().message;
    EXPECT_FALSE(std::filesystem::exists(request.to));
}

TEST(Sftp, ADirectoryArrivesWholeAndPrivate) {
    Sshd sshd;
    const auto r = sshd.request();
    const std::string large(300000, 'z');  // several reads
    write_file(r.from / "manifest.json", "{}", 0644);
    write_file(r.from / "data/database.db", large, 0644);
    write_file(r.from / "data/empty", "", 0755);
    const auto status = fetch(r);
    ASSERT_TRUE(status.ok()) << status.error().message;
    EXPECT_EQ(read_file(r.to / "manifest.json"), "{}");
    EXPECT_EQ(read_file(r.to / "data/database.db"), large);
    EXPECT_EQ(mode_of(r.to / "manifest.json"), 0600u);
    EXPECT_EQ(mode_of(r.to / "data/empty"), 0600u);
    EXPECT_EQ(mode_of(r.to / "data"), 0700u);
    EXPECT_EQ(mode_of(r.to), 0700u);
}

TEST(Sftp, AnotherHostKeyIsRefused) {
    Sshd sshd;
    const auto r = sshd.request();
    write_file(r.from / "file", "secret");
    write_file(r.known_hosts, sshd.known_hosts_line("stranger"));
    expect_refused(r, Errc::refused, "host key refused");
}

TEST(Sftp, AnUnknownHostIsRefusedAndNotLearned) {
    Sshd sshd;
    auto r = sshd.request();
    write_file(r.from / "file", "secret");
    write_file(r.known_hosts, "");
    expect_refused(r, Errc::refused, "host key refused");
    EXPECT_EQ(read_file(r.known_hosts), "");
    r.known_hosts = sshd.scratch() / "no_such_file";
    expect_refused(r, Errc::refused, "host key refused");
    EXPECT_FALSE(std::filesystem::exists(r.known_hosts));
}

TEST(Sftp, AnotherClientKeyIsRefused) {
    Sshd sshd;
    auto r = sshd.request();
    write_file(r.from / "file", "secret");
    r.private_key = sshd.scratch() / "stranger";
    expect_refused(r, Errc::refused, "login refused");
    r.private_key = sshd.scratch() / "no_such_key";
    expect_refused(r, Errc::invalid, "cannot be read");
}

TEST(Sftp, AMissingDirectoryIsNotFound) {
    Sshd sshd;
    expect_refused(sshd.request(), Errc::not_found, "does not exist");
}

TEST(Sftp, TooManyBytesAreRefusedAndThePartRemoved) {
    Sshd sshd;
    auto r = sshd.request();
    write_file(r.from / "a", std::string(600, 'a'));
    write_file(r.from / "b", std::string(600, 'b'));
    r.max_bytes = 1199;
    expect_refused(r, Errc::refused, "larger than 1199 bytes");
    r.max_bytes = 1200;
    EXPECT_TRUE(fetch(r).ok());
}

TEST(Sftp, ALinkIsRefused) {
    Sshd sshd;
    const auto r = sshd.request();
    write_file(r.from / "file", "x");
    std::filesystem::create_symlink("/etc/hostname", r.from / "link");
    expect_refused(r, Errc::refused, "neither a plain file nor a directory");
}

TEST(Sftp, TooDeepAndTooManyAreRefused) {
    Sshd sshd;
    const auto r = sshd.request();
    write_file(r.from / "2/3/4/file", "x");
    EXPECT_TRUE(fetch(r).ok());
    std::filesystem::remove_all(r.to);
    write_file(r.from / "2/3/4/5/file", "x");
    expect_refused(r, Errc::refused, "deeper than 4");
    std::filesystem::remove_all(r.from);
    for (int i = 0; i <= 500; ++i) write_file(r.from / std::to_string(i), "");
    expect_refused(r, Errc::refused, "more than 500 files");
}

TEST(Sftp, ANameWithControlCharactersIsRefused) {
    Sshd sshd;
    const auto r = sshd.request();
    write_file(r.from / "two\nlines", "x");
    expect_refused(r, Errc::refused, "a name that is not allowed");
}

TEST(Sftp, ADirectoryThatExistsIsLeftAlone) {
    Sshd sshd;
    const auto r = sshd.request();
    write_file(r.from / "file", "new");
    write_file(r.to / "file", "old");
    const auto status = fetch(r);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Errc::refused);
    EXPECT_EQ(read_file(r.to / "file"), "old");
}

TEST(Sftp, NobodyListeningIsUnavailable) {
    Sshd sshd;
    auto r = sshd.request();
    r.peer.port = test::free_port(SOCK_STREAM);
    expect_refused(r, Errc::unavailable, "no connection");
}

TEST(Sftp, AServerThatSaysNothingEndsInATimeout) {
    Sshd sshd;
    auto r = sshd.request();
    const int silent = test::loopback_socket(SOCK_STREAM, r.peer.port);
    ASSERT_EQ(listen(silent, 1), 0);
    r.timeout = Millis(300);
    expect_refused(r, Errc::timeout, "out of time");
    close(silent);
}

TEST(Sftp, AnSftpServerThatFallsSilentEndsInATimeout) {
    Sshd sshd("cat >/dev/null");
    auto r = sshd.request();
    r.timeout = Millis(3000);
    expect_refused(r, Errc::timeout, "out of time");
}

TEST(Sftp, DroppingTheCallEndsTheWorkerSoon) {
    Sshd sshd("cat >/dev/null");
    const auto r = sshd.request();  // 30 s
    const auto begin = std::chrono::steady_clock::now();
    {
        asio::io_context context;
        asio::co_spawn(context, sftp_fetch(r), [](std::exception_ptr, Status) {});
        context.run_for(std::chrono::milliseconds(200));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    EXPECT_FALSE(std::filesystem::exists(r.to));
}

}  // namespace
}  // namespace zha
