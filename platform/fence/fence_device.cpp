#include "platform/fence/fence_device.hpp"

#include "platform/fence/switched.hpp"

namespace zha {

Result<std::unique_ptr<FenceDevice>> make_fence_device(const FenceConfig& config,
                                                       asio::any_io_executor executor, Clock& clock,
                                                       Bus& bus) {
    if (config.driver == "exec") return fence_detail::make_exec(config, executor, clock);
    if (config.driver == "uhubctl") return fence_detail::make_uhubctl(config, executor, clock);
    if (config.driver == "mqtt") return fence_detail::make_mqtt(config, clock, bus);
    if (config.driver == "snmp") return fence_detail::make_snmp(config, executor, clock);
    return {Errc::invalid, "there is no fence driver \"" + config.driver + "\""};
}

}  // namespace zha
