#include "platform/sftp/session.hpp"

#include <algorithm>

namespace zha::sftp_detail {
namespace {

/// libssh's text, on one line and of a bounded length: parts of it come from the other side.
std::string ssh_text(ssh_session session) {
    std::string text = ssh_get_error(session);
    text.resize(std::min<std::size_t>(text.size(), 200));
    for (char& c : text)
        if (c < ' ' || c > '~') c = ' ';
    return text;
}

bool set(ssh_session s, ssh_options_e option, const void* value) {
    return ssh_options_set(s, option, value) == SSH_OK;
}

Status set_options(ssh_session s, const SftpRequest& r) {
    const bool no_config = false;
    const unsigned port = r.peer.port;
    const long seconds = static_cast<long>(r.timeout.count() / 1000) + 1;  // the watchdog is exact
    const std::string known = r.known_hosts.string();
    // Nobody's ~/.ssh/config; the same file for both lists, or /etc/ssh would be asked as well.
    const bool ok = set(s, SSH_OPTIONS_PROCESS_CONFIG, &no_config) &&
                    set(s, SSH_OPTIONS_HOST, r.peer.host.c_str()) &&
                    set(s, SSH_OPTIONS_PORT, &port) &&
                    set(s, SSH_OPTIONS_USER, r.peer.user.c_str()) &&
                    set(s, SSH_OPTIONS_KNOWNHOSTS, known.c_str()) &&
                    set(s, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, known.c_str()) &&
                    set(s, SSH_OPTIONS_TIMEOUT, &seconds);
    if (!ok) return {Errc::invalid, "host, port, user or known_hosts is not usable"};
    return {};
}

Status check_host_key(ssh_session s, const SftpRequest& r) {
    const std::string file = r.known_hosts.string();
    switch (ssh_session_is_known_server(s)) {
        case SSH_KNOWN_HOSTS_OK:
            return {};
        case SSH_KNOWN_HOSTS_CHANGED:
        case SSH_KNOWN_HOSTS_OTHER:
            return {Errc::refused, "host key refused: it is not the one in " + file};
        case SSH_KNOWN_HOSTS_NOT_FOUND:
            return {Errc::refused, "host key refused: " + file + " does not exist"};
        case SSH_KNOWN_HOSTS_UNKNOWN:
            return {Errc::refused, "host key refused: the host is not in " + file};
        case SSH_KNOWN_HOSTS_ERROR:
            break;
    }
    return {Errc::refused, "host key refused: " + file + " cannot be used"};
}

Status log_in(ssh_session s, const SftpRequest& r) {
    ssh_key raw = nullptr;
    // An empty passphrase instead of none: libssh must never ask at a terminal.
    const int imported =
        ssh_pki_import_privkey_file(r.private_key.c_str(), "", nullptr, nullptr, &raw);
    const Key key(raw);
    if (imported != SSH_OK)
        return {Errc::invalid, "the private key " + r.private_key.string() + " cannot be read"};
    switch (ssh_userauth_publickey(s, nullptr, key.get())) {
        case SSH_AUTH_SUCCESS:
            return {};
        case SSH_AUTH_DENIED:
        case SSH_AUTH_PARTIAL:
            return {Errc::refused,
                    "login refused: " + r.peer.user + " with the key " + r.private_key.string()};
        default:
            return {Errc::unavailable, "login failed: " + ssh_text(s)};
    }
}

}  // namespace

Result<Connection> open_connection(const SftpRequest& r, const Limit& limit) {
    Connection c{Session(ssh_new()), nullptr, nullptr};
    ssh_session s = c.session.get();
    if (!s) return {Errc::io, "out of memory"};
    if (auto options = set_options(s, r); !options) return options.error();
    auto socket = connect_tcp(r.peer.host, r.peer.port, limit);
    if (!socket) return socket.error();
    c.watchdog = std::make_unique<Watchdog>(socket->get(), limit);
    const int fd = socket->get();
    if (!set(s, SSH_OPTIONS_FD, &fd)) return {Errc::io, "the socket cannot be used"};
    static_cast<void>(socket->release());  // libssh closes it from here on
    if (ssh_connect(s) != SSH_OK) return {Errc::unavailable, "no SSH: " + ssh_text(s)};
    if (auto known = check_host_key(s, r); !known) return known.error();
    if (auto login = log_in(s, r); !login) return login.error();
    c.sftp.reset(sftp_new(s));
    if (!c.sftp || sftp_init(c.sftp.get()) != SSH_OK)
        return {Errc::unavailable, "the host offers no SFTP: " + ssh_text(s)};
    return c;
}

}  // namespace zha::sftp_detail
