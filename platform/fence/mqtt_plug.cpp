// A plug on the broker: a command topic, and a state topic on which it says what it did.
#include <nlohmann/json.hpp>

#include "platform/fence/switched.hpp"

namespace zha::fence_detail {
namespace {

constexpr Millis kLook{50};

/// What the plug said itself while we listened; nothing that the broker kept.
struct Heard {
    std::uint64_t count = 0;
    bool powered = false;
};

class MqttPlug final : public FenceDevice {
  public:
    MqttPlug(const FenceConfig& config, Clock& clock, Bus& bus)
        : config_(config), clock_(clock), bus_(bus), heard_(std::make_shared<Heard>()) {
        // The bus has no unsubscribe: the handler owns what it writes to.
        bus_.subscribe(config_.state_topic, [heard = heard_, config](const BusMessage& message) {
            take(*heard, config, message);
        });
    }
    Task<Status> off(Time deadline) override { return set(false, deadline); }
    Task<Status> on(Time deadline) override { return set(true, deadline); }

    Task<Result<bool>> state(Time deadline) override {
        const auto before = heard_->count;
        if (!config_.query_topic.empty()) {
            auto sent = bus_.publish(config_.query_topic, config_.query_payload, false, 1);
            if (!sent) co_return sent.error();
        }
        while (heard_->count == before) {
            if (clock_.now() >= deadline)
                co_return Error{Errc::timeout, "the plug said nothing on " + config_.state_topic};
            if (!co_await clock_.sleep_for(kLook)) co_return Error{Errc::timeout, "cancelled"};
        }
        co_return heard_->powered;
    }

  private:
    static void take(Heard& heard, const FenceConfig& config, const BusMessage& message) {
        if (message.retained || message.payload.size() > 4096) return;
        auto word = message.payload;
        if (!config.state_key.empty()) {
            const auto value = nlohmann::json::parse(message.payload, nullptr, false);
            if (!value.is_object()) return;
            const auto it = value.find(config.state_key);
            if (it == value.end()) return;
            word = it->is_string() ? it->get<std::string>() : it->dump();
        }
        if (word != config.on_payload && word != config.off_payload) return;
        ++heard.count;
        heard.powered = word == config.on_payload;
    }

    Task<Status> set(bool powered, Time deadline) {
        const auto before = heard_->count;
        auto sent = bus_.publish(config_.command_topic,
                                 powered ? config_.on_payload : config_.off_payload, false, 1);
        if (!sent) co_return sent;
        // The newest word counts: what was on its way when the command was sent may say otherwise.
        while (heard_->count == before || heard_->powered != powered) {
            if (clock_.now() >= deadline)
                co_return Status(Errc::timeout, "not confirmed: the plug did not say so on " +
                                                    config_.state_topic);
            if (!co_await clock_.sleep_for(kLook)) co_return Status(Errc::timeout, "cancelled");
        }
        if (config_.query_topic.empty()) co_return Status();
        const auto asked = co_await state(deadline);
        if (!asked) co_return within("not confirmed", asked.error());
        if (*asked != powered) co_return Status(Errc::mismatch, "not confirmed: it says otherwise");
        co_return Status();
    }

    const FenceConfig config_;
    Clock& clock_;
    Bus& bus_;
    std::shared_ptr<Heard> heard_;
};

}  // namespace

std::unique_ptr<FenceDevice> make_mqtt(const FenceConfig& config, Clock& clock, Bus& bus) {
    return std::make_unique<MqttPlug>(config, clock, bus);
}

}  // namespace zha::fence_detail
