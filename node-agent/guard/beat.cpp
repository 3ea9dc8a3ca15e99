#include "node-agent/guard/beat.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace zha::guard {

bool send_beat(int pipe, const Beat& beat) {
    ssize_t size = 0;
    do size = send(pipe, &beat, sizeof beat, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    return size >= 0 || errno == EAGAIN;
}

std::optional<Beat> receive_beat(int pipe) {
    std::optional<Beat> newest;
    // Bounded: a worker that writes without end must not keep the guard here.
    for (int left = 4096; left > 0; --left) {
        Beat beat;
        const ssize_t size = recv(pipe, &beat, sizeof beat, MSG_DONTWAIT | MSG_TRUNC);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        if (size == sizeof beat && beat.mark == Beat{}.mark && beat.radio <= Radio::unproven)
            newest = beat;
    }
    return newest;
}

}  // namespace zha::guard
