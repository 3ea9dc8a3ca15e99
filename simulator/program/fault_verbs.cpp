#include "simulator/program/fault_verbs.hpp"

#include <charconv>
#include <optional>

namespace zha::sim {
namespace {

constexpr const char* kUsage =
    "fault NAME protect-keys on|off | fail-writes COUNT | fail-read ITEM SUB | fail-read off | "
    "erase-nv | violate Qnn | violate off";

/// Decimal, or hexadecimal with 0x.
std::optional<std::uint64_t> number(std::string_view text) {
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (bad != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

Status run_fault(Dongle& dongle, const CtlArguments& arguments) {
    const CtlArguments fault(arguments.begin() + std::min<std::ptrdiff_t>(2, std::ssize(arguments)),
                             arguments.end());
    const auto is = [&](std::size_t count, std::string_view kind) {
        return fault.size() == count && fault[0] == kind;
    };
    NvStore& nv = dongle.nv();
    if (is(2, "protect-keys") && (fault[1] == "on" || fault[1] == "off")) {
        nv.protect_keys(fault[1] == "on");
        return {};
    }
    if (is(2, "fail-writes")) {
        const auto count = number(fault[1]);
        if (count) nv.fail_writes(*count);
        if (count) return {};
    }
    if (is(2, "fail-read") && fault[1] == "off") {
        nv.fail_read(std::nullopt);
        return {};
    }
    if (is(3, "fail-read")) {
        const auto item = number(fault[1]), sub = number(fault[2]);
        if (item && sub && *item <= 0xFFFF && *sub <= 0xFFFF) {
            nv.fail_read(NvStore::Address(*item, *sub));
            return {};
        }
    }
    if (is(2, "violate") && fault[1] == "off") {
        nv.quirks().clear();
        return {};
    }
    if (is(2, "violate")) {
        if (nv.quirks().set(fault[1])) return {};
        return {Errc::not_found, "no violation of '" + fault[1] + "' is emulated"};
    }
    if (is(1, "erase-nv")) {
        nv.erase_all();
        return {};
    }
    return {Errc::invalid, kUsage};
}

}  // namespace zha::sim
