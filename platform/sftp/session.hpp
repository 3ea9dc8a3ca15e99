// What: one SSH session with an SFTP channel to a known host, and the values that own its parts.
// Why: login and host key checking are one worry, walking directories (sftp.cpp) another.
// Contract: blocking, for a worker thread; nothing is read but the files named in the request, and
//      nobody is asked for a passphrase.
#pragma once

#include <libssh/libssh.h>
#include <libssh/sftp.h>

#include <memory>
#include <string>
#include <type_traits>

#include "platform/sftp/sftp.hpp"
#include "platform/sftp/socket.hpp"

namespace zha::sftp_detail {

/// Calls a C function as a deleter.
template <auto free_it>
struct With {
    template <class T>
    void operator()(T* thing) const {
        free_it(thing);
    }
};
template <class T, auto free_it>
using Owned = std::unique_ptr<std::remove_pointer_t<T>, With<free_it>>;

struct CloseSession {
    void operator()(ssh_session s) const {
        ssh_disconnect(s);
        ssh_free(s);
    }
};
using Session = std::unique_ptr<ssh_session_struct, CloseSession>;
using Sftp = Owned<sftp_session, &sftp_free>;
using Key = Owned<ssh_key, &ssh_key_free>;
using Directory = Owned<sftp_dir, &sftp_closedir>;
using File = Owned<sftp_file, &sftp_close>;
using Attributes = Owned<sftp_attributes, &sftp_attributes_free>;

/// In this order: what stands below goes first.
struct Connection {
    Session session;
    std::unique_ptr<Watchdog> watchdog;
    Sftp sftp;
};

/// Connects, checks the host key, logs in and opens the SFTP channel.
Result<Connection> open_connection(const SftpRequest& request, const Limit& limit);

}  // namespace zha::sftp_detail
