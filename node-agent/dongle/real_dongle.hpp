// What: a ZNP dongle at a serial port or TCP address, as the agent's Dongle.
// Why: proof of silence needs the real thing: the port is ours, the chip was reset and says so.
// Contract: as Dongle. fence() keeps trying while another program still holds the port, until its
//      deadline. close() may come during a call, which then ends with Errc::unavailable.
#pragma once

#include <memory>
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
    Task<Result<znp::Image>> read(Time deadline) override;
    Task<Result<WriteReport>> write(const znp::Image& image, Time deadline) override;

  private:
    using Held = std::shared_ptr<znp::Driver>;  // outlives close() while a call is under way
    Result<Held> held();
    Task<Result<Held>> connect(Time deadline);
    Task<Result<Held>> connect_patiently(Time deadline);
    Task<Result<DongleInfo>> silence(Held driver, bool by_line, Time deadline);

    std::string port_;
    asio::any_io_executor executor_;
    Clock& clock_;
    znp::DriverOptions options_;
    Held driver_;
};

}  // namespace zha
