#include "platform/bus/mqtt_bus.hpp"

#include <mqtt/async_client.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <random>

#include "core/limits.hpp"
#include "platform/bus/topic_filter.hpp"
#include "platform/config/config.hpp"
#include "platform/log/log.hpp"

namespace zha {

namespace {

constexpr std::size_t kPayloadMax = 256U << 10;
constexpr Millis kRetryFirst{250};
constexpr std::chrono::seconds kConnectTimeout{5};

std::string random_id() {
    std::random_device device;
    std::string id = "zha-";
    for (int i = 0; i < 12; ++i) id += "0123456789abcdef"[device() % 16];
    return id;
}

/// `code`: of the broker's answer (MQTT 3.1.1, 3.2.2.3), or negative when there was none.
std::string refusal(int code) {
    switch (code) {
        case 1:
            return "it does not speak this version of MQTT";
        case 2:
            return "it refuses the client id";
        case 3:
            return "it is not available";
        case 4:
            return "wrong user or password";
        case 5:
            return "not authorized (wrong user or password?)";
        default:
            return "cannot connect (code " + std::to_string(code) + ")";
    }
}

class MqttBus final : public Bus {
  public:
    MqttBus(MqttOptions options, std::string password, asio::any_io_executor executor, Clock& clock)
        : options_(std::move(options)),
          executor_(std::move(executor)),
          clock_(clock),
          self_(std::make_shared<MqttBus*>(this)),
          callbacks_(self_, executor_),
          listener_(self_, executor_),
          client_("tcp://" + options_.broker.host + ":" + std::to_string(options_.broker.port),
                  options_.client_id.empty() ? random_id() : options_.client_id) {
        auto builder = mqtt::connect_options_builder();
        builder.clean_session(true)
            .keep_alive_interval(std::chrono::duration_cast<std::chrono::seconds>(
                std::max(options_.keepalive, Millis{1000})))
            .connect_timeout(kConnectTimeout);
        if (!options_.broker.user.empty())
            builder.user_name(options_.broker.user).password(password);
        if (!options_.will_topic.empty())
            builder.will(mqtt::message(options_.will_topic, options_.will_payload, 1, true));
        connect_options_ = builder.finalize();
        client_.set_callback(callbacks_);
    }
    ~MqttBus() override { *self_ = nullptr; }
    MqttBus(const MqttBus&) = delete;
    MqttBus& operator=(const MqttBus&) = delete;

    void start() override { connect(); }
    bool connected() const override { return up_; }

    Status publish(const std::string& topic, const std::string& payload, bool retain,
                   int qos) override {
        if (!up_) return {Errc::unavailable, "not connected to the broker"};
        try {
            client_.publish(mqtt::make_message(topic, payload, qos, retain));
        } catch (const mqtt::exception& e) {
            return {Errc::unavailable, "publish " + topic + ": " + e.what()};
        }
        return {};
    }

    void subscribe(const std::string& filter, Handler handler) override {
        handlers_.emplace_back(filter, std::move(handler));
        if (up_) subscribe_now(filter);
    }
    void on_connection(std::function<void(bool, const std::string&)> handler) override {
        on_connection_ = std::move(handler);
    }

    Task<void> stop(Time deadline) override {
        stopping_ = true;
        if (up_ && !options_.will_topic.empty())
            (void)publish(options_.will_topic, options_.will_payload, true, 1);
        try {
            const auto left = std::max(deadline - clock_.now(), Millis{1});
            client_.disconnect(static_cast<int>(left.count()))->wait_for(left);
        } catch (const mqtt::exception& e) {
            spdlog::debug("disconnect: {}", e.what());  // not connected: nothing to end
        }
        up_ = false;
        co_return;
    }

  private:
    using Self = std::shared_ptr<MqttBus*>;

    /// Called on Paho's threads; everything is handed over to the daemon's own.
    class Callbacks final : public virtual mqtt::callback {
      public:
        Callbacks(Self self, asio::any_io_executor executor)
            : self_(std::move(self)), executor_(std::move(executor)) {}
        void connected(const std::string&) override {
            run([](MqttBus& bus) { bus.came_up(); });
        }
        void connection_lost(const std::string& cause) override {
            run([cause](MqttBus& bus) {
                bus.went_down(cause.empty() ? "connection lost" : cause);
            });
        }
        void message_arrived(mqtt::const_message_ptr message) override {
            run([message](MqttBus& bus) { bus.arrived(*message); });
        }

