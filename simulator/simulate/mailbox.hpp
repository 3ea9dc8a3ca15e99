// What: the newest values of a kind that this thread encoded; the text only says where.
// Why: coding JSON is a third of the work of a schedule and has tests of its own (tests/platform,
//      tests/controller, tests/node-agent).
// Contract: a text that was changed, shortened or is too old is no text of ours: an error.
#pragma once

#include <charconv>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace zha::sim {

/// `Most`: far more than one schedule can make.
template <class Value, std::size_t Most>
class Mailbox {
  public:
    std::string put(const Value& value) {
        if (kept_.size() < Most)
            kept_.push_back(value);
        else
            kept_[next_ % Most] = value;
        return text(next_++);
    }
    Result<Value> get(const std::string& given) const {
        std::uint64_t number = 0;
        const auto* end = given.data() + given.size();
        if (given.size() < 2 || std::from_chars(given.data() + 1, end, number).ec != std::errc() ||
            given != text(number))
            return Error{Errc::corrupt, "not what was encoded"};
        if (number >= next_ || number + kept_.size() < next_)
            return Error{Errc::corrupt, "too old for the simulation"};
        return kept_[number % Most];
    }

  private:
    /// Twice, so that no single damage makes another number of it.
    static std::string text(std::uint64_t number) {
        const auto digits = std::to_string(number);
        return "{" + digits + ":" + digits + "}";
    }

    std::vector<Value> kept_;
    std::uint64_t next_ = 0;
};

template <class Value, std::size_t Most>
Mailbox<Value, Most>& mailbox() {
    static thread_local Mailbox<Value, Most> box;
    return box;
}

}  // namespace zha::sim
