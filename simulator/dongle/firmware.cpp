// Power, boot and the way of a request to its handler.
#include "simulator/dongle/firmware.hpp"

#include <algorithm>

#include "simulator/dongle/codec.hpp"
#include "simulator/dongle/mt_commands.hpp"
#include "simulator/dongle/nv_defaults.hpp"
#include "simulator/dongle/nv_ids.hpp"

namespace zha::sim {
namespace {

constexpr std::uint32_t kLinkKeyStep = 11;  // tx counters of link keys advance so much per boot
constexpr std::uint8_t kResetInd = 0x80;
constexpr std::size_t kTclkIeee = 8;

bool blank(const Bytes* value) {
    return value == nullptr || value->size() != 8 ||
           std::all_of(value->begin(), value->end(), [](std::uint8_t b) { return b == 0xFF; });
}

}  // namespace

Firmware::Firmware(Schedule& schedule, Air& air, NvStore& nv, FirmwareOptions options,
                   ToHost to_host)
    : schedule_(schedule),
      air_(air),
      nv_(nv),
      options_(std::move(options)),
      to_host_(std::move(to_host)),
      random_(options_.seed) {}

Firmware::~Firmware() {
    power_off("gone");
}

void Firmware::lose_ram() {
    life_.reset();
    running_ = false;
    state_ = ZdoState::hold;
    starting_ = false;
    primary_channels_.reset();
    counter_ = saved_counter_ = 0;
    joining_ = false;
    endpoints_.clear();
    groups_.clear();
    zdo_heard_.clear();
}

void Firmware::power_off(const std::string& why) {
    air_.coordinator_down(*this, why);
    lose_ram();
}

void Firmware::power_on() {
    lose_ram();
    life_ = std::make_shared<int>(0);
    later(options_.boot, [this] { boot(); });
}

void Firmware::reset() {
    power_off("reset");
    power_on();
}

void Firmware::boot() {
    apply_startup_options();
    create_defaults();
    age_link_keys();
    running_ = true;
    if (!nv_.quirks()("Q08")) areq(znp::Subsystem::sys, kResetInd, {0, 2, 1, 2, 7, 1});
    if (nv_.quirks()("Q01")) start_network();
}

void Firmware::apply_startup_options() {
    const Bytes* item = nv_.find(nv::kStartupOption);
    const bool deaf = item == nullptr || item->empty() || nv_.quirks()("Q20");
    const std::uint8_t option = deaf ? std::uint8_t{0} : (*item)[0];
    const bool foreign = blank(nv_.find(nv::kExtAddr)) || nv_.quirks()("Q11");
    if (foreign || (option & nv::kClearState) != 0) {
        nv_.put(nv::kExtAddr, Writer().u64(options_.hardware_ieee));
    }
    const Bytes* address = nv_.find(nv::kExtAddr);
    ieee_ = address == nullptr ? options_.hardware_ieee : get_le(*address, 0, 8);
    if ((option & nv::kClearConfig) != 0) {
        for (const NvDefault& entry : factory_items()) {
            if (entry.id != nv::kStartupOption) nv_.put(entry.id, entry.value);
        }
    }
    if ((option & nv::kClearState) != 0) clear_state();
    const bool forgetful = (option & nv::kClearState) != 0 && nv_.quirks()("Q33");
    if ((option & nv::kClearFrameCounter) != 0 || forgetful) {
        for (std::uint16_t i = 0; i < nv::kSecMaterialEntries; ++i) {
            const Bytes* entry = nv_.find(nv::kNwkSecMaterial, i);
            if (entry == nullptr) continue;
            Bytes cleared = *entry;
            set_le(cleared, 0, 4, 0);
            nv_.put(nv::kNwkSecMaterial, i, std::move(cleared));
        }
    }
    constexpr unsigned kDone = nv::kClearConfig | nv::kClearState | nv::kClearFrameCounter;
    if ((option & kDone) != 0) {
        nv_.put(nv::kStartupOption, {static_cast<std::uint8_t>(option & ~kDone)});
    }
}

/// Forgets the network but not the frame counters: they outlive a factory reset since R21.
void Firmware::clear_state() {
    for (std::uint16_t id :
         {nv::kNib, nv::kGroupTable, nv::kApsLinkKeyTable, nv::kLeaveCtrl, nv::kTclkSeed}) {
        nv_.erase(nv::kLegacy, id);
    }
    for (const NvDefault& entry : factory_items()) {
        const bool key = entry.id == nv::kActiveKey || entry.id == nv::kAlternKey ||
                         entry.id == nv::kNwkKey || entry.id == nv::kBdbNodeIsOnANetwork;
        if (key) nv_.put(entry.id, entry.value);
    }
    for (const NvTable& table : network_tables()) {
        for (std::uint16_t i = 0; nv_.find(table.item, i) != nullptr; ++i) nv_.erase(table.item, i);
    }
    for (const NvTable& table : boot_tables()) {
        if (table.item == nv::kNwkSecMaterial) continue;
        for (std::uint16_t i = 0; i < table.entries; ++i) nv_.put(table.item, i, table.empty);
    }
}

void Firmware::create_defaults() {
    for (const NvDefault& entry : factory_items()) {
        if (nv_.find(entry.id) == nullptr) nv_.put(entry.id, entry.value);
    }
    if (nv_.find(nv::kTclkSeed) == nullptr) {
        Writer seed;
        for (int i = 0; i < 4; ++i) seed.u32(random_());
        nv_.put(nv::kTclkSeed, seed);
    }
    for (const NvTable& table : boot_tables()) {
        for (std::uint16_t i = 0; i < table.entries; ++i) {
            if (nv_.find(table.item, i) == nullptr) nv_.put(table.item, i, table.empty);
        }
    }
}

void Firmware::age_link_keys() {
    if (nv_.quirks()("Q32")) return;
    for (std::uint16_t i = 0; i < nv::kTclkEntries; ++i) {
        const Bytes* entry = nv_.find(nv::kTclk, i);
        if (entry == nullptr || entry->size() < 20 || get_le(*entry, kTclkIeee, 8) == 0) continue;
        Bytes aged = *entry;
        set_le(aged, 0, 4, get_le(aged, 0, 4) + kLinkKeyStep);
        nv_.put(nv::kTclk, i, std::move(aged));
    }
}

void Firmware::later(Micros delay, std::function<void()> action) {
    schedule_.after(delay, guarded(std::move(action)));
}

void Firmware::areq(znp::Subsystem subsystem, std::uint8_t id, Bytes data) {
    if (running_ && data.size() <= znp::kMaxData) {
        to_host_({znp::Type::areq, subsystem, id, std::move(data)});
    }
}

void Firmware::handle(const znp::Frame& request) {
    if (!running_) return;
    const bool wants_answer = request.type == znp::Type::sreq;
    if (!wants_answer && request.type != znp::Type::areq) return;
    auto refuse = [&](RpcError error) {
        if (!wants_answer) return;
        to_host_({znp::Type::srsp,
                  znp::Subsystem::rpc_error,
                  0x00,
                  {static_cast<std::uint8_t>(error), request.cmd0(), request.id}});
    };
    const CommandSearch found = find_command(request);
    if (found.command == nullptr) return refuse(found.error);
    if (request.data.size() < found.command->min_length) return refuse(RpcError::bad_length);
    Reader reader(request.data);
    MtReply reply = found.command->run(*this, reader);
    if (reply.error) return refuse(*reply.error);
    if (!wants_answer) return;
    answer(request, {znp::Type::srsp, request.subsystem, reply.id.value_or(request.id),
                     std::move(reply.data)});
}

void Firmware::answer(const znp::Frame& request, znp::Frame reply) {
    constexpr std::uint8_t kVersion = 0x02, kExtAddress = 0x04;
    const bool sys = request.subsystem == znp::Subsystem::sys;
    if (sys && request.id == kVersion && nv_.quirks()("Q38"))
        return later(Millis(150), [this, reply = std::move(reply)] { to_host_(reply); });
    to_host_(reply);
    if (sys && request.id == kExtAddress && nv_.quirks()("Q40")) to_host_(reply);
}

void Firmware::put_back_once(std::uint16_t legacy_id) {
    const Bytes* now = nv_.find(legacy_id);
    if (now == nullptr || !nv_.quirks()("Q27")) return;
    nv_.quirks().unset("Q27");
    later(Millis(300), [this, legacy_id, value = *now] { nv_.put(legacy_id, value); });
}

}  // namespace zha::sim
