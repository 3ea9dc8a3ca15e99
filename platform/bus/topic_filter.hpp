// What: does an MQTT topic match a subscription filter?
// Why: one connection serves many handlers; Paho delivers by connection, not by filter.
// Contract: MQTT 3.1.1, section 4.7: + is one level, # the rest; $-topics never match wildcards.
#pragma once

#include <string_view>

namespace zha {

constexpr bool topic_matches(std::string_view filter, std::string_view topic) {
    if (!topic.empty() && topic.front() == '$' && !filter.empty() && filter.front() != '$')
        return false;
    for (;;) {
        const auto filter_end = filter.find('/');
        const auto level = filter.substr(0, filter_end);
        if (level == "#") return true;
        const auto topic_end = topic.find('/');
        if (level != "+" && level != topic.substr(0, topic_end)) return false;
        const bool filter_done = filter_end == std::string_view::npos;
        const bool topic_done = topic_end == std::string_view::npos;
        if (filter_done || topic_done)
            return filter_done == topic_done || (topic_done && filter.substr(filter_end) == "/#");
        filter.remove_prefix(filter_end + 1);
        topic.remove_prefix(topic_end + 1);
    }
}

}  // namespace zha
