// An outlet of a rack's power strip: SNMP set, verified by get.
#include <asio/co_spawn.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>

#include "platform/clock/deadline.hpp"
#include "platform/config/config.hpp"
#include "platform/fence/switched.hpp"
#include "platform/snmp/exchange.hpp"

namespace zha::fence_detail {
namespace {

template <class T>
Task<std::optional<T>> as_task(std::function<T()> call) {
    co_return call();  // optional: asio wants something that can be made of nothing
}

class SnmpOutlet final : public Switched {
  public:
    SnmpOutlet(const FenceConfig& config, SnmpPeer peer, Clock& clock)
        : Switched(clock), config_(config), peer_(std::move(peer)) {}

  private:
    /// Net-SNMP waits for its answer: on a thread of ours, which outlives a cancelled call.
    template <class T>
    Task<T> elsewhere(std::function<T()> call, Time deadline) {
        auto done = co_await until(
            clock_, deadline,
            asio::co_spawn(thread_, as_task<T>(std::move(call)), asio::use_awaitable));
        if (!done || !*done) co_return Error{Errc::timeout, peer_.address + ": no answer in time"};
        co_return std::move(**done);
    }
    /// One request and its repetition end by the deadline, too.
    SnmpPeer until_then(Time deadline) const {
        auto peer = peer_;
        peer.wait = std::clamp((deadline - clock_.now()) / 2, Millis{50}, peer_.wait);
        return peer;
    }
    Task<Status> say(bool powered, Time deadline) override {
        const auto value = powered ? config_.on_value : config_.off_value;
        std::function<Status()> call = [peer = until_then(deadline), oid = config_.oid, value] {
            return snmp_set(peer, oid, value);
        };
        co_return co_await elsewhere<Status>(std::move(call), deadline);
    }
    Task<Result<bool>> ask(Time deadline) override {
        const auto& oid = config_.state_oid.empty() ? config_.oid : config_.state_oid;
        std::function<Result<long>()> call = [peer = until_then(deadline), oid] {
            return snmp_get(peer, oid);
        };
        const auto value = co_await elsewhere<Result<long>>(std::move(call), deadline);
        if (!value) co_return value.error();
        const bool own = !config_.state_oid.empty();
        if (*value == (own ? config_.state_on : config_.on_value)) co_return true;
        if (*value == (own ? config_.state_off : config_.off_value)) co_return false;
        co_return Error{Errc::protocol, peer_.address + ": the outlet is neither on nor off: " +
                                            std::to_string(*value)};
    }

    const FenceConfig config_;
    const SnmpPeer peer_;
    asio::thread_pool thread_{1};
};

}  // namespace

Result<std::unique_ptr<FenceDevice>> make_snmp(const FenceConfig& config, asio::any_io_executor,
                                               Clock& clock) {
    SnmpPeer peer{config.address, {}, Millis{1000}};
    auto community = read_secret(config.community_file);
    if (!community) return within("fence", community.error());
    peer.community = std::move(*community);
    for (const auto& oid : {config.oid, config.state_oid.empty() ? config.oid : config.state_oid})
        if (auto fine = check_oid(oid); !fine) return within("fence", fine.error());
    return std::unique_ptr<FenceDevice>(
        std::make_unique<SnmpOutlet>(config, std::move(peer), clock));
}

}  // namespace zha::fence_detail
