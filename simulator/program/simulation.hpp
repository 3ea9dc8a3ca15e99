// What: everything `zha-sim run` runs: air, dongles with their ports, devices, control.
// Why: one object that starts and ends in order, so that no link or socket is left behind.
// Contract: one thread. open() fails with one line; close() is idempotent.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "simulator/air/medium.hpp"
#include "simulator/dongle/dongle.hpp"
#include "simulator/program/asio_schedule.hpp"
#include "simulator/program/ctl_socket.hpp"
#include "simulator/program/device_verbs.hpp"
#include "simulator/program/lines_socket.hpp"
#include "simulator/program/pty_port.hpp"
#include "simulator/program/tcp_port.hpp"

namespace zha::sim {

struct DongleSpec {
    std::string name;
    Ieee ieee = 0;
    std::string nv_file;
    std::uint16_t tcp_port = 0;
};

/// "NAME[,ieee=HEX][,nv=FILE][,tcp=PORT]"
Result<DongleSpec> parse_dongle(const std::string& text);

struct SimulationOptions {
    std::string directory;
    std::vector<DongleSpec> dongles;
    LineOptions line;
    std::string witness;
    std::uint32_t seed = 1;
};

class Simulation {
  public:
    Simulation(asio::io_context& io, SimulationOptions options);
    ~Simulation();
    Status open();
    Status close();

  private:
    struct Slot {
        std::unique_ptr<Dongle> dongle;
        std::unique_ptr<PtyPort> pty;
        std::unique_ptr<TcpPort> tcp;
    };
    using Json = nlohmann::ordered_json;
    Status add(const DongleSpec& spec, std::uint32_t seed);
    Status follow_power(Slot& slot);
    void lines_changed(const LineLevels& levels);
    Result<Json> run(const CtlArguments& arguments);
    std::optional<Result<Json>> run_on_dongle(const CtlArguments& arguments);
    Json describe(const Slot& slot) const;

    asio::io_context& io_;
    SimulationOptions options_;
    AsioSchedule schedule_;
    std::unique_ptr<Witness> witness_;
    std::unique_ptr<Medium> air_;
    std::unique_ptr<DeviceVerbs> devices_;
    std::vector<std::unique_ptr<Slot>> slots_;
    CtlServer ctl_;
    LinesSocket lines_;
    bool open_ = false;
};

}  // namespace zha::sim
