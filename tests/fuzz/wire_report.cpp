// Reports as they come over MQTT, from anybody who can reach the broker.
#include "platform/wire/wire.hpp"
#include "tests/fuzz/input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    zha::fuzz::round_trip(zha::fuzz::text_of(data, size), zha::wire::decode_report,
                          [](const zha::NodeReport& report) { return zha::wire::encode(report); });
    return 0;
}
