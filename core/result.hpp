// What: a value or an error, and nothing thrown. g++ 12 has no <expected>.
// Why: errors are values until main(); every caller sees in the type that a call can fail.
// Contract: value() and error() may be called only on the matching side (asserted).
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace zha {

/// The class of an error: decides what a caller may do next, never what it prints.
enum class Errc {
    invalid,      ///< the input itself is wrong (argument, file, frame)
    not_found,    ///< what was named does not exist
    timeout,      ///< a deadline passed; the operation's outcome is unknown unless stated
    io,           ///< the operating system refused or the medium failed
    refused,      ///< a guard said no; nothing was changed
    mismatch,     ///< a read-back differs from what was written or expected
    busy,         ///< somebody else holds it, try again
    unavailable,  ///< the other side is not there (broker, peer, dongle)
    corrupt,      ///< stored data fails its own check
    protocol,     ///< the other side broke the protocol
};

/// One line a person can act on: what failed, where, and what was expected.
struct Error {
    Errc code = Errc::invalid;
    std::string message;
};

template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
    Result(Errc code, std::string message) : Result(Error{code, std::move(message)}) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    T& value() & { return assert(ok()), std::get<0>(state_); }
    const T& value() const& { return assert(ok()), std::get<0>(state_); }
    T&& value() && { return assert(ok()), std::get<0>(std::move(state_)); }
    const Error& error() const { return assert(!ok()), std::get<1>(state_); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }

  private:
    std::variant<T, Error> state_;
};

struct Ok {};

/// Success without a value. Return `Status()` or an Error.
class [[nodiscard]] Status : public Result<Ok> {
  public:
    Status() : Result<Ok>(Ok{}) {}
    Status(Error error) : Result<Ok>(std::move(error)) {}  // NOLINT
    Status(Errc code, std::string message) : Result<Ok>(code, std::move(message)) {}
};

/// Puts the place in front of an error: "where: message". The code is kept.
inline Error within(std::string_view where, const Error& error) {
    return Error{error.code, std::string(where) + ": " + error.message};
}

}  // namespace zha
