#include "znp/driver/channel.hpp"

#include <algorithm>
#include <array>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "platform/clock/deadline.hpp"
#include "znp/mt/commands.hpp"

namespace zha::znp {
namespace {

constexpr Millis kQuiet{50};          // a silence this long ends a drain
constexpr Millis kDrainAtMost{1000};  // a chatty dongle is never silent

asio::steady_timer sleeping_timer(const asio::any_io_executor& executor) {
    return asio::steady_timer(executor, asio::steady_timer::time_point::max());
}

}  // namespace

struct Channel::Slot {
    Slot(Type t, Subsystem s, std::uint8_t i, const asio::any_io_executor& executor)
        : type(t), subsystem(s), id(i), wake(sleeping_timer(executor)) {}
    void finish(Result<Frame> with) {
        outcome = std::move(with);
        wake.cancel();
    }

    Type type;
    Subsystem subsystem;
    std::uint8_t id;
    std::optional<Result<Frame>> outcome;
    asio::steady_timer wake;
};

struct Channel::State {
    std::unique_ptr<Transport> transport;
    Parser parser;
    std::vector<std::weak_ptr<Slot>> slots;
    std::vector<std::weak_ptr<Collected>> collections;
    std::optional<Error> failure;
    std::uint64_t reads = 0;
    Traffic traffic;
    std::uint64_t strays = 0;
    unsigned owed = 0;  ///< answers that were given up on and may still come
    bool in_flight = false;
    bool out_of_step = false;

