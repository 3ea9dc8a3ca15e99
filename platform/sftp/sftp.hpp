// What: fetches a directory from a peer over SFTP (libssh).
// Why: snapshots hold network keys, so they travel encrypted and only to hosts we know.
// Contract: strict host key checking (unknown or changed = Errc::refused), public-key login only,
//      every step within `deadline`; sizes are bounded; runs on a worker, resumes on the caller's
//      executor. Files arrive with mode 0600 in `to`, which must not exist before.
#pragma once

#include "core/config.hpp"
#include "core/result.hpp"
#include "platform/clock/clock.hpp"

namespace zha {

struct SftpRequest {
    SftpConfig peer;   ///< host, port and user of the peer
    Path private_key;  ///< ours
    Path known_hosts;  ///< ours
    Path from;         ///< remote directory (plain files and directories only)
    Path to;           ///< local directory, created
    std::size_t max_bytes = 64 << 20;
    Millis timeout{30000};
};

Task<Status> sftp_fetch(SftpRequest request);

}  // namespace zha
