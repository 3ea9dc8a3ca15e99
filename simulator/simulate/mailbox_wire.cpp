// The messages of the simulation: what is encoded is kept, and the text says where. Coding JSON is
// half of the work of a schedule and has tests of its own (tests/platform).
#include <array>
#include <charconv>

#include "platform/wire/wire.hpp"

namespace zha::wire {

namespace {

/// The newest messages of this thread. Far more than can be on their way at once.
template <class Message>
class Mailbox {
  public:
    std::string put(const Message& message) {
        kept_[next_ % kept_.size()] = message;
        return "{" + std::to_string(next_++);
    }
    Result<Message> get(const std::string& text) const {
        std::uint64_t number = 0;
        const auto* begin = text.data() + 1;
        const auto* end = text.data() + text.size();
        if (text.size() < 2 || text[0] != '{' || std::from_chars(begin, end, number).ptr != end)
            return Error{Errc::protocol, "not a message"};
        if (number >= next_ || number + kept_.size() <= next_)
            return Error{Errc::protocol, "a message too old for the simulation"};
        return kept_[number % kept_.size()];
    }

  private:
    std::array<Message, 512> kept_;
    std::uint64_t next_ = 0;
};

template <class Message>
Mailbox<Message>& mailbox() {
    static thread_local Mailbox<Message> box;
    return box;
}

}  // namespace

std::string encode(const NodeReport& report) {
    return mailbox<NodeReport>().put(report);
}
std::string encode(const Order& order) {
    return mailbox<Order>().put(order);
}
Result<NodeReport> decode_report(const std::string& text) {
    return mailbox<NodeReport>().get(text);
}
Result<Order> decode_order(const std::string& text) {
    return mailbox<Order>().get(text);
}

}  // namespace zha::wire
