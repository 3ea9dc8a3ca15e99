// What: the control verbs for devices: add, pair, press, report, leave, announce, list.
// Why: they speak to the fleet only; dongles know nothing of it.
// Contract: run() of an unknown verb gives nullopt. save() and load() use a file of mode 0600.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "simulator/air/medium.hpp"
#include "simulator/program/ctl_socket.hpp"

namespace zha::sim {

class DeviceVerbs {
  public:
    virtual ~DeviceVerbs() = default;
    virtual std::optional<Result<nlohmann::ordered_json>> run(const CtlArguments& arguments) = 0;
    virtual Status load(const std::string& path) = 0;
    virtual Status save(const std::string& path) = 0;
};

std::unique_ptr<DeviceVerbs> make_device_verbs(Schedule& schedule, Medium& air);

}  // namespace zha::sim
