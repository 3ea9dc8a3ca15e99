// What: what every fuzz target needs.
// Why: a target says in a few lines what must hold for any input.
// Contract: claim() ends the process when a promise is broken, which is a finding.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace zha::fuzz {

inline void claim(bool holds) {
    if (!holds) std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// What is understood is written so that it is understood as the same again.
template <class Decode, class Encode>
void round_trip(const std::string& text, const Decode& decode, const Encode& encode) {
    const auto first = decode(text);
    if (!first) return claim(!first.error().message.empty());
    const auto again = decode(encode(*first));
    claim(again.ok());
    claim(encode(*again) == encode(*first));
}

}  // namespace zha::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
