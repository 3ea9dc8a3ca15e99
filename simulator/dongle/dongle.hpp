// What: one emulated dongle: NV memory, firmware, serial line, and what people do to it.
// Why: unplug, hang, power cut and the reset line act on the whole, in one defined way.
// Contract: an unplugged dongle has no power: its radio is silent at once. A hung one stays on the
//      air but neither takes nor gives a byte. NV survives everything.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "simulator/dongle/firmware.hpp"
#include "simulator/dongle/nv_store.hpp"
#include "simulator/dongle/pacing.hpp"

namespace zha::sim {

class Dongle {
  public:
    Dongle(Schedule& schedule, Air& air, FirmwareOptions firmware, LineOptions line,
           std::string nv_file);
    ~Dongle();

    const std::string& name() const { return name_; }
    Status load();  ///< reads the NV file; before the first plug()
    Status save();  ///< writes it when something changed

    void plug();
    void unplug(const std::string& why = "unplug");
    bool plugged() const { return plugged_; }
    void hang() { hung_ = true; }
    void resume() { hung_ = false; }
    bool hung() const { return hung_; }
    void reset();
    void cut_power_after(std::uint64_t writes);
    /// Levels of the bridge: true = asserted. RTS alone holds the chip in reset, DTR alone pulls
    /// the boot pin: a chip that leaves reset with it stays in its ROM until the next reset.
    void set_lines(bool dtr, bool rts);
    bool in_reset() const { return in_reset_; }
    bool in_bootloader() const { return in_bootloader_; }

    void from_host(Bytes bytes);
    std::function<void(const Bytes&)> to_host;
    /// Called after plug() and unplug(), also when a power cut did it.
    std::function<void()> on_power;

    NvStore& nv() { return nv_; }
    const Firmware& firmware() const { return firmware_; }

  private:
    void save_soon();
    Schedule& schedule_;
    std::string name_;
    std::string nv_file_;
    NvStore nv_;
    Firmware firmware_;
    PacedLine line_;
    bool plugged_ = false;
    bool powerless_ = true;
    bool hung_ = false;
    bool in_reset_ = false;
    bool in_bootloader_ = false;
    bool unsaved_ = false;
    bool save_scheduled_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace zha::sim
