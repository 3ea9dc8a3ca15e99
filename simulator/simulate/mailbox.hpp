// What: the newest values of a kind that this thread encoded; the text only says where.
// Why: coding JSON is a third of the work of a schedule and has tests of its own (tests/platform,
//      tests/controller, tests/node-agent).
// Contract: a text that was changed, shortened or is too old is no text of ours: an error.
#pragma once

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace zha::sim {

/// `Most`: far more than one schedule can make.
template <class Value, std::size_t Most>
class Mailbox {
  public:
    /// A new schedule: nothing was put in yet.
    void empty() { next_ = 0; }
    std::string put(const Value& value) {
        const auto place = next_ % Most;
        if (place < kept_.size())
            kept_[place] = value;
        else
            kept_.push_back(value);
        return text(next_++);
    }
    Result<Value> get(const std::string& given) const {
        std::uint64_t number = 0;
        if (!reads(given, number)) return Error{Errc::corrupt, "not what was encoded"};
        if (number >= next_ || number + Most < next_)
            return Error{Errc::corrupt, "too old for the simulation"};
        return kept_[number % Most];
    }

  private:
    /// Twice, so that no single damage makes another number of it.
    static std::string text(std::uint64_t number) {
        const auto digits = std::to_string(number);
        return "{" + digits + ":" + digits + "}";
    }
    /// Is it what text() makes of some number?
    static bool reads(std::string_view given, std::uint64_t& number) {
        const auto size = given.size() / 2 - 1;
        if (given.size() < 5 || given.size() != 2 * size + 3 || given.front() != '{' ||
            given.back() != '}' || given[size + 1] != ':')
            return false;
        const auto digits = given.substr(1, size);
        const auto* begin = std::to_address(digits.begin());
        const auto* end = begin + size;
        const auto read = std::from_chars(begin, end, number);
        return read.ec == std::errc() && read.ptr == end && (size == 1 || digits.front() != '0') &&
               given.substr(size + 2, size) == digits;
    }

    std::vector<Value> kept_;
    std::uint64_t next_ = 0;
};

/// Those of this thread: what comes is the next schedule's. The same few places are used again.
void empty_mailboxes();

template <class Value, std::size_t Most>
Mailbox<Value, Most>& mailbox() {
    static thread_local Mailbox<Value, Most> box;
    return box;
}

}  // namespace zha::sim
