// What the other controller says of its journal, from anybody who can reach the broker.
#include "controller/replica.hpp"
#include "tests/fuzz/input.hpp"

namespace {

zha::Config configuration() {
    zha::Config config;
    for (const auto* name : {"a", "b"}) config.nodes.emplace_back().name = name;
    return config;
}

bool known(const zha::Config& config, const std::string& node) {
    return node.empty() || config.node(node) != nullptr;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using zha::fuzz::claim;
    static const auto config = configuration();
    const auto text = zha::fuzz::text_of(data, size);
    const auto decode = [](const std::string& t) { return zha::decode_replica(t, config); };
    zha::fuzz::round_trip(text, decode, zha::encode_replica);
    if (const auto journal = decode(text)) {
        // Whatever is taken over can be acted on: its names are ours, and there is a next number.
        claim(known(config, journal->holder) && known(config, journal->stopped));
        for (const auto* names : {&journal->maintenance, &journal->unpowered})
            for (const auto& name : *names) claim(config.node(name) != nullptr);
        claim(!journal->move || config.node(journal->move->to) != nullptr);
        claim(journal->epoch + 1 > journal->epoch && journal->serial + 1 > journal->serial);
        claim(!zha::later(*journal, *journal));
    }
    zha::fuzz::round_trip(text, zha::decode_kept,
                          [](const zha::JournalMark& kept) { return zha::encode_kept(kept); });
    return 0;
}
