#include "simulator/program/device_verbs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "simulator/device/fleet.hpp"

namespace zha::sim {
namespace {

using nlohmann::ordered_json;
using Answer = std::optional<Result<ordered_json>>;
constexpr std::streamoff kMaxFile = 4 << 20;

class FleetVerbs final : public DeviceVerbs {
  public:
    FleetVerbs(Schedule& schedule, Medium& air) : fleet_(schedule, air) {}

    Answer run(const CtlArguments& arguments) override {
        const std::string& verb = arguments[0];
        if (verb == "list" && arguments.size() == 1) return list();
        if (verb == "add" && arguments.size() == 3) {
            return done(fleet_.add(arguments[1], arguments[2]));
        }
        using Verb = Status (DeviceFleet::*)(const std::string&);
        static constexpr std::pair<std::string_view, Verb> kVerbs[] = {
            {"pair", &DeviceFleet::pair},         {"press", &DeviceFleet::press},
            {"report", &DeviceFleet::report},     {"leave", &DeviceFleet::leave},
            {"announce", &DeviceFleet::announce},
        };
        for (const auto& [name, method] : kVerbs) {
            if (verb != name) continue;
            if (arguments.size() != 2) {
                return Result<ordered_json>(Errc::invalid, verb + " NAME: one device name");
            }
            return done((fleet_.*method)(arguments[1]));
        }
        return std::nullopt;
    }

    Status load(const std::string& path) override {
        std::ifstream file(path, std::ios::binary | std::ios::ate);
        if (!file) return {};
        if (file.tellg() > kMaxFile) return {Errc::corrupt, path + ": larger than 4 MiB"};
        file.seekg(0);
        std::ostringstream text;
        text << file.rdbuf();
        const auto saved = ordered_json::parse(text.str(), nullptr, false);
        if (saved.is_discarded()) return {Errc::corrupt, path + ": not JSON"};
        if (Status status = fleet_.restore(saved); !status) return within(path, status.error());
        return {};
    }

    Status save(const std::string& path) override {
        const std::string text = fleet_.save().dump(1) + "\n";
        const std::string temporary = path + ".tmp";
        const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file < 0) return {Errc::io, temporary + ": cannot be created"};
        const bool good = ::fchmod(file, 0600) == 0 && ::write(file, text.data(), text.size()) ==
                                                           static_cast<ssize_t>(text.size());
        if (::close(file) != 0 || !good || ::rename(temporary.c_str(), path.c_str()) != 0) {
            ::unlink(temporary.c_str());
            return {Errc::io, path + ": cannot be written"};
        }
        return {};
    }

  private:
    static Answer done(const Status& status) {
        if (!status) return Result<ordered_json>(status.error());
        return Result<ordered_json>(ordered_json());
    }
    Answer list() const {
        ordered_json devices = ordered_json::array();
        for (const auto& device : fleet_.list()) devices.push_back(to_json(device));
        return Result<ordered_json>(std::move(devices));
    }
    DeviceFleet fleet_;
};

}  // namespace

std::unique_ptr<DeviceVerbs> make_device_verbs(Schedule& schedule, Medium& air) {
    return std::make_unique<FleetVerbs>(schedule, air);
}

}  // namespace zha::sim
