#include "cli/session.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cstdio>
#include <random>

#include "platform/bus/mqtt_bus.hpp"

namespace zha::cli {

namespace {

constexpr Millis kLook{20};
constexpr Millis kConnectMost{5000};
constexpr Millis kFirstAnswerMost{15000};

std::string random_id() {
    std::random_device device;
    std::string id = "cli-";
    for (int i = 0; i < 16; ++i) id += "0123456789abcdef"[device() % 16];
    return id;
}

}  // namespace

Session::Session(Bus& bus, Clock& clock, const Config& config)
    : bus_(bus),
      clock_(clock),
      topics_(config.mqtt.base_topic, config.cluster),
      broker_(config.mqtt.host + ":" + std::to_string(config.mqtt.port)) {
    bus_.on_connection([this](bool up, const std::string& why) { connect_error_ = up ? "" : why; });
    for (const bool spare : {false, true})
        bus_.subscribe(topics_.controller_status(spare), [this, spare](const BusMessage& m) {
            const auto status = wire::decode_status(m.payload);
            controllers_[spare ? 1 : 0] = status ? wire::to_string(status->state) : "";
        });
    bus_.subscribe(topics_.state(), [this](const BusMessage& m) {
        auto value = nlohmann::ordered_json::parse(m.payload, nullptr, false);
        if (value.is_object()) state_ = std::move(value);
    });
}

Task<bool> Session::wait(Time deadline, std::function<bool()> condition) {
    while (!condition()) {
        if (clock_.now() >= deadline) co_return false;
        co_await clock_.sleep_for(kLook);
    }
    co_return true;
}

Task<Status> Session::connect(Time deadline) {
    bus_.start();
    const bool up = co_await wait(deadline, [this] { return bus_.connected(); });
    if (up) co_return Status();
    co_return Status(
        Errc::unavailable,
        "broker " + broker_ + ": " + (connect_error_.empty() ? "no answer" : connect_error_));
}

Task<Result<nlohmann::ordered_json>> Session::state(Time deadline) {
    co_await wait(deadline, [this] { return acts() && state_.is_object(); });
    if (acts() && state_.is_object()) co_return state_;
    for (const auto& state : controllers_)
        if (state == "standby")
            co_return Error{Errc::unavailable, "no controller acts; one is about to take over"};
    const bool seen = !controllers_[0].empty() || !controllers_[1].empty();
    co_return Error{Errc::unavailable, seen ? "the controller is offline"
                                            : "no controller has ever reported to this broker"};
}

bool Session::acts() const {
    return controllers_[0] == "online" || controllers_[1] == "online";
}

Task<Result<nlohmann::json>> Session::ask(nlohmann::json command, Time deadline,
                                          std::function<void(const std::string&)> progress) {
    const auto id = random_id();
    command["id"] = id;
    nlohmann::json final;
    bool heard = false;
    bus_.subscribe(topics_.response(id), [&](const BusMessage& m) {
        auto value = nlohmann::json::parse(m.payload, nullptr, false);
        if (!value.is_object() || !value.contains("done")) return;
        heard = true;
        if (value["done"] == true)
            final = std::move(value);
        else
            progress(wire::text_of(value, "text"));
    });
    if (auto sent = bus_.publish(topics_.command(), command.dump(), false, 1); !sent)
        co_return sent.error();
    // It answers everything at once, if only that it has begun.
    const auto soon = std::min(deadline, clock_.now() + kFirstAnswerMost);
    const bool taken = co_await wait(soon, [&] { return heard; });
    const auto until = taken ? deadline : soon;
    const bool answered = co_await wait(until, [&] { return final.is_object(); });
    // The handler refers to this frame: let it go before the frame does.
    bus_.subscribe(topics_.response(id), [](const BusMessage&) {});
    if (answered) co_return final;
    if (!taken)
        co_return Error{Errc::timeout,
                        "the controller did not answer; see what it does (status), or try again"};
    co_return Error{Errc::timeout, "no final answer yet; the controller goes on by itself"};
}

int with_session(const Options& options, std::function<Task<int>(Session&, Clock&)> verb) {
    asio::io_context io(1);
    RealClock clock(io.get_executor());
    MqttOptions mqtt;
    mqtt.broker = options.config.mqtt;
    auto bus = make_mqtt_bus(mqtt, io.get_executor(), clock);
    if (!bus) return complain(bus.error().message, kUsage);
    Session session(**bus, clock, options.config);
    int result = kFailed;
    const auto body = [&]() -> Task<void> {
        auto connected = co_await session.connect(clock.now() + kConnectMost);
        result = connected ? co_await verb(session, clock) : complain(connected.error());
        co_await (*bus)->stop(clock.now() + Millis{500});
    };
    asio::co_spawn(io, body(), [&](const std::exception_ptr& thrown) {
        if (thrown) result = complain("the controller's answer is not understood", kFailed);
        io.stop();
    });
    io.run();
    return result;
}

int complain(const std::string& message, ExitCode code) {
    std::fprintf(stderr, "zha-switchover: %s\n", message.c_str());
    return code;
}

int complain(const Error& error) {
    const auto code = error.code == Errc::unavailable ? kUnavailable
                      : error.code == Errc::timeout   ? kGoesOn
                                                      : kFailed;
    return complain(error.message, code);
}

}  // namespace zha::cli
