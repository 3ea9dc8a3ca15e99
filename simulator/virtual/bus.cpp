#include "simulator/virtual/bus.hpp"

#include <algorithm>
#include <utility>

#include "platform/bus/topic_filter.hpp"

namespace zha::sim {

namespace {

constexpr Millis kReconnectAfter{1000};
constexpr std::size_t kPayloadMax = 256 << 10;

Time instant(const VirtualTime& time) {
    return std::chrono::duration_cast<Millis>(time.elapsed());
}

}  // namespace

void VirtualBroker::stop(bool orderly) {
    if (orderly) say_wills();
    up_ = false;
    for (auto* client : clients_)
        if (std::exchange(client->online_, false)) client->lose("the broker is gone");
}

/// They reach those whose link carries anything at once, before the connection ends.
void VirtualBroker::say_wills() {
    for (const auto* from : clients_) {
        const auto& will = from->options_;
        if (!from->online_ || will.will_topic.empty()) continue;
        retained_[will.will_topic] = will.will_payload;
        const auto said = letter(will.will_topic, will.will_payload, false);
        for (auto* to : clients_)
            if (to->online_ && !to->blocked(true) && !to->severed_) to->hand_over(*said);
    }
}

void VirtualBroker::start(bool kept) {
    up_ = true;
    if (!kept) retained_.clear();
}

std::string VirtualBroker::retained(const std::string& topic) const {
    const auto it = retained_.find(topic);
    return it == retained_.end() ? std::string() : it->second;
}

VirtualBroker::Message VirtualBroker::letter(const std::string& topic, const std::string& payload,
                                             bool retained) {
    const auto number = topics_.try_emplace(topic, topics_.size()).first->second;
    return std::make_shared<const Letter>(Letter{{topic, payload, retained}, number});
}

void VirtualBroker::inject(const BusMessage& message) {
    if (message.retained) retained_[message.topic] = message.payload;
    distribute(letter(message.topic, message.payload, false));
}

void VirtualBroker::join(VirtualBus& client) {
    const auto& id = client.options_.client_id;
    for (auto* other : std::vector(clients_))
        if (!id.empty() && other != &client && other->options_.client_id == id) {
            leave(*other, true);
            other->lose("taken over");
        }
    client.online_ = true;
}

void VirtualBroker::leave(VirtualBus& client, bool with_will) {
    const auto& will = client.options_;
    if (!std::exchange(client.online_, false) || !with_will || will.will_topic.empty()) return;
    inject({will.will_topic, will.will_payload, true});
}

void VirtualBroker::distribute(const Message& message) {
    if (!up_) return;
    for (auto* client : clients_) {
        if (!client->online_ || chance() < trouble.drop) continue;
        const unsigned copies = chance() < trouble.duplicate ? 2 : 1;
        for (unsigned i = 0; i < copies; ++i) client->arrive(message, delay());
    }
}

void VirtualBroker::replay(VirtualBus& client) {
    for (const auto& [topic, payload] : retained_)
        if (!payload.empty()) client.arrive(letter(topic, payload, true), delay());
}

void VirtualBroker::send(Parcel parcel, Millis delay) {
    auto place = parcels_.size();
    if (free_.empty()) {
        parcels_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    parcels_[place] = std::move(parcel);
    time_.after(delay, [this, place] { deliver(place); });
}

void VirtualBroker::deliver(std::size_t place) {
    auto parcel = std::move(parcels_[place]);
    free_.push_back(place);
    auto* client = client_of(parcel.session);
    if (client == nullptr || client->severed_) return;
    if (client->blocked(parcel.inward)) {
        client->held_.push_back(std::move(parcel));
    } else if (parcel.inward) {
        client->hand_over(*parcel.message);
    } else {
        const auto& content = parcel.message->content;
        if (parcel.retain) retained_[content.topic] = content.payload;
        distribute(parcel.message);
    }
}

VirtualBus* VirtualBroker::client_of(std::uint64_t session) const {
    if (session == 0) return nullptr;
    const auto it = std::find_if(clients_.begin(), clients_.end(),
                                 [&](const auto* c) { return c->session_ == session; });
    return it == clients_.end() ? nullptr : *it;
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
    if (!online_) return;
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
        session_ = ++broker_.sessions_;
        broker_.join(*this);
        broker_.replay(*this);
        if (on_connection_) on_connection_(true, "");
    });
}

