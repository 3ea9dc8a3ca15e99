// What: the blocking part of sftp_fetch(): walks the remote directory and writes the copies.
// Why: it runs on a worker thread; sftp.cpp only starts it and waits for it.
// Contract: blocking; `to` is complete or does not exist afterwards (unless it existed before).
#pragma once

#include "platform/sftp/session.hpp"

namespace zha::sftp_detail {

Status fetch(const SftpRequest& request, const Limit& limit);

}  // namespace zha::sftp_detail
