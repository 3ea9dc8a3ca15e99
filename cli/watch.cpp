// watch: the table of `status`, drawn again at every change, until interrupted.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/verbs.hpp"

namespace zha::cli {

namespace {

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 200;
    return size.ws_col;
}

void draw(const Options& options, const nlohmann::ordered_json& state) {
    if (options.json)
        fmt::print("{}\n", state.dump());
    else if (::isatty(STDOUT_FILENO) != 0)
        fmt::print("\x1b[H\x1b[2J{}\nCtrl-C ends\n", state_table(state, terminal_width()));
    else
        fmt::print("{}\n", state_table(state, 200));
    std::fflush(stdout);
}

}  // namespace

int watch(const Options& options) {
    return with_session(options, [&](Session& session, Clock& clock) -> Task<int> {
        std::string last;
        for (;;) {
            auto state = co_await session.state(clock.now() + Millis{3000});
            if (!state && last.empty()) co_return complain(state.error());
            if (!state) {
                fmt::print(stderr, "zha-switchover: {}\n", state.error().message);
                last = "?";
            } else if (auto text = state->dump(); text != last) {
                draw(options, *state);
                last = std::move(text);
            }
            if (!co_await clock.sleep_for(Millis{200})) co_return kOk;
        }
    });
}

}  // namespace zha::cli
