// What: a real OpenSSH server on loopback for one test, with keys made for it.
// Why: host key checking and login are proven against the program that nodes really run.
// Contract: only the key pair `client` may log in, for read-only SFTP. Everything is in a Scratch.
#pragma once

#include <gtest/gtest.h>
#include <pwd.h>
#include <shadow.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "platform/sftp/sftp.hpp"
#include "tests/net/child.hpp"
#include "tests/net/scratch.hpp"

namespace zha::test {

class Sshd {
  public:
    /// `subsystem`: what answers for SFTP.
    explicit Sshd(const std::string& subsystem = "internal-sftp") {
        user_ = getpwuid(geteuid())->pw_name;
        if (geteuid() == 0) made_ = mkdir(kSeparation, 0755) == 0;  // compiled into sshd
        for (const char* key : {"host", "client", "stranger"}) make_key(key);
        write_file(scratch_ / "authorized_keys", "restrict " + read_file(scratch_ / "client.pub"));
        port_ = free_port(SOCK_STREAM);
        write_file(scratch_ / "sshd_config", configuration(subsystem));
        write_file(scratch_ / "known_hosts", known_hosts_line("host"));
        server_ = std::make_unique<Child>(std::vector<std::string>{
            "/usr/sbin/sshd", "-D", "-e", "-f", (scratch_ / "sshd_config").string()});
        EXPECT_TRUE(server_->wait_for("Server listening on")) << server_->text();
    }
    ~Sshd() {
        server_.reset();
        if (made_) rmdir(kSeparation);
    }
    Sshd(const Sshd&) = delete;
    Sshd& operator=(const Sshd&) = delete;

    const Scratch& scratch() const { return scratch_; }

    std::string known_hosts_line(const std::string& key) const {
        return "[127.0.0.1]:" + std::to_string(port_) + " " + read_file(scratch_ / (key + ".pub"));
    }

    /// A request that succeeds when "source" exists and sshd does its work.
    SftpRequest request() const {
        SftpRequest r;
        r.peer.host = "127.0.0.1";
        r.peer.port = port_;
        r.peer.user = user_;
        r.private_key = scratch_ / "client";
        r.known_hosts = scratch_ / "known_hosts";
        r.from = scratch_ / "source";
        r.to = scratch_ / "copy";
        return r;
    }

  private:
    static constexpr const char* kSeparation = "/run/sshd";

    void make_key(const std::string& name) {
        Child keygen({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f",
                      (scratch_ / name).string()});
        ASSERT_EQ(keygen.finish(), 0);
    }

    /// Without PAM, sshd refuses an account whose password is locked.
    bool needs_pam() const {
        const spwd* entry = getspnam(user_.c_str());
        return entry && entry->sp_pwdp && entry->sp_pwdp[0] == '!';
    }

    std::string configuration(const std::string& subsystem) const {
        return "ListenAddress 127.0.0.1:" + std::to_string(port_) + "\nHostKey " +
               (scratch_ / "host").string() + "\nAuthorizedKeysFile " +
               (scratch_ / "authorized_keys").string() + "\nAllowUsers " + user_ +
               "\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
               "KbdInteractiveAuthentication no\nStrictModes no\nPidFile none\nUsePAM " +
               (needs_pam() ? "yes" : "no") + "\nSubsystem sftp " + subsystem + "\n";
    }

    Scratch scratch_;
    std::string user_;
    bool made_ = false;
    std::uint16_t port_ = 0;
    std::unique_ptr<Child> server_;
};

}  // namespace zha::test
