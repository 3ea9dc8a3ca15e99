#include "simulator/dongle/dongle.hpp"

#include "simulator/dongle/nv_file.hpp"

namespace zha::sim {
namespace {

constexpr Micros kSaveDelay = Millis(50);  // gathers the writes of a restore

}  // namespace

Dongle::Dongle(Schedule& schedule, Air& air, FirmwareOptions firmware, LineOptions line,
               std::string nv_file)
    : schedule_(schedule),
      name_(firmware.name),
      nv_file_(std::move(nv_file)),
      firmware_(schedule, air, nv_, std::move(firmware),
                [this](const znp::Frame& frame) {
                    if (!powerless_ && !hung_) line_.from_firmware(frame);
                }),
      line_(
          schedule, line,
          [this](const znp::Frame& frame) {
              if (!powerless_ && !hung_) firmware_.handle(frame);
          },
          [this](const Bytes& bytes) {
              if (!powerless_ && !hung_ && to_host) to_host(bytes);
          }) {
    nv_.on_change = [this] { save_soon(); };
}

Dongle::~Dongle() {
    unplug("gone");
    nv_.on_change = nullptr;
}

Status Dongle::load() {
    if (nv_file_.empty()) return {};
    auto contents = load_nv_file(nv_file_);
    if (!contents) return contents.error();
    nv_.load(std::move(*contents));
    return {};
}

Status Dongle::save() {
    if (!unsaved_ || nv_file_.empty()) return {};
    unsaved_ = false;
    return save_nv_file(nv_file_, nv_.contents());
}

void Dongle::save_soon() {
    unsaved_ = true;
    if (save_scheduled_ || nv_file_.empty()) return;
    save_scheduled_ = true;
    schedule_.after(kSaveDelay, [this, life = std::weak_ptr<int>(life_)] {
        if (life.expired()) return;
        save_scheduled_ = false;
        (void)save();  // a full disk shows at the end of the run
    });
}

void Dongle::plug() {
    if (plugged_) return;
    plugged_ = true;
    powerless_ = false;
    nv_.power_restored();
    in_reset_ = in_bootloader_ = hung_ = false;
    line_.clear();
    firmware_.power_on();
    if (on_power) on_power();
}

void Dongle::unplug(const std::string& why) {
    if (!plugged_) return;
    plugged_ = false;
    powerless_ = true;
    firmware_.power_off(why);
    line_.clear();
    if (on_power) on_power();
}

void Dongle::reset() {
    if (!plugged_) return;
    hung_ = false;
    in_reset_ = in_bootloader_ = false;
    line_.clear();
    firmware_.reset();
}

void Dongle::cut_power_after(std::uint64_t writes) {
    nv_.cut_power_after(writes, [this] {
        // The firmware is in the middle of a write: silence at once, the rest when it returned.
        powerless_ = true;
        schedule_.after(Micros(0), [this, life = std::weak_ptr<int>(life_)] {
            if (!life.expired()) unplug("power-cut");
        });
    });
}

void Dongle::set_lines(bool dtr, bool rts) {
    if (!plugged_ || nv_.quirks()("Q06")) return;
    const bool held = rts && !dtr;
    if (held == in_reset_) return;
    in_reset_ = held;
    if (held) {
        in_bootloader_ = hung_ = false;
        firmware_.power_off("reset-line");
        line_.clear();
        return;
    }
    in_bootloader_ = dtr && !rts;
    if (!in_bootloader_) firmware_.power_on();
}

void Dongle::from_host(Bytes bytes) {
    if (!powerless_ && !hung_ && !in_reset_) line_.from_host(std::move(bytes));
}

}  // namespace zha::sim
