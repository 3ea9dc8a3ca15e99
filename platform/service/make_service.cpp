#include <system_error>

#include "platform/service/child_service.hpp"
#include "platform/service/managed_service.hpp"
#include "platform/service/service.hpp"

namespace zha {

std::vector<Path> system_tools() {
    return {"/usr/sbin", "/sbin", "/usr/bin", "/bin"};
}

Result<Path> find_tool(const std::string& name, const std::vector<Path>& tools) {
    std::error_code error;
    for (const auto& directory : tools)
        if (std::filesystem::exists(directory / name, error)) return directory / name;
    return {Errc::not_found, name + " is not installed"};
}

Result<std::unique_ptr<Service>> make_service(const ServiceConfig& config, const NodeConfig&,
                                              asio::any_io_executor executor, Clock& clock) {
    if (config.driver == "child")
        return std::unique_ptr<Service>(std::make_unique<ChildService>(config, executor, clock));
    Result<std::unique_ptr<UnitManager>> manager(Errc::invalid,
                                                 "no such service driver: " + config.driver);
    if (config.driver == "openrc") manager = make_openrc(config.unit, executor, clock);
    if (config.driver == "systemd") manager = make_systemd(config.unit, executor, clock);
    if (config.driver == "command") manager = make_command(config, executor, clock);
    if (!manager) return manager.error();
    return std::unique_ptr<Service>(
        std::make_unique<ManagedService>(std::move(manager).value(), executor, clock));
}

}  // namespace zha
