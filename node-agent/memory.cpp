#include "node-agent/memory.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace zha {

namespace {
constexpr int kVersion = 1;

/// A whole number that is not negative; the library would make one of anything, -1 the largest.
std::uint64_t number(const nlohmann::json& value, const char* name) {
    const auto& field = value.at(name);
    if (!field.is_number_unsigned()) throw std::domain_error(std::string(name) + " is no number");
    return field.get<std::uint64_t>();
}

}  // namespace

Result<Memory> MemoryFile::load() {
    auto text = store_.read(file_, 65536);
    if (!text && text.error().code == Errc::not_found) return Memory{};
    if (!text) return text.error();
    // nlohmann/json tells by exceptions what is missing or of another type; they end here.
    try {
        const auto value = nlohmann::json::parse(*text);
        if (value.at("version") != kVersion)
            return {Errc::corrupt, file_.string() + ": another version of the file"};
        Memory m;
        m.lease.incarnation = number(value, "incarnation");
        m.lease.epoch = number(value, "epoch");
        m.lease.released = number(value, "released");
        m.generation = number(value, "generation");
        m.content = number(value, "content");
        m.dirty = value.at("dirty");
        saved_ = m;
        on_disk_ = true;
        return m;
    } catch (const std::exception& e) {
        return {Errc::corrupt, file_.string() + ": " + e.what()};
    }
}

Status MemoryFile::save(const Memory& m) {
    if (on_disk_ && m == saved_) return {};
    // JSON by hand: numbers and a truth value only, written with every order that says something
    // new.
    const auto text = fmt::format(
        "{{\n  \"version\": {},\n  \"incarnation\": {},\n  \"epoch\": {},\n  \"released\": {},\n"
        "  \"generation\": {},\n  \"content\": {},\n  \"dirty\": {}\n}}\n",
        kVersion, m.lease.incarnation, m.lease.epoch, m.lease.released, m.generation, m.content,
        m.dirty);
    auto written = store_.write(file_, text, 0600);
    if (!written) return written;
    saved_ = m;
    on_disk_ = true;
    return {};
}

}  // namespace zha