      private:
        void run(std::function<void(MqttBus&)> action) {
            asio::post(executor_, [self = self_, action = std::move(action)] {
                if (*self != nullptr) action(**self);
            });
        }
        Self self_;
        asio::any_io_executor executor_;
    };
    class ConnectListener final : public virtual mqtt::iaction_listener {
      public:
        ConnectListener(Self self, asio::any_io_executor executor)
            : self_(std::move(self)), executor_(std::move(executor)) {}
        void on_success(const mqtt::token&) override {}
        void on_failure(const mqtt::token& token) override {
            const auto why = refusal(token.get_return_code());
            asio::post(executor_, [self = self_, why] {
                if (*self != nullptr) (*self)->went_down(why);
            });
        }

      private:
        Self self_;
        asio::any_io_executor executor_;
    };

    void connect() {
        if (stopping_) return;
        try {
            client_.connect(connect_options_, nullptr, listener_);
        } catch (const mqtt::exception& e) {
            went_down(e.what());
        }
    }
    void came_up() {
        retry_ = kRetryFirst;
        up_ = true;
        for (const auto& [filter, handler] : handlers_) subscribe_now(filter);
        if (on_connection_) on_connection_(true, "");
    }
    void went_down(const std::string& why) {
        up_ = false;
        if (on_connection_) on_connection_(false, why);
        if (stopping_ || !options_.reconnect) return;
        asio::co_spawn(executor_, retry_later(self_, clock_, retry_), asio::detached);
        retry_ = std::min(retry_ * 2, kReconnectMost);
    }
    static Task<void> retry_later(Self self, Clock& clock, Millis pause) {
        co_await clock.sleep_for(pause);
        if (*self != nullptr && !(*self)->up_) (*self)->connect();
    }
    void subscribe_now(const std::string& filter) {
        try {
            client_.subscribe(filter, 1);
        } catch (const mqtt::exception& e) {
            spdlog::warn("subscribe {}: {}", filter, e.what());
        }
    }
    /// Whatever a stranger publishes must not end a daemon that protects a house.
    static void call(const Handler& handler, const BusMessage& message) {
        try {
            handler(message);
        } catch (const std::exception& e) {
            spdlog::error("message on {}: {}", message.topic, e.what());
        }
    }
    void arrived(const mqtt::message& message) {
        if (message.get_payload().size() > kPayloadMax) {
            spdlog::warn("message of {} bytes on {} dropped", message.get_payload().size(),
                         message.get_topic());
            return;
        }
        const BusMessage copy{message.get_topic(), message.to_string(), message.is_retained()};
        // A handler may subscribe: the list is not held across calls.
        for (std::size_t i = 0; i < handlers_.size(); ++i)
            if (topic_matches(handlers_[i].first, copy.topic)) {
                const auto handler = handlers_[i].second;
                call(handler, copy);
            }
    }

    MqttOptions options_;
    asio::any_io_executor executor_;
    Clock& clock_;
    Self self_;  ///< null once the bus is gone: callbacks that are still queued do nothing
    Callbacks callbacks_;
    ConnectListener listener_;
    mqtt::async_client client_;
    mqtt::connect_options connect_options_;
    std::vector<std::pair<std::string, Handler>> handlers_;
    std::function<void(bool, const std::string&)> on_connection_;
    Millis retry_ = kRetryFirst;
    bool up_ = false;
    bool stopping_ = false;
};

}  // namespace

Result<std::unique_ptr<Bus>> make_mqtt_bus(MqttOptions options, asio::any_io_executor executor,
                                           Clock& clock) {
    std::string password;
    if (!options.broker.password_file.empty()) {
        auto secret = read_secret(options.broker.password_file);
        if (!secret) return within("mqtt.password_file", secret.error());
        password = secret.value();
    }
    return std::unique_ptr<Bus>(
        std::make_unique<MqttBus>(std::move(options), password, std::move(executor), clock));
}

}  // namespace zha