    std::vector<Waiter> open_slots() {
        std::vector<Waiter> open;
        std::erase_if(slots, [](const auto& slot) { return slot.expired(); });
        for (const auto& weak : slots)
            if (auto slot = weak.lock(); slot && !slot->outcome) open.push_back(std::move(slot));
        return open;
    }
    void fail(const Error& error) {
        if (!failure) failure = error;
        for (const auto& slot : open_slots()) slot->finish(error);
    }
    void deliver(const Frame& frame);
    void deliver_rpc_error(const Frame& frame);
};

void Channel::State::deliver(const Frame& frame) {
    if (frame.type == Type::srsp && frame.subsystem == Subsystem::rpc_error)
        return deliver_rpc_error(frame);
    bool wanted = false;
    std::erase_if(collections, [](const auto& kept) { return kept.expired(); });
    for (const auto& weak : collections)
        if (const auto kept = weak.lock(); kept->type == frame.type &&
                                           kept->subsystem == frame.subsystem &&
                                           kept->id == frame.id && kept->frames.size() < kept->most)
            kept->frames.push_back(frame);
    for (const auto& slot : open_slots())
        if (slot->type == frame.type && slot->subsystem == frame.subsystem &&
            slot->id == frame.id) {
            slot->finish(frame);
            wanted = true;
        }
    if (wanted || frame.type != Type::srsp) return;
    if (owed > 0)
        --owed;
    else
        ++strays;
}

void Channel::State::deliver_rpc_error(const Frame& frame) {
    if (frame.data.size() < 3) return;
    for (const auto& slot : open_slots()) {
        const Frame request{Type::sreq, slot->subsystem, slot->id, {}};
        if (slot->type == Type::srsp && request.cmd0() == frame.data[1] &&
            slot->id == frame.data[2])
            slot->finish(Error{Errc::protocol, "dongle does not know this command (RPC error " +
                                                   std::to_string(frame.data[0]) + ")"});
    }
}

Channel::Channel(std::unique_ptr<Transport> transport, asio::any_io_executor executor, Clock& clock)
    : executor_(std::move(executor)), clock_(clock), state_(std::make_shared<State>()) {
    state_->transport = std::move(transport);
    asio::co_spawn(executor_, read_loop(state_), asio::detached);
}

Channel::~Channel() {
    close();
}

void Channel::close() {
    state_->transport->close();
    state_->fail({Errc::unavailable, "dongle: connection closed"});
}

Status Channel::alive() const {
    return state_->failure ? Status(*state_->failure) : Status();
}

const Traffic& Channel::traffic() const {
    return state_->traffic;
}

void Channel::distrust() {
    state_->out_of_step = true;
}

std::uint64_t Channel::strays() const {
    return state_->strays;
}

Status Channel::set_lines(bool dtr, bool rts) {
    return state_->transport->set_lines(dtr, rts);
}

Task<void> Channel::read_loop(std::shared_ptr<State> state) {
    std::array<std::uint8_t, 512> buffer;
    while (!state->failure) {
        const auto size = co_await state->transport->read_some(buffer);
        if (!size) {
            state->fail(size.error());
            break;
        }
        ++state->reads;
        state->traffic.bytes_in += *size;
        state->parser.feed(std::span(buffer).first(*size));
        while (const auto frame = state->parser.next()) state->deliver(*frame);
    }
}

Channel::Waiter Channel::expect(Type type, Subsystem subsystem, std::uint8_t id) {
    auto slot = std::make_shared<Slot>(type, subsystem, id, executor_);
    if (state_->failure) slot->finish(*state_->failure);
    state_->slots.push_back(slot);
    return slot;
}

std::shared_ptr<const Channel::Collected> Channel::collect(Type type, Subsystem subsystem,
                                                           std::uint8_t id, std::size_t most) {
    auto kept = std::make_shared<Collected>(Collected{type, subsystem, id, most});
    state_->collections.push_back(kept);
    return kept;
}

namespace {

Task<bool> woken(Channel::Waiter waiter) {
    asio::error_code ignored;  // being woken is a cancelled timer
    co_await waiter->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return true;
}

}  // namespace

Task<Result<Frame>> Channel::wait(Waiter waiter, Time deadline) {
    if (!waiter->outcome) co_await until(clock_, deadline, woken(waiter));
    if (waiter->outcome) co_return *waiter->outcome;
    co_return Error{Errc::timeout, "dongle does not answer"};
}

Task<Status> Channel::send_raw(Bytes bytes, Time deadline) {
    if (state_->failure) co_return *state_->failure;
    const auto state = state_;  // outlives us while the write is being cancelled
    state->traffic.bytes_out += bytes.size();
    auto sent = co_await until(clock_, deadline, state->transport->write(bytes));
    if (sent) co_return *sent;
    state->out_of_step = true;  // half a frame may be out
    co_return Status{Errc::timeout, "dongle takes no bytes"};
}

Task<Status> Channel::send(Frame areq, Time deadline) {
    co_return co_await send_raw(encode(areq), deadline);
}

Task<Result<Frame>> Channel::exchange(const Frame& sreq, Time deadline) {
    const auto waiter = expect(Type::srsp, sreq.subsystem, sreq.id);
    ++state_->traffic.requests;
    const auto sent = co_await send_raw(encode(sreq), deadline);
    if (!sent) co_return sent.error();
    auto answer = co_await wait(waiter, deadline);
    if (!answer && answer.error().code == Errc::timeout) {
        state_->out_of_step = true;
        ++state_->owed;
    }
    co_return answer;
}

Task<Status> Channel::resync(Time deadline) {
    const auto drained = std::min(deadline, clock_.now() + kDrainAtMost);
    for (auto before = state_->reads + 1; before != state_->reads && clock_.now() < drained;) {
        before = state_->reads;
        co_await clock_.sleep_for(kQuiet);
    }
    auto pong = co_await exchange(mt::ping(), deadline);
    if (!pong) co_return within("re-sync", pong.error());
    state_->out_of_step = false;
    state_->owed = 0;
    co_return Status();
}

Task<Result<Frame>> Channel::request(Frame sreq, Time deadline) {
    const auto state = state_;
    if (state->failure) co_return *state->failure;
    if (state->in_flight) co_return Error{Errc::busy, "dongle: another request is under way"};
    state->in_flight = true;
    std::optional<Error> error;
    if (state->out_of_step)
        if (const auto in_step = co_await resync(deadline); !in_step) error = in_step.error();
    if (!error) {
        auto answer = co_await exchange(sreq, deadline);
        state->in_flight = false;
        if (answer) co_return answer;
        error = answer.error();
    }
    state->in_flight = false;
    co_return within(mt::describe(sreq), *error);
}

}  // namespace zha::znp
