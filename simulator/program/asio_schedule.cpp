#include "simulator/program/asio_schedule.hpp"

#include <algorithm>

namespace zha::sim {

AsioSchedule::AsioSchedule(asio::io_context& io)
    : timer_(io), began_(std::chrono::steady_clock::now()) {}

Micros AsioSchedule::now() const {
    return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - began_);
}

Schedule::Handle AsioSchedule::after(Micros delay, std::function<void()> callback) {
    const Handle handle = next_++;
    const Micros due = now() + std::max(delay, Micros(0));
    const bool first = queue_.empty() || due < queue_.begin()->first.first;
    queue_.emplace(Due{due, handle}, std::move(callback));
    due_.emplace(handle, due);
    if (first) arm();
    return handle;
}

void AsioSchedule::cancel(Handle handle) {
    const auto found = due_.find(handle);
    if (found == due_.end()) return;
    queue_.erase({found->second, handle});
    due_.erase(found);
}

void AsioSchedule::arm() {
    if (queue_.empty()) return;
    timer_.expires_at(began_ + queue_.begin()->first.first);
    timer_.async_wait([this](const asio::error_code& error) {
        if (!error) run_due();
    });
}

void AsioSchedule::run_due() {
    const Micros limit = now();
    while (!queue_.empty() && queue_.begin()->first.first <= limit) {
        auto entry = queue_.extract(queue_.begin());
        due_.erase(entry.key().second);
        entry.mapped()();
    }
    arm();
}

}  // namespace zha::sim
