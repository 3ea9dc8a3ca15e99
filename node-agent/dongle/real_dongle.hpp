// What: a ZNP dongle at a serial port or TCP address, as the agent's Dongle.
// Why: proof of silence needs the real thing: the port is ours, the chip was reset and says so.
// Contract: as Dongle. fence() keeps trying while another program still holds the port, until its
//      deadline. close() may come during a call, which then ends with Errc::unavailable.
//      What it has read or written it remembers, to ask for less: never to leave out a proof.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "node-agent/dongle/dongle.hpp"
#include "znp/driver/driver.hpp"

namespace zha {

class RealDongle final : public Dongle {
  public:
    RealDongle(std::string port, asio::any_io_executor executor, Clock& clock,
               znp::DriverOptions options = {});
    ~RealDongle() override;

    bool present() override;
    Task<Result<DongleInfo>> open(Time deadline) override;
    void close() override;
    Task<Result<DongleInfo>> fence(Time deadline) override;
    Task<Result<std::vector<HeardBeacon>>> listen(std::uint8_t channel, Time deadline) override;
    Task<Status> ping(Time deadline) override;
    Task<Result<znp::Image>> read(Time deadline) override;
    Task<Result<WriteReport>> write(const znp::Image& image, Time deadline) override;

  private:
    using Held = std::shared_ptr<znp::Driver>;  // outlives close() while a call is under way
    Result<Held> held();
    Task<Result<Held>> connect(Time deadline, bool or_hold = false);
    Task<Result<Held>> connect_patiently(Time deadline);
    Task<Result<DongleInfo>> silence(Held driver, bool by_line, Time deadline);
    DongleInfo identified(const znp::DeviceIdentity& device);
    void forget();
    void remember_written(const znp::Image& image, const std::optional<znp::Image>& before);

    std::string port_;
    asio::any_io_executor executor_;
    Clock& clock_;
    znp::DriverOptions options_;
    Held driver_;
    std::uint32_t revision_ = 0;
    /// What the dongle is known to hold: read or written since the port is ours, and nobody else
    /// had it in between.
    std::optional<znp::Image> mirrored_;
    /// What was there at some time: of the same firmware, so that its ids and table sizes hold.
    std::optional<znp::Image> former_;
    unsigned known_reads_ = 0;  ///< in a row
};

}  // namespace zha
