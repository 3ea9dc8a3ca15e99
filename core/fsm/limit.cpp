#include "core/fsm/limit.hpp"

#include "core/limits.hpp"

namespace zha::fsm {

Millis limit(Budget budget, const Timing& t) {
    switch (budget) {
        case Budget::none:
            return Millis{0};
        case Budget::fence:
            return t.fence;
        case Budget::read:
            return kReadMost;
        case Budget::fetch:
            return kFetchMost;
        case Budget::promote:
            return t.promote_timeout;
        case Budget::form:
            return kFormMost;
        case Budget::drain:
            return t.stop_timeout + t.fence + kReadMost;
        case Budget::start:
            return t.start_timeout;
    }
    return Millis{0};
}

}  // namespace zha::fsm
