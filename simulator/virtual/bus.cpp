#include "simulator/virtual/bus.hpp"

#include "platform/bus/topic_filter.hpp"

namespace zha::sim {

namespace {

constexpr Millis kReconnectAfter{1000};
constexpr std::size_t kPayloadMax = 256 << 10;

Time instant(const VirtualTime& time) {
    return std::chrono::duration_cast<Millis>(time.elapsed());
}

}  // namespace

void VirtualBroker::stop() {
    up_ = false;
    for (auto* client : clients_)
        if (online_.erase(client) > 0) client->lose("the broker is gone");
}

void VirtualBroker::start(bool kept) {
    up_ = true;
    if (!kept) retained_.clear();
}

std::string VirtualBroker::retained(const std::string& topic) const {
    const auto it = retained_.find(topic);
    return it == retained_.end() ? std::string() : it->second;
}

void VirtualBroker::inject(const BusMessage& message) {
    if (message.retained) retained_[message.topic] = message.payload;
    distribute(message);
}

void VirtualBroker::join(VirtualBus& client) {
    const auto& id = client.options_.client_id;
    for (auto* other : std::vector(clients_))
        if (!id.empty() && other != &client && other->options_.client_id == id) {
            leave(*other, true);
            other->lose("taken over");
        }
    online_.insert(&client);
}

void VirtualBroker::leave(VirtualBus& client, bool with_will) {
    if (online_.erase(&client) == 0 || !with_will || client.options_.will_topic.empty()) return;
    retained_[client.options_.will_topic] = client.options_.will_payload;
    distribute({client.options_.will_topic, client.options_.will_payload, false});
}

void VirtualBroker::distribute(const BusMessage& message) {
    if (!up_) return;
    for (auto* client : clients_) {
        if (!online_.contains(client) || chance() < trouble.drop) continue;
        const unsigned copies = chance() < trouble.duplicate ? 2 : 1;
        for (unsigned i = 0; i < copies; ++i)
            client->arrive({message.topic, message.payload, false}, delay());
    }
}

void VirtualBroker::replay(VirtualBus& client) {
    for (const auto& [topic, payload] : retained_)
        if (!payload.empty()) client.arrive({topic, payload, true}, delay());
}

Millis VirtualBroker::delay() {
    const auto span =
        static_cast<std::uint64_t>((trouble.delay_most - trouble.delay_least).count());
    return trouble.delay_least + Millis{static_cast<Millis::rep>(random_() % (span + 1))};
}

VirtualBus::VirtualBus(VirtualBroker& broker, Options options)
    : broker_(broker), options_(std::move(options)) {
    broker_.clients_.push_back(this);
}

VirtualBus::~VirtualBus() {
    std::erase(broker_.clients_, this);
    // A dead process's connection is closed by its host, if the cable still carries that.
    if (!cut_out_ && !severed_) {
        broker_.leave(*this, true);
        return;
    }
    if (broker_.online_.erase(this) == 0) return;
    const auto will = options_;
    auto& broker = broker_;
    broker_.time_.after(options_.keepalive * 3 / 2, [&broker, will] {
        if (!will.will_topic.empty()) broker.inject({will.will_topic, will.will_payload, true});
    });
}

void VirtualBus::start() {
    started_ = true;
    try_to_connect();
}

void VirtualBus::try_to_connect() {
    const std::weak_ptr<int> self = self_;
    broker_.time_.after(kReconnectAfter / 10, [this, self] {
        if (self.expired() || !started_ || connected_) return;
        if (cut_in_ || cut_out_ || stunned_ || severed_ || !broker_.up_) {
            broker_.time_.after(kReconnectAfter, [this, self] {
                if (!self.expired()) try_to_connect();
            });
            return;
        }
        connected_ = true;
        session_ = std::make_shared<int>(0);
        broker_.join(*this);
        broker_.replay(*this);
        if (on_connection_) on_connection_(true, "");
    });
}

void VirtualBus::lose(const std::string& why) {
    if (!connected_) return;
    if (stunned_) {
        lost_while_stunned_ = true;
        session_.reset();
        held_.clear();
        return;
    }
    connected_ = false;
    session_.reset();
    held_.clear();
    if (on_connection_) on_connection_(false, why);
    if (started_) try_to_connect();
}

bool VirtualBus::blocked(bool inward) const {
    return inward ? cut_in_ || stunned_ : cut_out_;
}

void VirtualBus::carry(Millis delay, bool inward, std::function<void()> what) {
    auto& time = broker_.time_;
    auto& last = inward ? last_in_ : last_out_;
    const auto at = std::max(last, instant(time) + delay);
    last = at;
    const std::weak_ptr<int> session = session_;
    time.after(at - instant(time), [this, session, inward, what = std::move(what)] {
        if (session.expired() || severed_) return;
        if (blocked(inward))
            held_.emplace_back(inward, what);
        else
            what();
    });
}

Status VirtualBus::publish(const std::string& topic, const std::string& payload, bool retain, int) {
    if (!connected_ || severed_)
        return {Errc::unavailable, topic + ": not connected to the broker"};
    auto& broker = broker_;
    carry(broker_.delay(), false, [&broker, topic, payload, retain] {
        if (retain) broker.retained_[topic] = payload;
        broker.distribute({topic, payload, false});
    });
    return {};
}

void VirtualBus::arrive(BusMessage message, Millis delay) {
    if (message.payload.size() > kPayloadMax) return;
    carry(delay, true, [this, message = std::move(message)] {
        // A handler may subscribe: by index.
        for (std::size_t i = 0; i < handlers_.size(); ++i)
            if (topic_matches(handlers_[i].first, message.topic)) handlers_[i].second(message);
    });
}

void VirtualBus::subscribe(const std::string& filter, Handler handler) {
    handlers_.emplace_back(filter, std::move(handler));
}

void VirtualBus::on_connection(std::function<void(bool, const std::string&)> handler) {
    on_connection_ = std::move(handler);
}

Task<void> VirtualBus::stop(Time) {
    started_ = false;
    if (connected_) {
        connected_ = false;
        broker_.leave(*this, true);
        session_.reset();
    }
    co_return;
}

void VirtualBus::give_up_later() {
    const std::weak_ptr<int> session = session_;
    broker_.time_.after(options_.keepalive * 3 / 2, [this, session] {
        if (session.expired() || !(cut_in_ || cut_out_ || stunned_)) return;
        broker_.leave(*this, true);
        lose("no answer from the broker");
    });
}

void VirtualBus::cut(Cut what) {
    cut_in_ = cut_in_ || what != Cut::outward;
    cut_out_ = cut_out_ || what != Cut::inward;
    if (connected_) give_up_later();
}

void VirtualBus::restore() {
    cut_in_ = cut_out_ = false;
    flush();
}

void VirtualBus::stun() {
    stunned_ = true;
    if (connected_) give_up_later();
}

void VirtualBus::resume() {
    stunned_ = false;
    if (std::exchange(lost_while_stunned_, false)) lose("no answer from the broker");
    flush();
}

void VirtualBus::sever() {
    severed_ = true;
    held_.clear();
}

void VirtualBus::flush() {
    for (const auto& [inward, what] : std::exchange(held_, {})) carry(Millis{0}, inward, what);
}

}  // namespace zha::sim
