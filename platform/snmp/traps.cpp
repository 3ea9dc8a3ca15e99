#include "platform/snmp/traps.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "platform/snmp/session.hpp"

#include "platform/config/config.hpp"

namespace zha {
namespace {

using snmp_detail::Session;

constexpr auto kRetry = std::chrono::seconds(30);
constexpr std::size_t kMaxTargets = 16;
constexpr std::size_t kMaxCommunity = 255;

struct Target {
    std::string address;
    std::string community;
    Session session;  ///< empty until the name could be resolved
};

/// SNMPv2c's community is its only secret.
Result<std::string> read_community(const Path& file) {
    if (file.empty()) return std::string("public");
    auto community = read_secret(file);
    if (community && community->size() > kMaxCommunity)
        return {Errc::invalid, file.string() + ": too long for a community"};
    return community;
}

/// "host:port" or "[address]:port". Net-SNMP would take other forms for other transports.
bool usable_address(const std::string& address) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0 || address.size() > 255) return false;
    const std::string host = address.substr(0, colon), port = address.substr(colon + 1);
    const bool literal = host.front() == '[';
    const auto number = [](char c) { return c >= '0' && c <= '9'; };
    if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), number))
        return false;
    if (const int n = std::stoi(port); n < 1 || n > 65535) return false;
    const std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const std::string_view inside = "0123456789abcdefABCDEF:.";
    if (!literal) return host.find_first_not_of(letters) == std::string::npos;
    return host.size() > 2 && host.back() == ']' &&
           host.find_first_not_of(inside, 1) == host.size() - 1;
}

class NetSnmpSender final : public TrapSender {
  public:
    explicit NetSnmpSender(std::vector<Target> targets) : targets_(std::move(targets)) {
        open_missing({});
        if (missing()) retry_ = std::jthread([this](const std::stop_token& s) { retry(s); });
    }

    Status send(Notification kind, const TrapContent& content) override {
        const auto up = std::chrono::steady_clock::now() - begin_;
        const auto ticks = std::chrono::duration_cast<std::chrono::milliseconds>(up).count() / 10;
        std::optional<Error> first;
        const std::lock_guard lock(mutex_);
        for (const auto& target : targets_) {
            const Status sent = target.session
                                    ? snmp_detail::send_trap(target.session, kind, content,
                                                             static_cast<std::uint32_t>(ticks))
                                    : Status(Errc::unavailable, "its name is not resolved yet");
            if (sent) continue;
            spdlog::warn("trap not sent target={} error={}", target.address, sent.error().message);
            if (!first) first = within("trap to " + target.address, sent.error());
        }
        return first ? Status(*first) : Status();
    }

  private:
    bool missing() const {
        return std::any_of(targets_.begin(), targets_.end(),
                           [](const Target& t) { return !t.session; });
    }

    /// Without the lock while a name is looked up, so that send() never waits for that. Only this
    /// thread gives a target its session.
    void open_missing(const std::stop_token& stop) {
        for (auto& target : targets_) {
            if (target.session || stop.stop_requested()) continue;
            auto session = snmp_detail::open_session(target.address, target.community);
            if (!session) {
                spdlog::warn("trap target not open error={}", session.error().message);
                continue;
            }
            const std::lock_guard lock(mutex_);
            target.session = std::move(session).value();
        }
    }

    void retry(const std::stop_token& stop) {
        while (missing() && !stop.stop_requested()) {
            std::unique_lock lock(retry_mutex_);
            wake_.wait_for(lock, stop, kRetry, [] { return false; });
            lock.unlock();
            open_missing(stop);
        }
    }

    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::mutex mutex_;  ///< the sessions in targets_
    std::vector<Target> targets_;
    std::mutex retry_mutex_;
    std::condition_variable_any wake_;
    std::jthread retry_;  ///< last: it uses the others
};

}  // namespace

Result<std::unique_ptr<TrapSender>> make_trap_sender(const std::vector<SnmpTarget>& targets) {
    if (targets.size() > kMaxTargets) return {Errc::invalid, "more than 16 trap targets"};
    std::vector<Target> ready;
    for (const auto& t : targets) {
        if (!usable_address(t.address))
            return {Errc::invalid, "trap target '" + t.address + "': expected host:port"};
        auto community = read_community(t.community_file);
        if (!community) return within("trap target " + t.address, community.error());
        ready.push_back({t.address, std::move(community).value(), nullptr});
    }
    return std::unique_ptr<TrapSender>(std::make_unique<NetSnmpSender>(std::move(ready)));
}

}  // namespace zha
