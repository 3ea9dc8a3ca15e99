#include "simulator/program/simulation.hpp"

#include <charconv>
#include <filesystem>
#include <sstream>

#include "simulator/dongle/nv_file.hpp"
#include "simulator/program/fault_verbs.hpp"

namespace zha::sim {
namespace {

constexpr Ieee kFirstIeee = 0x00124B0025000001;  // the vendor's range, counted up per dongle

template <class T>
bool parse_number(std::string_view text, T& value, int base) {
    if (base == 16 && text.substr(0, 2) == "0x") text.remove_prefix(2);
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return bad == std::errc() && end == text.data() + text.size();
}

bool valid_name(const std::string& name) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return !name.empty() && name.size() <= 32 &&
           name.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace

Result<DongleSpec> parse_dongle(const std::string& text) {
    std::istringstream parts(text);
    DongleSpec spec;
    std::getline(parts, spec.name, ',');
    if (!valid_name(spec.name)) {
        return {Errc::invalid, "dongle '" + spec.name + "': names are [a-z0-9-_]"};
    }
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t equals = part.find('=');
        const std::string name = part.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
        const bool good = name == "ieee" ? parse_number(value, spec.ieee, 16) && spec.ieee != 0
                          : name == "tcp"
                              ? parse_number(value, spec.tcp_port, 10) && spec.tcp_port != 0
                          : name == "nv" ? !(spec.nv_file = value).empty()
                                         : false;
        if (!good) {
            return {Errc::invalid, "dongle " + spec.name + ": '" + part +
                                       "' is none of ieee=HEX, nv=FILE, tcp=PORT"};
        }
    }
    return spec;
}

Simulation::Simulation(asio::io_context& io, SimulationOptions options)
    : io_(io),
      options_(std::move(options)),
      schedule_(io),
      ctl_(io, options_.directory + "/ctl.sock",
           [this](const CtlArguments& arguments) { return run(arguments); }),
      lines_(io, options_.directory + "/lines.sock",
             [this](const LineLevels& levels) { lines_changed(levels); }) {}

Simulation::~Simulation() {
    (void)close();
}

Status Simulation::open() {
    std::error_code error;
    std::filesystem::create_directories(options_.directory, error);
    if (error) return {Errc::io, options_.directory + ": " + error.message()};
    if (Status status = ctl_.open(); !status) return status;
    if (Status status = lines_.open(); !status) return status;
    if (options_.witness.empty()) {
        witness_ = std::make_unique<MemoryWitness>();
    } else {
        auto witness = open_witness(options_.witness);
        if (!witness) return witness.error();
        witness_ = std::move(*witness);
    }
    air_ = make_air(schedule_, *witness_);
    open_ = true;
#ifdef ZHA_SIM_DEVICES
    devices_ = make_device_verbs(schedule_, *air_);
    if (Status status = devices_->load(options_.directory + "/devices.json"); !status) {
        return status;
    }
#endif
    std::uint32_t number = 0;
    for (DongleSpec spec : options_.dongles) {
        if (spec.ieee == 0) spec.ieee = kFirstIeee + number;
        if (Status status = add(spec, options_.seed * 1000 + number); !status) return status;
        ++number;
    }
    return {};
}

Status Simulation::add(const DongleSpec& spec, std::uint32_t seed) {
    auto slot = std::make_unique<Slot>();
    Slot* raw = slot.get();
    FirmwareOptions firmware;
    firmware.name = spec.name;
    firmware.hardware_ieee = spec.ieee;
    firmware.seed = seed;
    slot->dongle =
        std::make_unique<Dongle>(schedule_, *air_, firmware, options_.line, spec.nv_file);
    auto received = [raw](Bytes bytes) { raw->dongle->from_host(std::move(bytes)); };
    slot->pty =
        std::make_unique<PtyPort>(io_, options_.directory + "/ttyZHA-" + spec.name, received);
    if (spec.tcp_port != 0) slot->tcp = std::make_unique<TcpPort>(io_, spec.tcp_port, received);
    slot->dongle->to_host = [raw](const Bytes& bytes) {
        raw->pty->send(bytes);
        if (raw->tcp) raw->tcp->send(bytes);
    };
    if (Status status = slot->dongle->load(); !status) return status;
    slots_.push_back(std::move(slot));
    raw->dongle->plug();
    raw->dongle->on_power = [this, raw] { (void)follow_power(*raw); };
    return follow_power(*raw);
}

/// The ports exist exactly while the dongle is plugged in.
Status Simulation::follow_power(Slot& slot) {
    if (!slot.dongle->plugged()) {
        slot.pty->close();
        if (slot.tcp) slot.tcp->close();
        return {};
    }
    // The pseudo-terminal's name is what others wait for: both are there once it is.
    if (Status status = slot.tcp ? slot.tcp->open() : Status(); !status) return status;
    return slot.pty->open();
}

Status Simulation::close() {
    if (!open_) return {};
    open_ = false;
    ctl_.close();
    lines_.close();
    Status result;
    for (auto& slot : slots_) {
        slot->dongle->unplug("simulator-end");
        if (Status status = slot->dongle->save(); !status) result = status;
    }
    if (devices_) {
        const Status status = devices_->save(options_.directory + "/devices.json");
        if (!status) result = status;
    }
    slots_.clear();
    return result;
}

void Simulation::lines_changed(const LineLevels& levels) {
    for (auto& slot : slots_) {
        if (slot->pty->device() == levels.device) slot->dongle->set_lines(levels.dtr, levels.rts);
    }
}

Result<Simulation::Json> Simulation::run(const CtlArguments& arguments) {
    if (arguments[0] == "air") return to_json(air_->statistics());
    if (arguments[0] == "dongles") {
        Json list = Json::array();
        for (const auto& slot : slots_) list.push_back(describe(*slot));
        return list;
    }
    if (auto answer = run_on_dongle(arguments)) return *answer;
    if (devices_) {
        if (auto answer = devices_->run(arguments)) return *answer;
    }
    return {Errc::invalid, "unknown request '" + arguments[0] + "'"};
}

Simulation::Json Simulation::describe(const Slot& slot) const {
    const Dongle& dongle = *slot.dongle;
    return {{"name", dongle.name()},
            {"ieee", hex_ieee(dongle.firmware().ieee())},
            {"device", slot.pty->device()},
            {"plugged", dongle.plugged()},
            {"hung", dongle.hung()},
            {"in_reset", dongle.in_reset()},
            {"in_bootloader", dongle.in_bootloader()},
            {"on_air", dongle.firmware().on_network()},
            {"counter", dongle.firmware().frame_counter()}};
}

std::optional<Result<Simulation::Json>> Simulation::run_on_dongle(const CtlArguments& arguments) {
    using Verb = void (*)(Dongle&);
    static constexpr std::pair<std::string_view, Verb> kVerbs[] = {
        {"plug", [](Dongle& d) { d.plug(); }},   {"unplug", [](Dongle& d) { d.unplug(); }},
        {"hang", [](Dongle& d) { d.hang(); }},   {"resume", [](Dongle& d) { d.resume(); }},
        {"reset", [](Dongle& d) { d.reset(); }},
    };
    const std::string& verb = arguments[0];
    const auto* entry = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                     [&](const auto& known) { return known.first == verb; });
    if (entry == std::end(kVerbs) && verb != "power-cut" && verb != "nv" && verb != "fault")
        return std::nullopt;
    const std::string name = arguments.size() > 1 ? arguments[1] : "";
    const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                   [&](const auto& s) { return s->dongle->name() == name; });
    if (slot == slots_.end()) return Result<Json>(Errc::not_found, "no dongle '" + name + "'");
    Dongle& dongle = *(*slot)->dongle;
    if (entry != std::end(kVerbs)) {
        entry->second(dongle);
    } else if (verb == "nv") {
        return Result<Json>(Json::parse(to_text(dongle.nv().contents())));
    } else if (verb == "fault") {
        if (const Status done = run_fault(dongle, arguments); !done)
            return Result<Json>(done.error());
    } else if (arguments.size() == 2) {
        dongle.unplug("power-cut");
    } else {
        std::uint64_t writes = 0;
        if (!parse_number(arguments[2], writes, 10) || writes == 0) {
            return Result<Json>(Errc::invalid, "power-cut NAME [WRITES]: WRITES is a number > 0");
        }
        dongle.cut_power_after(writes);
    }
    return Result<Json>(describe(**slot));
}

}  // namespace zha::sim
