#include "simulator/lease-model/model.hpp"

namespace zha::lease_model {

namespace {

/// Visits every field with the bits that it needs, in one order for both ways.
template <typename Visitor, typename S>
void fields(S& s, Visitor visit) {
    visit(s.phase, 4);
    visit(s.left, 3);
    visit(s.sent, 6);
    visit(s.fencing, 5);
    visit(s.on_air, 1);
    visit(s.crashed, 1);
    visit(s.released, 1);
    visit(s.order, 1);
    visit(s.old_order, 1);
    visit(s.heard, 2);
    for (auto& entry : s.queue) visit(entry, 3);
    visit(s.online, 1);
    visit(s.lead, 2);
    visit(s.lead_phase, 4);
    visit(s.wait, 5);
    visit(s.unaware, 5);
    visit(s.taking, 1);
    visit(s.granted, 1);
    visit(s.other_on_air, 1);
}

}  // namespace

std::uint64_t pack(const State& s) {
    std::uint64_t bits = 0;
    unsigned at = 0;
    fields(s, [&](const auto& field, unsigned width) {
        bits |= static_cast<std::uint64_t>(field) << at;
        at += width;
    });
    return bits;
}

State unpack(std::uint64_t bits) {
    State s;
    fields(s, [&](auto& field, unsigned width) {
        field = static_cast<std::remove_reference_t<decltype(field)>>(bits & ((1U << width) - 1));
        bits >>= width;
    });
    return s;
}

}  // namespace zha::lease_model
