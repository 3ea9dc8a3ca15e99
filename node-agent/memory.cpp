#include "node-agent/memory.hpp"

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
    const nlohmann::ordered_json value{{"version", kVersion},
                                       {"incarnation", m.lease.incarnation},
                                       {"epoch", m.lease.epoch},
                                       {"released", m.lease.released},
                                       {"generation", m.generation},
                                       {"content", m.content},
                                       {"dirty", m.dirty}};
    auto written = store_.write(file_, value.dump(2) + "\n", 0600);
    if (!written) return written;
    saved_ = m;
    on_disk_ = true;
    return {};
}

}  // namespace zha
