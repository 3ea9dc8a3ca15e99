#include "platform/service/child_service.hpp"
#include "platform/service/service.hpp"

namespace zha {

Result<std::unique_ptr<Service>> make_service(const ServiceConfig& config, const NodeConfig&,
                                              asio::any_io_executor executor, Clock& clock) {
    if (config.driver == "child")
        return std::unique_ptr<Service>(
            std::make_unique<ChildService>(config, std::move(executor), clock));
    return {Errc::invalid, "no such service driver: " + config.driver};
}

}  // namespace zha
