// What: may a host start the radio on this content?
// Why: a dongle whose restore was cut short must not go on the air: half an identity is a stranger
//      in somebody's network, and the firmware does not ask.
// Contract: pure. ok: one whole network, committed: every marker of write_all() is set, PAN, EPID,
//      key and IEEE address belong together, and frame counters go on above their old values.
//      Errc::refused says in one line what is missing and what to do. No value is in the text.
#pragma once

#include "znp/nvram/image.hpp"

namespace zha::znp {

Status startable(const Image& image);
/// The same, but for a coordinator address in NIB that is not EXTADDR: tools that restore a network
/// leave the one of the chip there. For who knows the right address, and compares it with EXTADDR.
Status whole(const Image& image);

}  // namespace zha::znp
