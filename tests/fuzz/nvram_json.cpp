// NVRAM files of anybody: what is accepted survives writing and reading, and can be reasoned about.
#include "tests/fuzz/input.hpp"
#include "znp/nvram/compare.hpp"
#include "znp/nvram/startable.hpp"

using namespace zha;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    fuzz::round_trip(text, znp::from_json, znp::to_json);
    auto image = znp::from_json(text);
    if (!image) return 0;
    if (const auto identity = znp::identity_of(*image))
        fuzz::claim(znp::fingerprint(*identity).size() == 16);
    if (znp::startable(*image)) fuzz::claim(znp::identity_of(*image).ok());
    const auto before = znp::frame_counter(*image);
    const auto original = *image;
    if (znp::raise_counters(*image, 1000, 1250))
        fuzz::claim(before == 0 || znp::frame_counter(*image) >= before + 1250);
    else
        fuzz::claim(*image == original);
    (void)znp::differences(original, *image);
    return 0;
}
