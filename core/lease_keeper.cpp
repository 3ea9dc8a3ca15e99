#include "core/lease_keeper.hpp"
#include "core/safeguards.hpp"

#include <algorithm>

namespace zha {

namespace {
constexpr std::size_t kSentKept = 256;
constexpr std::ptrdiff_t kAnswerable = 6;  ///< newest reports that an order may answer
}  // namespace

/// The report that the order answers, when that still counts: one of the newest, sent less than a
/// lease ago, and none that an order came for already after it. What was decided last is obeyed.
const LeaseKeeper::Sent* LeaseKeeper::answered(std::uint64_t nonce, Time now) const {
    const auto oldest = std::max(std::ptrdiff_t{0}, std::ssize(sent_) - kAnswerable);
    const auto first = sent_.begin() + oldest;
    const auto it =
        std::find_if(first, sent_.end(), [&](const Sent& s) { return s.nonce == nonce; });
    if (it == sent_.end()) return nullptr;
    if (std::next(it) == sent_.end()) return &*it;
    const bool overtaken = std::any_of(std::next(it), sent_.end(),
                                       [&](const Sent& s) { return s.nonce == answered_; });
    return overtaken || it->at + longest_ <= now ? nullptr : &*it;
}

void LeaseKeeper::report_sent(std::uint64_t nonce, Time sent) {
    sent_.push_back({nonce, sent});
    if (sent_.size() > kSentKept) sent_.pop_front();
}

OrderVerdict LeaseKeeper::accept(const Order& order, Time now) {
    if (order.node != node_) return OrderVerdict::wrong_node;
    const auto* report = answered(order.nonce, now);
    if (report == nullptr && !kept(Safeguard::nonce) && !sent_.empty()) report = &sent_.back();
    if (report == nullptr) return OrderVerdict::stale_nonce;
    if (order.incarnation < memory_.incarnation && kept(Safeguard::incarnation))
        return OrderVerdict::lower_incarnation;
    memory_.incarnation = order.incarnation;
    answered_ = report->nonce;
    if (order.lease <= Millis{0}) return OrderVerdict::accepted;
    // A released epoch never comes back: its end may already have been answered with a new grant.
    const bool over = order.epoch < memory_.epoch || order.epoch <= memory_.released;
    if (over && kept(Safeguard::release_final)) return OrderVerdict::no_lease;
    // A grant of a higher epoch may start a role; a renewal may only continue one.
    memory_.epoch = order.epoch;
    length_ = std::min(order.lease, longest_);
    const Time from = kept(Safeguard::own_send_time) ? report->at : now;
    const Time until = from + length_;
    // An answer that took its time must not end what an echo has extended meanwhile.
    if (live(now) && until < deadline_) return OrderVerdict::accepted;
    deadline_ = until;
    held_ = false;
    return OrderVerdict::accepted;
}

void LeaseKeeper::echo(std::uint64_t nonce, Time now) {
    // Only while the broker says that the controller is gone. An echo proves that we and the broker
    // hear each other; had the controller come back before it, its status would have come first.
    const bool gone = presence_ == ControllerPresence::offline || !kept(Safeguard::hold_presence);
    const bool lives = live(now) || !kept(Safeguard::hold_live);
    if (!hold_ || !gone || !lives || memory_.epoch <= memory_.released) return;
    const auto it =
        std::find_if(sent_.rbegin(), sent_.rend(), [&](const Sent& s) { return s.nonce == nonce; });
    if (it == sent_.rend()) return;
    const Time until = (kept(Safeguard::hold_send_time) ? it->at : now) + length_;
    if (until <= deadline_) return;
    deadline_ = until;
    held_ = true;
}

void LeaseKeeper::release(Epoch epoch) {
    memory_.released = std::max(memory_.released, epoch);
    if (memory_.epoch > memory_.released) return;
    deadline_ = Time{0};
    held_ = false;
}

std::string_view to_string(OrderVerdict verdict) {
    switch (verdict) {
        case OrderVerdict::accepted:
            return "accepted";
        case OrderVerdict::no_lease:
            return "its epoch is over";
        case OrderVerdict::stale_nonce:
            return "not the answer to one of the newest reports";
        case OrderVerdict::lower_incarnation:
            return "from a superseded controller";
        case OrderVerdict::wrong_node:
            return "for another node";
    }
    return "?";
}

}  // namespace zha