void VirtualBus::lose(const std::string& why) {
    if (!connected_) return;
    if (stunned_) {
        lost_while_stunned_ = true;
        session_ = 0;
        held_.clear();
        return;
    }
    connected_ = false;
    session_ = 0;
    held_.clear();
    if (on_connection_) on_connection_(false, why);
    if (started_) try_to_connect();
}

bool VirtualBus::blocked(bool inward) const {
    return inward ? cut_in_ || stunned_ : cut_out_;
}

Millis VirtualBus::in_turn(bool inward, Millis delay) {
    const auto now = instant(broker_.time_);
    auto& last = inward ? last_in_ : last_out_;
    last = std::max(last, now + delay);
    return last - now;
}

Status VirtualBus::publish(const std::string& topic, const std::string& payload, bool retain, int) {
    if (!connected_ || severed_)
        return {Errc::unavailable, topic + ": not connected to the broker"};
    const auto delay = in_turn(false, broker_.delay());
    broker_.send({session_, false, retain, broker_.letter(topic, payload, false)}, delay);
    return {};
}

void VirtualBus::arrive(const VirtualBroker::Message& message, Millis delay) {
    if (message->content.payload.size() > kPayloadMax) return;
    const auto left = in_turn(true, delay);
    // It comes in its turn, but nobody would look at it.
    if (!takers(*message).empty()) broker_.send({session_, true, false, message}, left);
}

void VirtualBus::hand_over(const VirtualBroker::Letter& letter) {
    // A handler may subscribe: by index.
    const auto& whose = takers(letter);
    for (std::size_t i = 0; i < whose.size(); ++i) subscriptions_[whose[i]].handler(letter.content);
}

const std::vector<std::size_t>& VirtualBus::takers(const VirtualBroker::Letter& letter) {
    if (letter.topic >= takers_.size()) takers_.resize(letter.topic + 1);
    auto& [topic, whose] = takers_[letter.topic];
    if (!topic.empty()) return whose;
    topic = letter.content.topic;
    for (std::size_t i = 0; i < subscriptions_.size(); ++i)
        if (subscriptions_[i].wants(topic)) whose.push_back(i);
    return whose;
}

bool VirtualBus::Subscription::wants(const std::string& topic) const {
    return plain ? filter == topic : topic_matches(filter, topic);
}

void VirtualBus::subscribe(const std::string& filter, Handler handler) {
    const bool plain = filter.find_first_of("+#") == std::string::npos;
    subscriptions_.push_back({filter, plain, std::move(handler)});
    for (auto& [topic, whose] : takers_)
        if (!topic.empty() && subscriptions_.back().wants(topic))
            whose.push_back(subscriptions_.size() - 1);
}

void VirtualBus::on_connection(std::function<void(bool, const std::string&)> handler) {
    on_connection_ = std::move(handler);
}

Task<void> VirtualBus::stop(Time) {
    started_ = false;
    if (connected_) {
        connected_ = false;
        broker_.leave(*this, true);
        session_ = 0;
    }
    co_return;
}

void VirtualBus::give_up_later() {
    auto& broker = broker_;
    broker_.time_.after(options_.keepalive * 3 / 2, [&broker, session = session_] {
        auto* client = broker.client_of(session);
        if (client == nullptr || !(client->cut_in_ || client->cut_out_ || client->stunned_)) return;
        broker.leave(*client, true);
        client->lose("no answer from the broker");
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
    for (auto& parcel : std::exchange(held_, {})) {
        parcel.session = session_;
        const auto delay = in_turn(parcel.inward, Millis{0});
        broker_.send(std::move(parcel), delay);
    }
}

}  // namespace zha::sim
