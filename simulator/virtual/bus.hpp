// What: an MQTT broker in memory, and Bus clients of it.
// Why: tests cut links, stop the broker and lose, delay or repeat messages, the same every time.
// Contract: as Bus. A client is sent what it has subscribed to. Messages of one client arrive in
// order. While a client's link is cut nothing
//      gets through in either direction; what was on its way arrives late when the link comes back
//      before the session is given up, and never afterwards. A client that is destroyed is a
//      process that died: its will is published at once.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "platform/bus/bus.hpp"
#include "simulator/virtual/clock.hpp"

namespace zha::sim {

class VirtualBus;

struct BusTrouble {
    Millis delay_least{1};
    Millis delay_most{5};
    double drop = 0;       ///< of all messages, per receiver
    double duplicate = 0;  ///< of all messages, per receiver
};

class VirtualBroker {
  public:
    VirtualBroker(VirtualTime& time, std::uint64_t seed) : time_(time), random_(seed) {}
    VirtualTime& time() { return time_; }
    BusTrouble trouble;

    /// Stops the broker, or starts it again with what it retained, if it kept that. `orderly`: it
    /// says the wills of all first, as mosquitto does when it is asked to end.
    void stop(bool orderly = false);
    void start(bool kept = true);
    bool up() const { return up_; }
    /// What a new subscriber would be told; "" = nothing.
    std::string retained(const std::string& topic) const;
    /// A message from nowhere, for tests.
    void inject(const BusMessage& message);

  private:
    friend class VirtualBus;
    /// With the number of its topic: each has one, given at its first message.
    struct Letter {
        BusMessage content;
        std::size_t topic = 0;
    };
    using Message = std::shared_ptr<const Letter>;
    /// A message on its way to or from a client.
    struct Parcel {
        std::uint64_t session = 0;  ///< when that is over, it is void
        bool inward = false;        ///< to the client
        bool retain = false;
        Message message;
    };

    Message letter(const std::string& topic, const std::string& payload, bool retained);
    void join(VirtualBus& client);
    void leave(VirtualBus& client, bool with_will);
    void distribute(const Message& message);
    void say_wills();
    void replay(VirtualBus& client);
    void send(Parcel parcel, Millis delay);
    void deliver(std::size_t place);
    /// Nobody: the session is over.
    VirtualBus* client_of(std::uint64_t session) const;
    double chance() { return static_cast<double>(random_() >> 11) / 9007199254740992.0; }
    Millis delay();

    VirtualTime& time_;
    std::mt19937_64 random_;
    bool up_ = true;
    std::map<std::string, std::string> retained_;
    std::unordered_map<std::string, std::size_t> topics_;
    std::vector<VirtualBus*> clients_;  ///< all, in order of creation
    std::uint64_t sessions_ = 0;        ///< there were so far
    std::vector<Parcel> parcels_;
    std::vector<std::size_t> free_;  ///< places in parcels_
};

class VirtualBus final : public Bus {
  public:
    struct Options {
        std::string will_topic;
        std::string will_payload;
        Millis keepalive{4000};   ///< a dead link is noticed 1.5 times later, by both sides
        std::string client_id{};  ///< a newer session of the same id ends the older; "" = none
    };
    VirtualBus(VirtualBroker& broker, Options options);
    ~VirtualBus() override;
    VirtualBus(const VirtualBus&) = delete;
    VirtualBus& operator=(const VirtualBus&) = delete;

    void start() override;
    bool connected() const override { return connected_; }
    Status publish(const std::string& topic, const std::string& payload, bool retain,
                   int qos = 0) override;
    void subscribe(const std::string& filter, Handler handler) override;
    void on_connection(std::function<void(bool up, const std::string& why)> handler) override;
    Task<void> stop(Time deadline) override;

    /// The network cable of this client, or one direction of it: TCP carries nothing for long
    /// without the other.
    enum class Cut { both, inward, outward };
    void cut(Cut what = Cut::both);
    void restore();
    /// The process does not run (frozen host): nothing is heard or noticed until resume().
    void stun();
    void resume();
    /// The host lost its power: nothing leaves it any more, not even the end of the connection.
    void sever();

  private:
    friend class VirtualBroker;
    using Parcel = VirtualBroker::Parcel;

    void try_to_connect();
    void lose(const std::string& why);
    void arrive(const VirtualBroker::Message& message, Millis delay);
    /// What is left of `delay` for what goes on its way now, after what did before it.
    Millis in_turn(bool inward, Millis delay);
    void hand_over(const VirtualBroker::Letter& letter);
    /// Whose topic it is: places in subscriptions_.
    const std::vector<std::size_t>& takers(const VirtualBroker::Letter& letter);
    void flush();
    bool blocked(bool inward) const;
    void give_up_later();

    VirtualBroker& broker_;
    Options options_;
    struct Subscription {
        std::string filter;
        bool plain;  ///< one topic, no wildcard
        Handler handler;
        bool wants(const std::string& topic) const;
    };
    std::deque<Subscription> subscriptions_;
    struct Takers {
        std::string topic;  ///< empty: not looked for yet
        std::vector<std::size_t> whose;
    };
    std::deque<Takers> takers_;  ///< by topic
    std::function<void(bool, const std::string&)> on_connection_;
    bool online_ = false;  ///< the broker's view
    bool started_ = false;
    bool connected_ = false;
    bool cut_in_ = false;
    bool cut_out_ = false;
    bool stunned_ = false;
    bool severed_ = false;
    bool lost_while_stunned_ = false;
    std::uint64_t session_ = 0;  ///< 0: none
    std::shared_ptr<int> self_ = std::make_shared<int>(0);
    Time last_in_{0};
    Time last_out_{0};
    std::vector<Parcel> held_;
};

}  // namespace zha::sim
