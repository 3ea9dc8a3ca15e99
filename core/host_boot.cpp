#include "core/host_boot.hpp"

#include <algorithm>

namespace zha {

namespace {
constexpr std::size_t kKept = 4;
constexpr Millis kLately{60000};
}  // namespace

void note_boot(HostBoots& boots, const std::string& id, Time now) {
    auto& heard = boots.heard;
    if (id.empty() || (!heard.empty() && heard.back() == id)) return;
    if (std::erase(heard, id) > 0) boots.turned = now;
    heard.push_back(id);
    if (heard.size() > kKept) heard.pop_front();
}

bool two_hosts(const HostBoots& boots, Time now) {
    return boots.turned != Time{0} && now - boots.turned <= kLately;
}

}  // namespace zha
